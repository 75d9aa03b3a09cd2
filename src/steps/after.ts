import { join } from 'node:path';
import { baselinePlan, compareBaseline } from '../baseline.ts';
import { disallowed, missingEvents, verifyPatch } from '../checks/index.ts';
import type { Engine } from '../engine.ts';
import { emitChecked, named, replaceExposed, scanBundle, serialize, writeMarkers, type Evidence } from '../evidence/index.ts';
import { showMs } from '../model/duration.ts';
import type { Facts } from '../model/facts.ts';
import type { Plan } from '../model/plan.ts';
import type { Ports } from '../ports.ts';
import { lookAgain, type Source } from '../sources/index.ts';
import { judge } from '../verdict.ts';
import { checkEnding, type Reading, type Workspace } from '../workspace/index.ts';
import type { Run } from './run.ts';
import { throwIfStopped } from './stopped.ts';

/** Step 8: something changed, only where it may, nothing outside, nothing protected, review and approvals. */
export function check(run: Run, reading: Reading): void {
  const { bundle, contract, facts, digests } = run;
  bundle.trace.start('checks');
  const strays = disallowed(reading.files, contract.task.allowed_paths).map(file => file.path);
  emitChecked(run, 'git.diff.checked', {
    changed_files: reading.files.map(file => file.path),
    disallowed: strays,
    ...named(digests, 'patch.diff'),
  });
  bundle.trace.end('checks', 'ok', { boundary: facts.boundary });
}

/** Step 9, never in the agent's own tree. */
export async function verify(run: Run, reading: Reading, expected: string[]): Promise<void> {
  const { contract, bundle, facts, digests, ports, scratch, seedDir, exam, signal } = run;
  bundle.trace.start('verification');
  const log = bundle.openLog('test.log');
  const job = {
    seedDir,
    exam,
    contract,
    reading,
    expected,
    scratch: join(scratch, 'verification'),
    signal,
    runId: bundle.runId,
    onLog: log.push,
  };
  if (!contract.verification.command) log.push('nothing was verified: the contract names no test command\n');
  facts.tests = await verifyPatch(job, ports);
  if (facts.tests.recorded?.timed_out)
    log.push(`\n[proofgate: the test command was ended after ${showMs(contract.verification.timeout_ms)}]\n`);
  digests['test.log'] = log.close().sha256;
  digests['test-report.json'] = await bundle.write('test-report.json', serialize(facts.tests));
  const { recorded } = facts.tests;
  if (recorded?.timed_out) bundle.trace.note('verification', { timed_out: 'recorded run', limit_ms: contract.verification.timeout_ms });
  emitChecked(run, 'verification.completed', {
    command: contract.verification.command,
    exit_code: recorded?.exit_code ?? null,
    tests: recorded?.tests.length ?? 0,
    ...named(digests, 'test.log', 'test-report.json'),
  });
  bundle.trace.end('verification', recorded ? `exit ${recorded.exit_code}` : 'no command', { tests: facts.tests });
  await throwIfStopped(signal);
}

/** The ending tree, when every process is dead; the tests may have changed what the watch over the boundary saw. */
export async function checkEnd({ bundle, contract, facts, source, ports }: Run, workspace: Workspace, reading: Reading): Promise<void> {
  bundle.trace.start('ending');
  const untracked = reading.commits ? [] : disallowed(reading.files, contract.task.allowed_paths).filter(file => file.change === 'added');
  const left = await checkEnding(
    workspace,
    reading,
    untracked.map(file => file.path),
    ports,
  );
  if (source) await lookAtSource(facts, source);
  const alive = facts.backend?.survivors ?? 0;
  facts.ending = alive > 0 ? [...left, `${alive} processes still running`] : left;
  bundle.trace.end('ending', facts.ending.length > 0 ? 'dirty' : 'clean', {
    ending: facts.ending,
    boundary: facts.boundary,
    ...(source ? { source: facts.source } : {}),
  });
}

/** The original of the source is as it was, or it counts as a protected path that changed. */
async function lookAtSource(facts: Facts, source: Source): Promise<void> {
  facts.source = await lookAgain(source);
  const { original } = facts.source;
  if (
    !original ||
    !facts.boundary ||
    original.after === original.before ||
    facts.boundary.protected.some(path => path.endsWith(original.path))
  )
    return;
  facts.boundary = { ...facts.boundary, protected: [...facts.boundary.protected, original.path].sort() };
}

/** Step 10. */
export function requireEvents({ bundle, contract, facts }: Run): void {
  bundle.trace.start('events');
  facts.events = missingEvents(
    contract.required_events,
    bundle.events.list.map(event => event.type),
  );
  bundle.trace.end('events', facts.events.length > 0 ? 'missing' : 'ok', { events: facts.events });
}

type RunPlan = (plan: Plan, ports: Ports, stop: AbortSignal, engine: Engine) => Promise<Evidence>;

/** Step 11: the same task by the fake backend, in the same run, once the backend's last process is dead. */
export async function compareWithBaseline({ plan, contract, bundle, engine, facts, ports, signal }: Run, runPlan: RunPlan): Promise<void> {
  if (plan.backend.id === 'fake') return;
  bundle.trace.start('baseline');
  const baseline = await runPlan(baselinePlan(plan, bundle.dir), ports, signal, { ...engine, progress: undefined });
  facts.baseline = await compareBaseline(contract, baseline, ports);
  bundle.events.emit({ type: 'baseline.compared', data: { ...facts.baseline } });
  bundle.trace.end('baseline', facts.baseline.status, { baseline: facts.baseline });
  signal.throwIfAborted();
}

/** Step 12: every bundle has its patch, its test log and the markers of its blockers; none has a registered secret. */
export async function scan({ contract, facts, bundle, ports }: Run): Promise<void> {
  bundle.trace.start('scan');
  const { blockers, failureReason } = judge(contract, facts);
  if (!facts.changes) await bundle.write('patch.diff', '');
  if (!facts.tests) await bundle.write('test.log', `nothing was verified: ${failureReason ?? 'the run did not come to it'}\n`);
  await writeMarkers(bundle, blockers, facts, ports);
  const found = await replaceExposed(bundle.dir, await scanBundle(bundle.dir, bundle.redactor, ports), bundle.redactor, ports);
  facts.secrets = [...facts.secrets, ...found];
  bundle.trace.end('scan', facts.secrets.length > 0 ? 'exposed' : 'ok', { secrets: facts.secrets, interrupted: facts.interrupted });
}
