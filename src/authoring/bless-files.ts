import { join } from 'node:path';
import { UserError } from '../errors.ts';
import type { Evidence } from '../expect/evidence.ts';
import type { Mismatch } from '../expect/match.ts';
import { isMap, type Path, showPath } from '../model/json.ts';
import type { Files, Ports } from '../ports.ts';
import { judgeEvidence } from '../expect/expectation.ts';
import { judgeInvariants, knownFailure } from '../scenario/judging.ts';
import { loadScenarios, type ScenarioRoot } from '../scenario/load.ts';
import { newMemory } from '../scenario/memory.ts';
import type { Scenario } from '../scenario/scenario.ts';
import { blessing, type Change, type Left, withoutDisputes } from './bless.ts';
import { textOver } from './text-over.ts';
import { editYaml } from './yaml-edit.ts';

/** A scenario and what its run left behind. */
export interface Judged {
  scenario: Scenario;
  evidence: Evidence;
  /** The evidence of the run itself, for invariants; none of a command line. */
  ofRun: Evidence | undefined;
}

/** What blessing comes to: texts to be written, and what stays red. */
export interface Blessed {
  /** By path relative to the project; only those that differ. */
  texts: ReadonlyMap<string, { before: string; after: string }>;
  changes: Change[];
  left: (Left & { scenario: Scenario })[];
}

/**
 * Has the literals of scenarios follow the evidence, without writing anything: the new text is loaded and judged again, and a change
 * that settles nothing is taken back.
 * @throws {UserError} where the changed file would not load
 */
export async function bless(judged: readonly Judged[], really: boolean, root: ScenarioRoot, ports: Pick<Ports, 'files'>): Promise<Blessed> {
  const found = await Promise.all(
    judged.map(async one => ({ one, ...blessing(one.scenario, await mismatchesOf(one.scenario, one), { really }) })),
  );
  const { changes, left } = withoutDisputes(
    found.flatMap(part => part.changes),
    found.flatMap(part => part.left),
  );
  const futile = new Map<Change, string>();
  for (;;) {
    const kept = changes.filter(change => !futile.has(change));
    const { texts, refused } = await edited(kept, root, ports.files);
    for (const { change, why } of refused) futile.set(change, why);
    if (refused.length > 0) continue;
    const still = await unsettled(judged, kept, texts, root, ports);
    for (const change of still) futile.set(change, 'the evidence has more than one value for it');
    if (still.length > 0) continue;
    const all = [...left, ...[...futile].map(([{ mismatch }, why]) => ({ mismatch, why }))];
    return { texts, changes: kept, left: all.map(one => ({ ...one, scenario: ownerOf(one, found) })) };
  }
}

/** Every way in which the evidence is not as expected; what was announced to fail is not among them. */
async function mismatchesOf(scenario: Scenario, { evidence, ofRun }: Judged): Promise<Mismatch[]> {
  const { spec } = scenario;
  const all = [...(await judgeEvidence(spec.expect, evidence)), ...(ofRun ? await judgeInvariants(spec, ofRun) : [])];
  return spec.fails === undefined ? all : knownFailure(spec.fails, all).others;
}

/** The files with the changes in them. */
async function edited(changes: readonly Change[], { project }: ScenarioRoot, files: Files) {
  const texts = new Map<string, { before: string; after: string }>();
  const refused: { change: Change; why: string }[] = [];
  for (const [file, own] of Map.groupBy(changes, change => change.file)) {
    const before = await files.readText(join(project, file));
    const result = editYaml(before, own);
    refused.push(...result.refused.map(({ edit, why }) => ({ change: edit as Change, why })));
    if (result.text !== before) texts.set(file, { before, after: result.text });
  }
  return { texts, refused };
}

/** Changes after which the same place is still red: what is written there has to be one value for several. */
async function unsettled(
  judged: readonly Judged[],
  changes: readonly Change[],
  texts: ReadonlyMap<string, { after: string }>,
  root: ScenarioRoot,
  { files }: Pick<Ports, 'files'>,
): Promise<Change[]> {
  const after = [...texts].reduce((over, [file, { after: text }]) => textOver(over, join(root.project, file), text), files);
  const paths: string[] = [];
  const memory = newMemory();
  for (const one of judged) {
    const loaded = await loadScenarios(join(root.project, one.scenario.file), root, { files: after }, memory).catch(noLongerLoads);
    const scenario = loaded.find(({ path }) => showPath(path) === showPath(one.scenario.path));
    if (!scenario) continue;
    for (const { path } of await mismatchesOf(scenario, one)) {
      const origin = scenario.origin(path);
      paths.push(key(origin.yaml.file, origin.path));
    }
  }
  return changes.filter(({ file, path }) => paths.some(one => one === key(file, path) || one.startsWith(`${key(file, path)}\0`)));
}

/** What was seen is not always what can be expected, such as an empty line. */
function noLongerLoads(error: unknown): never {
  if (!(error instanceof UserError)) throw error;
  const [first, ...rest] = error.problems.map(problem => ({
    ...problem,
    message: `with what was seen it would not load: ${problem.message}`,
  }));
  throw new UserError([first!, ...rest], { cause: error });
}

const key = (file: string, path: Path): string => [file, ...path].join('\0');

const ownerOf = (left: Left, found: readonly { one: Judged; changes: readonly Change[]; left: readonly Left[] }[]): Scenario =>
  found.find(
    ({ changes, left: own }) =>
      own.some(({ mismatch }) => mismatch === left.mismatch) || changes.some(({ mismatch }) => mismatch === left.mismatch),
  )!.one.scenario;

/** Whether the run was ended before it was judged: its evidence says nothing. */
export function wasInterrupted({ evidence, ofRun = evidence }: Pick<Judged, 'evidence' | 'ofRun'>, isCommand: boolean): boolean {
  if (isCommand) return false;
  const blockers = Array.isArray(ofRun.report?.['blockers']) ? ofRun.report['blockers'] : [];
  return !ofRun.sealed || blockers.some(blocker => isMap(blocker) && blocker['code'] === 'run_interrupted');
}
