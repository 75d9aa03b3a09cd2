import { join } from 'node:path';
import { announce, answerApproval, runBackend, type Backend } from './backends/index.ts';
import { baselinePlan, compareBaseline } from './baseline.ts';
import { calibrateOnce, disallowed, missingEvents, verifyPatch } from './checks/index.ts';
import { makeContract, protectedByDefault } from './contract.ts';
import type { Engine } from './engine.ts';
import { emitChecked, named, replaceExposed, scanBundle, writeMarkers, type Bundle, type Evidence } from './evidence/index.ts';
import type { Contract } from './model/contract.ts';
import { showMs } from './model/duration.ts';
import { noFacts, type Facts } from './model/facts.ts';
import type { Plan } from './model/plan.ts';
import type { Ports } from './ports.ts';
import { decideEligibility, inspectionRecord, preflight, resolveProgram } from './preflight/index.ts';
import { judge } from './verdict.ts';
import {
  checkEnding,
  checkSource,
  placeGiven,
  openWorkspace,
  readTree,
  renderPatch,
  type Reading,
  type Workspace,
} from './workspace/index.ts';

/** One run while it goes on. */
export interface Run {
  readonly plan: Plan;
  readonly backend: Backend;
  readonly contract: Contract;
  readonly bundle: Bundle;
  readonly engine: Engine;
  readonly ports: Ports;
  readonly signal: AbortSignal;
  /** Holds the workspace and nothing else. */
  readonly workspaceParent: string;
  /** The harness's own room; no path of it is given to a backend. */
  readonly scratch: string;
  readonly seedDir: string;
  /** What is known so far. */
  readonly facts: Facts;
  /** SHA-256 of artifacts that are finished; null where one could not be written. */
  readonly digests: Record<string, string | null>;
}

/** Step 2: the contract, and whether its source is clean. */
export async function agree(asked: Plan, parts: Omit<Run, 'plan' | 'contract' | 'facts' | 'digests' | 'seedDir'>): Promise<Run> {
  const { bundle, engine, ports, scratch, workspaceParent } = parts;
  const plan = await placeGiven(asked, scratch, ports);
  bundle.events.emit({ type: 'run.started', data: { backend: plan.backend.id, stage: plan.stage, task: plan.task.spec.id } });
  bundle.trace.start('contract');
  const { seedDir, dirty } = await checkSource(plan, scratch, ports);
  const contract = makeContract(plan, {
    runId: bundle.runId,
    bundleDir: bundle.dir,
    workspaceDir: join(workspaceParent, 'workspace'),
    engine: engine.identity,
    program: await resolveProgram(plan, engine.programs, ports),
    protectedRoots: protectedByDefault(plan),
  });
  const digests: Run['digests'] = {};
  const contractText = `${JSON.stringify(contract, null, 2)}\n`;
  digests['task.contract.json'] = await bundle.write('task.contract.json', contractText);
  if (plan.scenarioText !== null) digests['scenario.yaml'] = await bundle.write('scenario.yaml', plan.scenarioText);
  const run: Run = {
    ...parts,
    plan,
    contract,
    seedDir,
    digests,
    facts: { ...noFacts, dirty_start: contract.task.clean_start ? dirty : [], secrets: secretsIn(contractText, bundle) },
  };
  emitChecked(run, 'task.contract.created', {
    task_digest: contract.task.digest,
    dirty,
    ...named(digests, 'task.contract.json', 'scenario.yaml'),
  });
  bundle.trace.end('contract', run.facts.dirty_start.length > 0 ? 'dirty' : 'ok', { dirty_start: run.facts.dirty_start });
  return run;
}

/** Step 3: the first check that says no ends the run before any process of the backend. */
export async function mayStart(run: Run): Promise<boolean> {
  const { plan, contract, backend, bundle, facts, ports } = run;
  bundle.trace.start('preflight');
  const { refusal, passed } = await preflight({ plan, contract, backend }, ports);
  facts.refusal = refusal;
  await bundle.write('eligibility.json', `${JSON.stringify(decideEligibility(contract, refusal), null, 2)}\n`);
  await bundle.write(
    `stage${contract.stage}-no-target-inspection.json`,
    `${JSON.stringify(inspectionRecord(plan, contract, refusal), null, 2)}\n`,
  );
  bundle.events.emit({ type: 'eligibility.decided', data: { selected: refusal ? null : backend.id } });
  bundle.events.emit({
    type: 'preflight.completed',
    status: refusal ? 'blocked' : 'ok',
    data: { passed, ...(refusal ? { refused: refusal.code } : {}) },
  });
  bundle.trace.end('preflight', refusal?.code ?? 'ok', { refusal });
  return !refusal;
}

/** Step 4: a fixture that does not fail as promised proves nothing. @returns the tests that must pass, or undefined. */
export async function calibrateTask(run: Run): Promise<string[] | undefined> {
  const { plan, contract, bundle, engine, facts, ports, scratch, signal } = run;
  if (!contract.verification.command) return [];
  bundle.trace.start('calibrate');
  const job = {
    task: plan.task,
    contract,
    times: engine.calibrationTimes,
    scratch: join(scratch, 'calibration'),
    signal,
    runId: bundle.runId,
  };
  const { problems, identities } = await calibrateOnce(engine.calibrations, job, ports);
  facts.calibration = problems;
  bundle.trace.end('calibrate', problems.length > 0 ? 'fixture_invalid' : 'ok', { calibration: problems });
  signal.throwIfAborted();
  return problems.length > 0 ? undefined : identities;
}

