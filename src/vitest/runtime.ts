import { inject, recordArtifact, type TestContext } from 'vitest';
import { createEngine, type Engine } from '../engine.ts';
import { type Problem, UserError } from '../errors.ts';
import type { Mismatch } from '../expect/match.ts';
import { renderMismatch } from '../expect/render.ts';
import { nodePorts } from '../node/ports.ts';
import type { Ports } from '../ports.ts';
import { knownFailure } from '../scenario/judging.ts';
import { loadScenarios } from '../scenario/load.ts';
import { type Gap, gapOf, missingNeeds, needsEnv } from '../scenario/needs.ts';
import { digestOf } from '../scenario/resolved.ts';
import { type Scenario, titleOf } from '../scenario/scenario.ts';
import type { ProofMeta, SuiteContext } from './context.ts';
import { errorAt, refusals, throwAll } from './failure.ts';
import { mismatchesOf, NotHere, type Proof } from './proof.ts';
import { prove } from './prove.ts';

/** Within this time a run that was cancelled has ended its children and sealed its bundle. */
const SEAL_MS = 20_000;

const MAY_LACK = 'PROOFGATE_MAY_LACK=unprivileged_user';

/** What the scenarios of a suite share in this worker. */
interface Shared {
  /** Where programs are was found out before any backend ran. */
  ports: Ports;
  engine: Promise<Engine>;
  gated: Engine['calibrations'];
  /** Prerequisites that were tried. */
  needs: Map<string, Promise<boolean>>;
}

/**
 * Made by its owner: this entry is what `main` is to a command line. It is keyed by the nonce of the suite, so that nothing in it
 * can outlive one; calibrations and prerequisites are its only memory.
 */
const suites = new Map<string, Shared>();

function sharedIn({ nonce, project }: SuiteContext): Shared {
  const known = suites.get(nonce);
  if (known) return known;
  const ports = nodePorts();
  const shared = { ports, engine: createEngine(project, ports), gated: new Map(), needs: new Map() };
  // whoever asks first hears of it; until then nobody has to
  shared.engine.catch(() => undefined);
  suites.set(nonce, shared);
  return shared;
}

/**
 * Opens a scenario file for all of its tests; it is read when the first of them runs.
 * @returns the body of the test at `index`, or of one that is skipped for a reason
 */
export function openFile(file: string): (ctx: TestContext, index: number, skip?: string) => Promise<void> {
  const suite = inject('proofgate');
  let loaded: Promise<Scenario[]> | undefined;
  return async (ctx, index, skip) => {
    if (skip !== undefined && !gapOf({ skip }, process.env)?.fails) return leaveOut(ctx, skip);
    try {
      const shared = sharedIn(suite);
      loaded ??= loadScenarios(file, suite, shared.ports);
      const scenario = (await loaded)[index];
      if (scenario?.name !== ctx.task.name) throw new Error(`${file} changed while it was being run: run it again`);
      await runScenario(ctx, scenario, suite, shared);
    } catch (error) {
      if (error instanceof UserError) return throwAll(refusals(suite.project, file, error.problems));
      throw error;
    }
  };
}

/** Says the problems of a file, each at its place. */
export function refuse(file: string, problems: readonly Problem[]): void {
  throwAll(refusals(inject('proofgate').project, file, problems));
}

/** One scenario: what it does, and what the evidence on disk has to show. */
async function runScenario(ctx: TestContext, scenario: Scenario, suite: SuiteContext, shared: Shared): Promise<void> {
  const { spec } = scenario;
  const { ports } = shared;
  const world = await needsEnv(ports.host.env, suite.project, ports.files);
  const missing = await missingNeeds(spec.needs ?? [], ports.exec, world, shared.needs);
  const gap = gapOf({ skip: spec.skip, todo: spec.todo, missing }, ports.host.env);
  if (gap) return fallInto(gap, ctx, scenario, suite);

  const proving = prove(scenario, { suite, engine: await shared.engine, gated: shared.gated, ports, signal: endOf(ctx) });
  // A cancelled test is over for Vitest at once; the worker stays until the children are dead and the bundle is sealed.
  ctx.onTestFinished(() => proving.then(ignore, ignore), SEAL_MS);
  const proof = await proving.catch((error: unknown) => {
    if (error instanceof NotHere) return error;
    throw error;
  });
  if (proof instanceof NotHere) {
    const lack = gapOf({ missing: proof.missing }, ports.host.env)!;
    const readable = proof.missing.includes('unprivileged_user')
      ? { hint: `make the project readable for every user, or say ${MAY_LACK}` }
      : {};
    return fallInto({ ...lack, reason: proof.message, ...readable }, ctx, scenario, suite);
  }
  const meta: ProofMeta = { exit: proof.exit, verdict: proof.ended, digest: digestOf(scenario) };
  if (proof.bundle !== undefined) meta.bundle = proof.bundle;
  if (spec.waive) meta.waived = { ...spec.waive };
  ctx.task.meta.proof = meta;
  await attach(ctx, scenario, proof, suite, ports);

  const found = await mismatchesOf(spec, proof);
  const after = [
    `  ${proof.ended}`,
    ...(proof.bundle === undefined ? [] : [`  bundle: ${proof.bundle}`]),
    `  again:  ${againOf(scenario)}`,
  ].join('\n');
  const red = (mismatches: readonly Mismatch[]) =>
    inOrder(scenario, mismatches).map(mismatch => mismatchError(suite.project, scenario, mismatch, after));
  if (spec.fails === undefined) return throwAll(red(found));

  const { others, held } = knownFailure(spec.fails, found);
  const surprises = held.map(path => {
    const message = `fails: ${path} was announced to fail, and it holds\n${after}\n  hint: take it out of fails: it is proven now`;
    return errorAt(suite.project, scenario, ['fails'], message);
  });
  throwAll([...surprises, ...red(others)]);
  meta.fails = [spec.fails].flat().join(', ');
}

/** What cannot be proven here is named, or red where nothing may be left out. */
function fallInto({ key, reason, fails, hint }: Gap, ctx: TestContext, scenario: Scenario, { project }: SuiteContext): void {
  if (!fails) return leaveOut(ctx, reason);
  throwAll([errorAt(project, scenario, [key], `not proven: ${reason}\n  hint: ${hint}`)]);
}

function leaveOut(ctx: TestContext, reason: string): never {
  ctx.task.meta.proof = { notProven: reason };
  return ctx.skip(reason);
}

/** The verdict and the page of the evidence travel with the test into every report. */
async function attach(ctx: TestContext, scenario: Scenario, { bundle, ended }: Proof, { project }: SuiteContext, { files }: Ports) {
  await ctx.annotate(bundle === undefined ? ended : `${ended} · ${bundle}`, 'proof');
  if (bundle === undefined) return;
  const { yaml, path } = scenario.origin([]);
  const { line, col } = yaml.place(path, 'key');
  const page = `${bundle}/report.md`;
  const body = (await files.stat(page))?.kind === 'file' ? await files.readText(page) : 'the run was never sealed\n';
  await recordArtifact(ctx.task, {
    type: 'proofgate:bundle',
    bundle,
    location: { file: `${project}/${yaml.file}`, line, column: col },
    attachments: [{ contentType: 'text/markdown', body, bodyEncoding: 'utf-8' }],
  });
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

const mismatchError = (project: string, scenario: Scenario, mismatch: Mismatch, after: string) =>
  errorAt(project, scenario, mismatch.path, `${renderMismatch(mismatch)}\n${after}`);

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
  return `npx vitest run ${scenario.file} -t '^${pattern}$'`;
}
