import { findBackend } from './backends/index.ts';
import { observe } from './containment/index.ts';
import { scratchPrefixes, type Engine } from './engine.ts';
import { systemCode, UserError } from './errors.ts';
import { collectSecrets, makeRedactor, reserve, seal, skippedSecrets, type Evidence } from './evidence/index.ts';
import type { Plan } from './model/plan.ts';
import type { Ports } from './ports.ts';
import { readStage } from './stages/index.ts';
import type { Run } from './steps/run.ts';
import {
  agree,
  calibrateTask,
  check,
  checkEnd,
  compareWithBaseline,
  handOver,
  isApproved,
  mayStart,
  open,
  read,
  requireEvents,
  scan,
  verify,
  watchOf,
  work,
} from './steps/index.ts';

/**
 * One plan, one backend, one evidence bundle. Start reading here.
 *
 * Whatever happens, the bundle that is left says so: a refusal, a failure and an interruption are verdicts, and anything
 * that is not one (a bug, a kill) leaves the report that was reserved first, which is a fail.
 *
 * @throws UserError when not even a bundle can be made, the plan names what does not exist, or the record of the stage is not right.
 */
export async function runPlan(plan: Plan, ports: Ports, stop: AbortSignal, engine: Engine): Promise<Evidence> {
  const signal = AbortSignal.any([stop, AbortSignal.timeout(plan.limits.runMs)]);
  const backend = findBackend(plan.backend.id);
  const stage = await readStage(plan.project, plan.stage, ports, plan.given.admissions);
  const token = backend.usesModel ? ports.randomHex(24) : '';
  const redactor = makeRedactor(collectSecrets({ ...ports.host.env, ...plan.env, PROOFGATE_RUN_TOKEN: token }, plan.given.secrets));
  await using room = await ports.files.scratch(scratchPrefixes.room);
  await using harness = await ports.files.scratch(scratchPrefixes.harness);

  const bundle = await reserve(plan, redactor, engine.identity, ports, engine.progress); // 1
  const short = skippedSecrets(ports.host.env);
  if (short.length > 0) bundle.trace.note('reserve', { too_short_to_be_looked_for: short });
  try {
    const run = await agree(plan, {
      backend,
      stage,
      bundle,
      engine,
      ports,
      signal,
      token,
      workspaceParent: room.path,
      scratch: harness.path,
    }); // 2
    try {
      await takeSteps(run);
    } catch (error) {
      if (!signal.aborted) throw error;
      run.facts.interrupted = stop.aborted ? String(stop.reason) : 'the limit of the whole run';
    }
    await scan(run); // 12
    return await seal(plan, run.contract, run.facts, bundle, ports); // 13
  } catch (error) {
    await bundle.abandon();
    throw asMistake(error);
  } finally {
    bundle.closeLogs();
  }
}

/** Steps 2 to 11. Returns early when the answer is no; what is known by then is what is judged. */
async function takeSteps(run: Run): Promise<void> {
  if (run.facts.dirty_start.length > 0) return;
  if (!(await mayStart(run))) return; // 3
  const expected = await calibrateTask(run); // 4
  if (!expected) return;
  if (!(await isApproved(run))) return;

  const workspace = await open(run); // 5
  const observation = await observe(watchOf(run), run.ports);
  const logs = await work(run, workspace); // 6
  run.facts.boundary = await observation.end(logs);
  await run.bundle.restore();
  const reading = await read(run, workspace); // 7
  check(run, reading); // 8
  await verify(run, reading, expected); // 9
  run.facts.boundary = await observation.endOfTests(run.facts.boundary, { ...logs, ...run.digests });
  await run.bundle.restore();
  await checkEnd(run, workspace, reading);
  requireEvents(run); // 10
  await compareWithBaseline(run, runPlan); // 11
  await handOver(run, reading);
}

/** A host that gives no room or no rights is for its owner to mend, and no bug: everything else keeps its stack. */
function asMistake(error: unknown): unknown {
  const code = systemCode(error);
  if (!code || !HOST_CODES.has(code) || error instanceof UserError) return error;
  const hint = 'free the disk or mend the permissions of the reports and temporary folders; the bundle says run_interrupted';
  return new UserError({ message: `the run could not go on (${code})`, hint }, { cause: error });
}

const HOST_CODES = new Set(['ENOSPC', 'EDQUOT', 'EACCES', 'EROFS', 'EMFILE', 'ENFILE', 'EIO']);