/** A required approval is asked before the backend starts; nobody to answer is a denial. */
export function isApproved({ plan, contract, bundle, facts, ports }: Run): boolean {
  const { required, scope, mutation_mode } = contract.task.approval;
  if (!required) return true;
  bundle.trace.start('approval');
  facts.approval_denied = answerApproval({ scope, mutation_mode }, plan.approval, bundle, ports).denied;
  bundle.trace.end('approval', facts.approval_denied ? 'denied' : 'ok', { approval_denied: facts.approval_denied });
  return !facts.approval_denied;
}

/** Step 5. */
export async function open({ bundle, seedDir, scratch, workspaceParent, ports }: Run): Promise<Workspace> {
  bundle.trace.start('workspace');
  const workspace = await openWorkspace(seedDir, { parent: workspaceParent, scratch }, ports);
  bundle.trace.end('workspace', 'ok');
  return workspace;
}

/** What must not change while the backend runs: also the engine's own code, and what it keeps of the seed. */
export const watchOf = ({ contract, bundle, engine, ports, seedDir, workspaceParent }: Run, workspace: Workspace) => ({
  protectedRoots: [...contract.protected_roots, seedDir, workspace.gitDir],
  programs: [...engine.ownFiles, ports.host.nodePath, contract.verification.program?.path].filter(path => path !== undefined),
  workspaceParent,
  bundleDir: bundle.dir,
  expected: bundle.expected,
});

/** Step 6. */
export async function work(
  { backend, plan, contract, bundle, facts, ports, signal }: Run,
  workspace: Workspace,
): Promise<Record<string, string>> {
  bundle.trace.start('backend');
  const result = await runBackend(backend, plan, contract, workspace.dir, bundle, ports, signal);
  facts.backend = result.backend;
  facts.review = result.review;
  facts.approval_denied = result.approvalDenied;
  bundle.trace.end('backend', result.backend.timed_out ? 'timed out' : `exit ${result.backend.exit_code}`, {
    backend: facts.backend,
    review: facts.review,
    approval_denied: facts.approval_denied,
  });
  signal.throwIfAborted();
  return result.logs;
}

/** Step 7: the tree is read once, when the last process is dead. */
export async function read({ backend, contract, bundle, facts, digests, ports, scratch }: Run, workspace: Workspace): Promise<Reading> {
  bundle.trace.start('diff');
  const reading = await readTree(workspace, scratch, ports);
  facts.changes = { files: reading.files, commits: reading.commits };
  digests['patch.diff'] = await bundle.write('patch.diff', await renderPatch(workspace, reading, scratch, ports));
  if (reading.files.length > 0)
    announce(
      backend,
      contract,
      bundle,
      reading.files.map(file => file.path),
    );
  bundle.trace.end('diff', `${reading.files.length} changed`, { changes: facts.changes });
  return reading;
}

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
  const { plan, contract, bundle, facts, digests, ports, scratch, signal } = run;
  bundle.trace.start('verification');
  const log = bundle.openLog('test.log');
  const job = {
    task: plan.task,
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
  digests['test-report.json'] = await bundle.write('test-report.json', `${JSON.stringify(facts.tests, null, 2)}\n`);
  const { recorded } = facts.tests;
  if (recorded?.timed_out) bundle.trace.note('verification', { timed_out: 'recorded run', limit_ms: contract.verification.timeout_ms });
  emitChecked(run, 'verification.completed', {
    command: contract.verification.command,
    exit_code: recorded?.exit_code ?? null,
    tests: recorded?.tests.length ?? 0,
    ...named(digests, 'test.log', 'test-report.json'),
  });
  bundle.trace.end('verification', recorded ? `exit ${recorded.exit_code}` : 'no command', { tests: facts.tests });
  signal.throwIfAborted();
}

/** The ending tree, when every process is dead. */
export async function checkEnd({ bundle, contract, facts, ports }: Run, workspace: Workspace, reading: Reading): Promise<void> {
  bundle.trace.start('ending');
  const untracked = reading.commits ? [] : disallowed(reading.files, contract.task.allowed_paths).filter(file => file.change === 'added');
  const left = await checkEnding(
    workspace,
    reading,
    untracked.map(file => file.path),
    ports,
  );
  const alive = facts.backend?.survivors ?? 0;
  facts.ending = alive > 0 ? [...left, `${alive} processes still running`] : left;
  bundle.trace.end('ending', facts.ending.length > 0 ? 'dirty' : 'clean', { ending: facts.ending });
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

/** Registered secrets that somebody wrote into the task; the contract on disk is redacted. */
const secretsIn = (contractText: string, { redactor }: Bundle): Facts['secrets'] =>
  redactor.names(contractText).map(name => ({ name, artifact: 'task.contract.json' }));

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
