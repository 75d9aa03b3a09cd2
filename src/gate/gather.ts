import { sha256 } from '../model/digest.ts';
import { join, relative } from 'node:path';
import { stringify } from 'yaml';
import type { Calibration } from '../checks/calibrate.ts';
import type { EngineIdentity } from '../evidence/reserve.ts';
import type { Ports } from '../ports.ts';
import { priorPromotion, readKeys, readPolicy } from '../promotion/index.ts';
import { isOfCandidate } from '../scenario/candidate.ts';
import { type Memory, newMemory } from '../scenario/memory.ts';
import { digestOf, idOf, resolvedOf } from '../scenario/resolved.ts';
import type { Scenario } from '../scenario/scenario.ts';
import type { Base } from './base.ts';
import { examine } from './bundle.ts';
import { type Behind, calibrateAfresh } from './calibrations.ts';
import type { GateInput, ScenarioEvidence } from './input.ts';
import { earlierThan, type Ledger, type Recorded } from './ledger.ts';
import { rejudge, type VerifySaid } from './rejudge.ts';
import { requiredScenarios } from './required.ts';
import { taskOf } from './task.ts';
import { otherTerm as otherTermOf } from './terms.ts';
import { readSuiteRecord, type SuiteReading } from './suite.ts';

/** Where a gate looks, and what it uses there. */
export interface GateSetting {
  /** Absolute root of the project. */
  project: string;
  /** Absolute folder of the suite. */
  suiteDir: string;
  base: Base;
  ledger: Ledger;
  challenge: Recorded;
  engine: EngineIdentity;
  /** The verify command over a folder, for scenarios that are about it. */
  verify(dir: string): Promise<VerifySaid>;
  /** Calibrations of this gate alone: an empty map. */
  calibrations: Map<string, Promise<Calibration>>;
  signal: AbortSignal;
}

/** A required scenario in the file where it stands. */
export type Place = Pick<Scenario, 'origin'>;

/** Everything that a decision rests on, and where each required scenario stands. */
export interface Gathered {
  input: GateInput;
  places: ReadonlyMap<string, Place>;
}

/**
 * Reads all that a decision needs: what is required from the protected base, what was run from the suite and its bundles, of which the gate
 * makes copies, derives each verdict and holds each scenario against it once more, and calibrates every task behind a pass afresh.
 *
 * @throws {UserError} for a policy, a key, a record or a scenario of the base with mistakes. Nothing in the evidence makes this throw.
 */
export async function gatherEvidence(setting: GateSetting, ports: Ports): Promise<Gathered> {
  const { project, suiteDir, base, ledger, challenge, engine } = setting;
  const { entry } = challenge;
  const now = ports.clock.now();
  const policy = await readPolicy(base.dir, ports.files);
  const keys = await readKeys(base.dir, policy.value, ports.files);
  const required = await requiredScenarios(base.dir, entry.stage, entry.backend, ports);
  const defined = new Map(required.scenarios.map(scenario => [idOf(scenario), scenario]));
  const suite = await readSuiteRecord(suiteDir, relative(project, suiteDir), keys.runners, project, ports);

  await using scratch = await ports.files.scratch('proofgate-gate');
  const scenarios: ScenarioEvidence[] = [];
  const passes: Behind[] = [];
  const memory = newMemory();
  for (const [i, { id, digest }] of entry.scenarios.entries()) {
    setting.signal.throwIfAborted();
    const copy = join(scratch.path, String(i));
    const sought = { id, digest, scenario: defined.get(id), copy, memory, artifacts: required.stage.record.required_artifacts };
    const { evidence, behind } = await evidenceOf(sought, suite, setting, ports);
    scenarios.push(evidence);
    if (behind) passes.push(behind);
  }
  const digest = entry.binary ?? engine.engineDigest;
  const input: GateInput = {
    now,
    engine: { digest: engine.engineDigest, commit: engine.commit },
    challenge: { entry, sha256: challenge.sha256, decided: challenge.decision !== null, earlier: earlierThan(entry, digest, ledger) },
    ledger: ledger.findings,
    base: {
      ref: base.ref,
      commit: base.commit,
      hasChallenge: await base.has(entry.base_commit),
      policy,
      runners: keys.runners.map(({ keyid }) => keyid),
      stageDigest: required.stage.sha256,
      scenarios: new Map(required.scenarios.map(scenario => [idOf(scenario), digestOf(scenario)])),
    },
    suite: suite.evidence,
    scenarios,
    calibrations: await calibrateAfresh(
      passes,
      policy.value.calibration_times,
      { ...setting, scratch: join(scratch.path, 'calibration') },
      ports,
    ),
    prior: await priorPromotion({ stage: entry.stage - 1, backend: entry.backend, model: entry.model, digest, tree: base.dir, now }, ports),
  };
  return { input, places: defined };
}

