import { join } from 'node:path';
import { inject, type TestContext } from 'vitest';
import { createEngine, type Engine } from './engine.ts';
import { type Problem, UserError } from './errors.ts';
import { judgeEvidence } from './expect/expectation.ts';
import type { Mismatch } from './expect/match.ts';
import { renderMismatch } from './expect/render.ts';
import { nodePorts } from './node/ports.ts';
import type { Ports } from './ports.ts';
import { headline } from './report/headline.ts';
import { runPlan } from './run.ts';
import { readEvidence } from './scenario/bundle-evidence.ts';
import { loadScenarios } from './scenario/load.ts';
import { gapOf, missingNeeds } from './scenario/needs.ts';
import { makePlan } from './scenario/plan.ts';
import { type Scenario, titleOf } from './scenario/scenario.ts';

/** What the plugin tells every worker. */
export interface Suite {
  /** Absolute root of the project. */
  project: string;
  /** Absolute folder of the scenarios. */
  scenarios: string;
  /** Absolute folder in which bundles are made. */
  out: string;
  nonce: string;
}

declare module 'vitest' {
  interface ProvidedContext {
    proofgate: Suite;
  }
  interface TaskMeta {
    /** Why a scenario was not run, for the list at the end. */
    notProven?: string;
    /** Bundle of the run, absolute. */
    bundle?: string;
  }
}

/** Within this time a run that was cancelled has ended its children and sealed its bundle. */
const SEAL_MS = 20_000;

/**
 * The engine of a suite in this worker, made by its owner: this entry is what `main` is to a command line. It is keyed
 * by the nonce of the suite, so that nothing in it can outlive one; calibrations are its only memory.
 */
const engines = new Map<string, Promise<Engine>>();

function engineOf({ nonce, project }: Suite, ports: Ports): Promise<Engine> {
  const known = engines.get(nonce) ?? createEngine(project, ports);
  engines.set(nonce, known);
  return known;
}

/** Opens a scenario file once for all of its tests. */
export function openFile(file: string): (ctx: TestContext, index: number) => Promise<void> {
  const suite = inject('proofgate');
  const ports = nodePorts();
  const loaded = loadScenarios(file, suite, ports);
  // Whoever asks first hears of it; until then nobody has to.
  loaded.catch(() => undefined);
  return async (ctx, index) => {
    const scenario = (await loaded)[index];
    if (scenario?.name !== ctx.task.name) throw new Error(`${file} changed while it was being run: run it again`);
    try {
      await runScenario(ctx, scenario, suite, ports);
    } catch (error) {
      if (error instanceof UserError) refuse(file, error.problems);
      throw error;
    }
  };
}

/** One scenario: its plan, its run, and what the bundle on disk has to show. */
async function runScenario(ctx: TestContext, scenario: Scenario, suite: Suite, ports: Ports): Promise<void> {
  const { spec } = scenario;
  const gap = gapOf({ skip: spec.skip, missing: await missingNeeds(spec.needs ?? [], ports.exec, ports.host.env) }, ports.host.env);
  if (gap?.fails) fail([errorAt(scenario, [spec.skip === undefined ? 'needs' : 'skip'], `not proven: ${gap.reason}\n  hint: ${gap.hint}`)]);
  if (gap) {
    ctx.task.meta.notProven = gap.reason;
    return ctx.skip(gap.reason);
  }

  const plan = await makePlan(scenario, { ...suite, env: ports.host.env }, ports);
  const run = runPlan(plan, ports, endOf(ctx), await engineOf(suite, ports));
  // A cancelled test is over for Vitest at once; the worker stays until the children are dead and the bundle is sealed.
  ctx.onTestFinished(() => run.then(ignore, ignore), SEAL_MS);
  const { dir, report, exit } = await run;
  ctx.task.meta.bundle = dir;

  const mismatches = await judgeEvidence(spec.expect, await readEvidence({ dir, exit, scenarioDir: scenario.dir }, ports));
  const after = [`  the run ended: ${headline(report)}`, `  bundle: ${dir}`, `  again:  ${againOf(scenario)}`].join('\n');
  fail(inOrder(scenario, mismatches).map(mismatch => mismatchError(scenario, mismatch, after)));
}

/** Aborts when Vitest ends the test early; the reason is what the evidence says. */
function endOf({ signal }: TestContext): AbortSignal {
  const controller = new AbortController();
  const abort = () => controller.abort('cancellation of the suite');
  if (signal.aborted) abort();
  signal.addEventListener('abort', abort, { once: true });
  return controller.signal;
}

const ignore = () => undefined;

const mismatchError = (scenario: Scenario, mismatch: Mismatch, after: string) =>
  errorAt(scenario, mismatch.path, `${renderMismatch(mismatch)}\n${after}`);

/** As they stand in the file, not as they were found. */
function inOrder({ origin }: Scenario, mismatches: readonly Mismatch[]): Mismatch[] {
  const offset = ({ path }: Mismatch) => {
    const { yaml, path: inFile } = origin(path);
    const { line, col } = yaml.place(inFile);
    return line * 10_000 + col;
  };
  return mismatches.toSorted((a, b) => offset(a) - offset(b));
}

/** The command that runs this scenario alone. */
function againOf(scenario: Scenario): string {
  const pattern = titleOf(scenario).replaceAll(/[$()*+.?[\]^{|}]/g, '\\$&');
  return `npx vitest run ${scenario.file} -t '${pattern}'`;
}

/** Says the problems of a file, each at its place. */
export function refuse(file: string, problems: readonly Problem[]): never {
  const { project } = inject('proofgate');
  const errors = problems.map(({ at = '', message, hint, frame }) => {
    const [, name, line = '1', col = '1'] = /^(.+):(\d+):(\d+)$/.exec(at) ?? [];
    const place = name === undefined ? `${file}:1:1` : `${join(project, name)}:${line}:${col}`;
    // Vitest frames the scenario file itself; of any other file the problem brings its own.
    const isElsewhere = name === undefined || join(project, name) !== file;
    const context = isElsewhere ? [...(at ? [`  at ${at}`] : []), ...(frame ? [frame] : [])] : [];
    return withPlace(new UserError({ message, hint }), [message, ...context, `  hint: ${hint}`].join('\n'), place);
  });
  return fail(errors) as never;
}

/** An error that a reader sees at the line of the scenario that asked for it. */
function errorAt(scenario: Scenario, path: Mismatch['path'], message: string): Error {
  const { yaml, path: inFile } = scenario.origin(path);
  const { line, col } = yaml.place(inFile);
  return withPlace(new Error(message), message, `${join(inject('proofgate').project, yaml.file)}:${line}:${col}`);
}

/** The only frame of its stack is the YAML, which is how Vitest comes to print it. */
function withPlace(error: Error, message: string, place: string): Error {
  error.name = error instanceof UserError ? 'ScenarioProblem' : 'ScenarioFailure';
  error.message = message;
  error.stack = `${error.name}: ${message}\n    at ${place}`;
  return error;
}

/** Throws what there is to throw; Vitest reports each error of an aggregate on its own. */
function fail(errors: readonly Error[]): void {
  if (errors.length === 1) throw errors[0];
  if (errors.length > 1) throw new AggregateError(errors, `${errors.length} expectations do not hold`);
}
