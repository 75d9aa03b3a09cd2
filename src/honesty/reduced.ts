import { join } from 'node:path';
import { UserError } from '../errors.ts';
import type { Expectation } from '../expect/expectation.ts';
import { exitCodes } from '../model/exit.ts';
import type { Ports } from '../ports.ts';
import { loadScenarios } from '../scenario/load.ts';
import type { Memory } from '../scenario/memory.ts';
import { idOf } from '../scenario/resolved.ts';
import { backendOf } from '../scenario/scenario.ts';
import type { ScenarioSpec } from '../scenario/schema.ts';
import { placeOf, type Chosen, type Judge, type Subject } from './judging.ts';
import { reservedOf } from './reserved.ts';
import { evidenceOn, type Shelf } from './shelf.ts';
import type { Place } from './suite.ts';
import { mutantId, type KillTable } from './table.ts';

/** Loads the text of a scenario. Ends with a {@link UserError} where it is refused. */
export type Load = (text: string) => Promise<unknown>;

/** Loads by the rules of a project, from a file that is nowhere and has no defaults above it. */
export function loaderOf({ project }: Place, { files }: Pick<Ports, 'files'>, { criteria }: Pick<Memory, 'criteria'>): Load {
  const scenarios = join(project, '.honesty');
  const path = join(scenarios, 'reduced.yaml');
  return text => {
    const bytes = Buffer.from(text);
    const there = { kind: 'file', bytes: bytes.length, mode: 0o644, modified: 0, changed: 0 } as const;
    const ports: Pick<Ports, 'files'> = {
      files: {
        ...files,
        stat: async name => (name === path ? there : files.stat(name)),
        readBytes: async name => (name === path ? bytes : files.readBytes(name)),
        readText: async name => (name === path ? text : files.readText(name)),
      },
    };
    return loadScenarios(path, { project, scenarios }, ports, { criteria, defaults: new Map(), vacuity: new Map(), tasks: new Map() });
  };
}

const kinds = { all: 'load: all expected', none: 'load: nothing expected', one: 'load: one key expected' } as const;

/** How many scenarios with one key or none left were refused at load, and how many are enough alone. */
export interface Reduction {
  refused: number;
  enough: number;
}

/**
 * Takes away everything that a scenario expects, and everything but each single key. The first must not load; what is left of
 * the second must not load, or has to refuse a run that was killed. All of it, in the same way, has to load.
 */
export async function tryReductions(
  { scenario, shelf }: Subject,
  { judge, load }: { judge: Judge; load: Load },
  table: KillTable,
  isChosen: Chosen,
): Promise<Reduction> {
  const { expect } = scenario.spec;
  const count: Reduction = { refused: 0, enough: 0 };
  const attempt = async (
    kind: string,
    what: string,
    expectation: Expectation,
    judgeIt: (refusal: string | undefined) => Promise<string | undefined>,
  ) => {
    const id = mutantId(idOf(scenario), kind, what);
    if (!isChosen(id)) return;
    const because = await judgeIt(await refusalOf(load(textOf(scenario, expectation))));
    if (because === undefined) table.killed(kind);
    else table.survived({ kind, place: `${placeOf(scenario, ['expect'])} ${idOf(scenario)}`, what, because, id });
  };

  await attempt(kinds.all, 'expect: all of it', expect, async refusal => refusal && `expected to load, and is refused: ${refusal}`);
  await attempt(kinds.none, 'expect: {}', {}, async refusal => {
    if (refusal === undefined) return 'expected a load error, and it loads';
    count.refused += 1;
    return undefined;
  });
  for (const [key, value] of Object.entries(expect)) {
    const reduced = { [key]: value } as Expectation;
    await attempt(kinds.one, `expect: {${key}: …}`, reduced, async refusal => {
      count[refusal === undefined ? 'enough' : 'refused'] += 1;
      return refusal === undefined ? acceptedKill(reduced, shelf, judge) : undefined;
    });
  }
  return count;
}

/** A scenario of nothing but what decides which expectations say something. */
const textOf = ({ spec: { task, stage, ...spec } }: Subject['scenario'], expect: Expectation): string =>
  JSON.stringify({ scenario: 1, name: 'reduced', task, stage, backend: backendOf(spec as ScenarioSpec), expect });

/** The killed run that an expectation accepts, in words; undefined where it refuses them all. */
async function acceptedKill(expect: Expectation, shelf: Shelf, judge: Judge): Promise<string | undefined> {
  if (JSON.stringify(expect).includes('"run_interrupted"')) return undefined;
  for (const killed of killedRuns(shelf)) {
    const found = await judge({ expect } as ScenarioSpec, evidenceOn(killed));
    if (found.length === 0) return `it loads, and accepts a run that was killed and ended with ${killed.exit}`;
  }
  return undefined;
}

async function refusalOf(loading: Promise<unknown>): Promise<string | undefined> {
  try {
    await loading;
    return undefined;
  } catch (error) {
    if (error instanceof UserError) return error.problems.map(({ message }) => message).join('; ');
    throw error;
  }
}

/** The same run as if it had been killed at its first instant: the reserved report, and nothing else. */
function killedRuns(shelf: Shelf): Shelf[] {
  const report = reservedOf(shelf.report ?? {});
  const files = new Map([['report.json', Buffer.from(JSON.stringify(report))]]);
  return [exitCodes.fail, exitCodes.sigkill].map(exit => ({ ...shelf, report, sealed: false, exit, events: [], files }));
}