interface Sought {
  id: string;
  digest: string;
  /** As the protected base has it. */
  scenario: Scenario | undefined;
  /** Where its bundle is copied to. */
  copy: string;
  memory: Memory;
  /** Globs of the stage record. */
  artifacts: readonly string[];
}

async function evidenceOf(
  { id, digest, scenario, copy, memory, artifacts }: Sought,
  suite: SuiteReading,
  { project, base, verify }: GateSetting,
  ports: Ports,
): Promise<{ evidence: ScenarioEvidence; behind: Behind | null }> {
  const result = suite.resultOf(id);
  const does = scenario ? kindOf(scenario) : null;
  const seen = scenario ? await taskOf(scenario, { project, base: base.dir, scratch: `${copy}-source`, memory }, ports) : null;
  const nothing: ScenarioEvidence = {
    id,
    digest,
    isCurrent: scenario !== undefined && digestOf(scenario) === digest,
    does,
    isOfCandidate: scenario !== undefined && isOfCandidate(scenario.spec),
    textDigest: scenario ? sha256(stringify(resolvedOf(scenario), { aliasDuplicateObjects: false })) : null,
    taskDigest: seen?.digest ?? null,
    otherTerm: null,
    sourceProblem: seen?.problem ?? null,
    leftOut: scenario ? leftOut(scenario) : null,
    result,
    bundle: null,
    bundleProblem: null,
    statement: suite.statementOf(id),
    mismatches: null,
  };
  if (!result || result.bundle === null || !scenario) return { evidence: nothing, behind: null };
  const examined = await examine(result.bundle, { project, copy, base: base.dir, artifacts }, ports);
  if ('code' in examined) return { evidence: { ...nothing, bundleProblem: examined }, behind: null };
  const { evidence: bundle, check } = examined;
  const mismatches = check.verdict === 'consistent' ? await rejudge(scenario, examined, result.exit ?? check.exit, verify, ports) : null;
  const isPass = check.verdict === 'consistent' && check.status === 'pass' && bundle.contract !== null;
  const otherTerm = isPass && seen ? (otherTermOf(bundle.contract!, seen.task.spec) ?? null) : null;
  // what a contract names is run only where the protected base names the same
  const isOfTask = isPass && otherTerm === null && bundle.contract!.task.digest === seen?.digest;
  const behind = isOfTask && seen ? { contract: bundle.contract!, task: seen.task } : null;
  return { evidence: { ...nothing, otherTerm, bundle, mismatches }, behind };
}

const kindOf = ({ spec: { do: does = 'run' } }: Scenario): 'run' | 'verify' | 'cli' | null => (does === 'gate' ? null : does);

/** What keeps a scenario from ever being green at the first try. */
function leftOut({ spec: { skip, todo, fails } }: Scenario): string | null {
  if (skip !== undefined) return `is skipped: ${skip}`;
  if (todo !== undefined) return 'is not written yet';
  return fails === undefined ? null : `is known to fail: ${[fails].flat().join(', ')}`;
}
