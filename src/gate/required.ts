import { join, relative } from 'node:path';
import picomatch from 'picomatch';
import { findBackend } from '../backends/index.ts';
import { UserError } from '../errors.ts';
import type { ReadStage } from '../model/stage.ts';
import type { Stage } from '../model/units.ts';
import type { Ports } from '../ports.ts';
import { isOfCandidate } from '../scenario/candidate.ts';
import { scenarioFiles } from '../scenario/discover.ts';
import { loadScenarios } from '../scenario/load.ts';
import { newMemory } from '../scenario/memory.ts';
import { idOf } from '../scenario/resolved.ts';
import { DEFAULT_STAGE, type Scenario } from '../scenario/scenario.ts';
import { readStage } from '../stages/index.ts';

/** What a stage asks of a backend, as one tree has it. */
export interface Required {
  stage: ReadStage;
  /** Sorted by id, each once. */
  scenarios: readonly Scenario[];
}

/**
 * The record of a stage and every scenario that it requires of a backend.
 *
 * @param dir absolute root of a tree that nobody writes meanwhile: the protected base
 * @throws {UserError} for a backend that is no candidate for the stage, for a record or a scenario with mistakes, for a pattern that no scenario matches, and for one that matches a `do: gate`
 */
export async function requiredScenarios(dir: string, stage: Stage, backend: string, ports: Pick<Ports, 'files'>): Promise<Required> {
  const { exemptUpTo } = findBackend(backend, '--backend');
  if (exemptUpTo > 1 && stage > exemptUpTo) {
    const message = `${backend} is a lane that candidates are held against, and none itself: it is promoted to no stage above ${exemptUpTo}`;
    throw new UserError({ at: '--backend', message, hint: 'promote an agent: case, pi, codex; proofgate new backend NAME makes another' });
  }
  const record = await readStage(dir, stage, ports);
  const { required_scenarios: shared, required_for: own } = record.record;
  const patterns = [...shared, ...(own[backend] ?? [])];
  const root = { project: dir, scenarios: join(dir, 'scenarios') };
  const found = new Map<string, Scenario>();
  const idle = new Set(patterns);
  const memory = newMemory();
  for (const path of await scenarioFiles(root.scenarios, ports.files)) {
    const file = relative(dir, path);
    const matching = patterns.filter(pattern =>
      pattern.includes('#') ? pattern.startsWith(`${file}#`) : picomatch.isMatch(file, `scenarios/${pattern}`),
    );
    if (/(^|\/)_[^/]*$/.test(file) || matching.length === 0) continue;
    for (const scenario of await loadScenarios(path, root, ports, memory)) {
      const id = idOf(scenario);
      for (const pattern of matching.filter(one => !one.includes('#') || id === one)) {
        idle.delete(pattern);
        found.set(id, scenario);
      }
    }
  }
  if (idle.size > 0) {
    const message = `requires ${[...idle].join(', ')}, and no scenario of the protected base matches`;
    throw new UserError({ at: record.file, message, hint: 'commit the scenarios to the protected branch, or mend the record' });
  }
  for (const [id, { spec }] of found) {
    const why = isOfCandidate(spec) ? neverGreen(spec.stage ?? DEFAULT_STAGE, stage, backend) : undefined;
    if (why !== undefined) throw new UserError({ at: record.file, message: `requires ${id}, ${why[0]}`, hint: why[1] });
  }
  const [about] = [...found.values()].filter(({ spec }) => spec.do === 'gate');
  if (about) {
    const message = `requires ${idOf(about)}, which is about a gate and leaves no evidence: nothing could be derived from it`;
    throw new UserError({ at: record.file, message, hint: 'require what that gate is asked over, and commit the record' });
  }
  return { stage: record, scenarios: [...found].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, scenario]) => scenario) };
}

/** Why a scenario of the candidate could be green for nobody, and what to do. */
function neverGreen(of: Stage, stage: Stage, backend: string): [why: string, hint: string] | undefined {
  if (of !== stage)
    return [`which the candidate runs at stage ${of}, and not at stage ${stage}`, 'mend the record, or the stage of the scenario'];
  if (backend !== 'command') return undefined;
  return [
    'which the candidate runs, and command is whatever program a scenario names',
    'promote a backend that is one by itself: proofgate new backend NAME makes one',
  ];
}
