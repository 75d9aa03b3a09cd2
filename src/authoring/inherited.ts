import { judgeEvidence } from '../expect/expectation.ts';
import { type Path, showPath } from '../model/json.ts';
import { exitOf } from '../model/exit.ts';
import type { Files } from '../ports.ts';
import { UserError } from '../errors.ts';
import { defaultsFor } from '../scenario/defaults.ts';
import { resolve } from '../scenario/layers.ts';
import type { ScenarioRoot } from '../scenario/load.ts';
import type { Memory } from '../scenario/memory.ts';
import type { ScenarioSpec } from '../scenario/schema.ts';
import type { Ending } from './new-scenario.ts';

/** Keys of an expectation that say how a run ends. */
const endingKeys = ['status', 'blocker', 'blockers', 'outcome', 'lifecycle', 'exit'] as const;

/**
 * A new scenario that is to be green cannot stand in a folder whose defaults expect something else.
 * What defaults say of a run that passes is left to the run; where it does not, hardly anything of it would hold.
 * @throws {UserError} at the line of the defaults.
 */
export async function mustFit(file: string, ending: Ending, root: ScenarioRoot, files: Files, memory: Memory): Promise<void> {
  const layers = await defaultsFor(file, root, files, memory);
  const { expect = {} } = resolve(layers) as Partial<ScenarioSpec>;
  const { status, blocker, outcome, lifecycle } = ending;
  const wanted = Object.fromEntries(endingKeys.flatMap(key => (expect[key] === undefined ? [] : [[key, expect[key]]])));
  const mismatches = await judgeEvidence(wanted, {
    report: { status, outcome, lifecycle, blockers: blocker === null ? [] : [{ code: blocker }] },
    sealed: true,
    exit: exitOf(status),
    events: [],
    paths: [],
    read: async () => new Uint8Array(),
    readBeside: async () => undefined,
  });
  const [first] = mismatches;
  const [key] = Object.keys(expect);
  const path: Path | undefined = first?.path ?? (status !== 'pass' && key !== undefined ? ['expect', key] : undefined);
  const layer =
    path && layers.findLast(({ value }) => (value['expect'] as Record<string, unknown> | undefined)?.[String(path[1])] !== undefined);
  if (!path || !layer) return;
  throw new UserError(
    layer.yaml.problem(
      path,
      first
        ? `the defaults of this folder are for another ending: ${showPath(path)}: ${first.message}`
        : 'the defaults of this folder expect more than a run shows that does not pass',
      'choose another folder below scenarios/ with --dir',
    ),
  );
}
