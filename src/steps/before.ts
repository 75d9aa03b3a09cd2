import { join } from 'node:path';
import { calibrateOnce, readExam } from '../checks/index.ts';
import { makeContract, protectedByDefault } from '../contract.ts';
import { emitChecked, named, serialize, type Bundle } from '../evidence/index.ts';
import { noFacts, type Facts } from '../model/facts.ts';
import type { Plan } from '../model/plan.ts';
import { admissionFacts, decideEligibility, inspectionRecord, nothingAdmitted, preflight, resolveProgram } from '../preflight/index.ts';
import { handoverOf, openDestination } from '../handover/index.ts';
import { obtainSource } from '../sources/index.ts';
import { checkSource, placeGiven } from '../workspace/index.ts';
import { ask } from './approver.ts';
import { keepRecords, preflightArtifacts } from './records.ts';
import type { Run } from './run.ts';

/** Step 2: the contract, and whether its source is clean. */
export async function agree(
  asked: Plan,
  parts: Omit<Run, 'plan' | 'contract' | 'facts' | 'digests' | 'seedDir' | 'exam' | 'admitted' | 'source' | 'destination'>,
): Promise<Run> {
  const { bundle, engine, ports, scratch, workspaceParent } = parts;
  const placed = await placeGiven(asked, scratch, ports);
  bundle.events.emit({ type: 'run.started', data: { backend: asked.backend.id, stage: asked.stage, task: asked.task.spec.id } });
  bundle.trace.start('contract');
  const { plan, source } = await obtainSource(placed, scratch, ports);
  const destination = await openDestination(plan, source, scratch, ports);
  const { seedDir, dirty: changed } = await checkSource(plan, scratch, ports);
  const dirty = [...changed, ...(source?.dirty ?? [])];
  const contract = makeContract(plan, {
    runId: bundle.runId,
    bundleDir: bundle.dir,
    workspaceDir: join(workspaceParent, 'workspace'),
    engine: engine.identity,
    program: await resolveProgram(plan, engine.programs, ports),
    backend: parts.backend,
    stage: parts.stage,
    source: source?.facts ?? null,
    handover: handoverOf(plan),
    protectedRoots: [
      ...protectedByDefault(plan),
      ...(source ? [...source.guarded, plan.task.repoDir] : []),
      ...(destination?.protectedRoots ?? []),
    ],
  });
  const digests: Run['digests'] = {};
  const contractText = serialize(contract);
  digests['task.contract.json'] = await bundle.write('task.contract.json', contractText);
  if (plan.scenarioText !== null) digests['scenario.yaml'] = await bundle.write('scenario.yaml', plan.scenarioText);
  const run: Run = {
    ...parts,
    plan,
    contract,
    seedDir,
    source,
    destination,
    exam: await readExam(plan.task, ports),
    digests,
    admitted: nothingAdmitted(),
    facts: {
      ...noFacts,
      dirty_start: contract.task.clean_start ? dirty : [...(source?.dirty ?? [])],
      source: source?.facts ?? null,
      secrets: secretsIn(contractText, bundle),
    },
  };
  emitChecked(run, 'task.contract.created', {
    task_digest: contract.task.digest,
    dirty,
    ...named(digests, 'task.contract.json', 'scenario.yaml'),
  });
  bundle.trace.end('contract', run.facts.dirty_start.length > 0 ? 'dirty' : 'ok', {
    dirty_start: run.facts.dirty_start,
    source: run.facts.source,
  });
  return run;
}

/** Step 3: the first check that says no ends the run before any process of the backend. */
export async function mayStart(run: Run): Promise<boolean> {
  const { plan, contract, backend, stage, bundle, digests, facts, admitted, source, ports, signal } = run;
  bundle.trace.start('preflight');
  const { refusal, passed } = await preflight({ plan, contract, backend, stage, admitted, source, signal }, ports);
  facts.refusal = refusal;
  facts.admissions = admissionFacts(contract, admitted);
  Object.assign(digests, await keepRecords(admitted, bundle));
  const inspection = `stage${contract.stage}-no-target-inspection.json`;
  digests['eligibility.json'] = await bundle.write('eligibility.json', serialize(decideEligibility(contract, stage, refusal)));
  digests[inspection] = await bundle.write(inspection, serialize(inspectionRecord(plan, contract, refusal)));
  bundle.events.emit({
    type: 'eligibility.decided',
    data: { selected: refusal ? null : backend.id, ...named(digests, 'eligibility.json', inspection) },
  });
  bundle.events.emit({
    type: 'preflight.completed',
    status: refusal ? 'blocked' : 'ok',
    data: { passed, ...(refusal ? { refused: refusal.code } : {}), ...named(digests, ...preflightArtifacts) },
  });
  bundle.trace.end('preflight', refusal?.code ?? 'ok', { refusal, admissions: facts.admissions });
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
export async function isApproved(run: Run): Promise<boolean> {
  const { contract, bundle, facts } = run;
  const { required, scope, mutation_mode } = contract.task.approval;
  if (!required) return true;
  bundle.trace.start('approval');
  facts.approval_denied = (await ask(run, { scope, mutation_mode })).denied;
  bundle.trace.end('approval', facts.approval_denied ? 'denied' : 'ok', { approval_denied: facts.approval_denied });
  return !facts.approval_denied;
}

/** Registered secrets that somebody wrote into the task; the contract on disk is redacted. */
const secretsIn = (contractText: string, { redactor }: Bundle): Facts['secrets'] =>
  redactor.names(contractText).map(name => ({ name, artifact: 'task.contract.json' }));
