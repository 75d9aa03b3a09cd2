import { join } from 'node:path';
import { systemCode, UserError } from '../errors.ts';
import type { Plan } from '../model/plan.ts';
import type { Report } from '../model/report.ts';
import { emptyCounts } from '../model/verification.ts';
import { toBlocker } from '../model/blocker.ts';
import type { Ports } from '../ports.ts';
import { openBundle, type Bundle } from './bundle.ts';
import { spoilBeforehand } from './faults.ts';
import { reportText } from './seal.ts';
import type { Redactor } from './redact.ts';
import type { Progress } from './trace.ts';

/** What the engine says about itself in every report. */
export interface EngineIdentity {
  engineDigest: string;
  commit: string | null;
  host: string;
}

const PREPARING = '.preparing-';

/** Where a bundle is made ready before it appears: readers ignore dot names, and the next run removes it when process `pid` is gone. */
export const draftOf = (out: string, pid: number, name: string): string => join(out, `${PREPARING}${pid}-${name}`);

/**
 * Step 1. The bundle folder appears with a complete report that is a fail, so that a process which is killed at any
 * instant leaves evidence that cannot be read as a pass.
 *
 * @throws UserError when the folder cannot be made: without evidence there is no run.
 */
export async function reserve(plan: Plan, redactor: Redactor, engine: EngineIdentity, ports: Ports, progress?: Progress): Promise<Bundle> {
  const { files, clock, host } = ports;
  const startedAt = clock.monotonic();
  const startedWall = clock.now();
  const stamp = `${new Date(startedWall).toISOString().replace(/[-:]|\.\d+/g, '')}`;
  const runId = `${stamp}-${plan.task.spec.id}-${plan.backend.id}-${ports.randomHex(4)}`;
  const dir = join(plan.out, plan.bundleName ?? runId);
  const reserved = reportText(reservedReport(plan, runId, dir, startedWall, engine));
  const draft = draftOf(plan.out, host.pid, runId);
  try {
    await files.makeDir(plan.out);
    await removeStale(plan.out, ports);
    await files.makeDirExclusive(draft);
    await files.makeDir(join(draft, 'backend', 'agent'));
    await files.write(join(draft, 'report.json'), reserved);
    await spoilBeforehand(plan, draft, files);
    await files.publishDir(draft, dir);
  } catch (error) {
    const code = systemCode(error);
    if (!code) throw error;
    await files.remove(draft).catch(() => undefined);
    throw new UserError(
      {
        at: plan.out,
        message: `cannot make an evidence bundle here (${code})`,
        hint: 'free the disk, mend the permissions, or name another folder with --out',
      },
      { cause: error },
    );
  }
  const bundle = openBundle(plan, { dir, runId, startedAt, startedWall, redactor, reserved, progress }, ports);
  bundle.trace.start('reserve');
  bundle.trace.end('reserve', 'ok');
  return bundle;
}

/** Removes what earlier runs were still preparing when they were killed. */
async function removeStale(out: string, { files, host }: Ports): Promise<void> {
  for (const name of await files.list(out)) {
    const pid = name.startsWith(PREPARING) ? Number.parseInt(name.slice(PREPARING.length), 10) : 0;
    if (pid > 0 && pid !== host.pid && !host.alive(pid)) await files.remove(join(out, name));
  }
}

function reservedReport(plan: Plan, runId: string, dir: string, startedWall: number, engine: EngineIdentity): Report {
  const time = new Date(startedWall).toISOString();
  const { spec } = plan.task;
  return {
    schema: 'proofgate/report/1',
    sealed: false,
    run_id: runId,
    nonce: plan.nonce,
    suite: plan.suite,
    backend: plan.backend.id,
    stage: plan.stage,
    task: spec.id,
    status: 'fail',
    outcome: 'none',
    lifecycle: 'interrupted',
    blockers: [toBlocker({ code: 'run_interrupted', detail: 'the engine did not reach its end' })],
    failure_reason: 'run interrupted: the engine did not reach its end',
    run_start: time,
    run_end: time,
    backend_exit_code: null,
    changed_files: [],
    allowed_writes_passed: false,
    required_events_passed: false,
    tests_command: spec.verification.command?.join(' ') ?? null,
    tests_passed: false,
    verification: {
      required: spec.verification.required,
      command: spec.verification.command ?? null,
      ran: false,
      exit_code: null,
      timed_out: false,
      missing_command: !spec.verification.command,
      tests: [],
      counts: emptyCounts,
      control: { planted: 0, twins: 0, seen_failing: 0 },
      isolation: 'in_process',
    },
    approvals: [],
    review: { required: spec.review.required, verdict: 'none', reason: null },
    source_admission_status: 'not_admitted',
    source: null,
    model: { provider: plan.model?.provider ?? null, id: plan.model?.id ?? null, runtime_provider: null, admission_status: 'not_admitted' },
    gateway: null,
    containment: { level: 'none', claims: [], not_claimed: [], process_tree: 'not_started', survivors: 0 },
    baseline: null,
    handover: null,
    artifacts: [],
    artifact_digests: {},
    freshness: {
      run_start: time,
      run_end: time,
      duration_ms: 0,
      clock_stepped: false,
      nonce: plan.nonce,
      scenario_digest: null,
      task_digest: plan.task.digest,
      engine_digest: engine.engineDigest,
      commit: engine.commit,
    },
    redactions: {},
    roots: { runtime_workspace_root: null, run_artifact_dir: dir },
    report_digest: '',
  };
}
