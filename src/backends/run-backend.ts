import { join } from 'node:path';
import type { Bundle } from '../evidence/bundle.ts';
import type { ClosedLog } from '../evidence/log-sink.ts';
import { mayClaim } from '../model/event.ts';
import type { Contract } from '../model/contract.ts';
import type { BackendFacts, Facts } from '../model/facts.ts';
import type { GatewayFacts } from '../model/gateway.ts';
import type { Plan } from '../model/plan.ts';
import type { Ports } from '../ports.ts';
import { type Allowed, GATEWAY, openAccess } from './access.ts';
import { answerApproval, type Approver } from './approval.ts';
import type { Backend, RawEvent } from './backend.ts';
import { agentEnvironment } from './environment.ts';
import { stateHarnessPlan } from './announce.ts';

/** A backend can fill the disk with events as with anything else; beyond this they are counted and dropped. */
const MAX_EVENTS = 2000;
const MAX_EVENT_BYTES = 16 * 1024;

/** Everything that step 6 starts from. */
export interface Seat {
  backend: Backend;
  plan: Plan;
  contract: Contract;
  workspaceDir: string;
  /** Null for a backend without a model. */
  allowed: Allowed | null;
  /** Absolute path of the copy of the admitted executable; null where none needs a record. */
  binary: string | null;
  /** Asked where nothing else answers; absent: nobody is there. */
  approver?: Approver | undefined;
  bundle: Bundle;
  signal: AbortSignal;
}

/** What step 6 leaves for the verdict. */
export interface BackendResult {
  backend: BackendFacts;
  gateway: GatewayFacts | null;
  review: Facts['review'];
  approvalDenied: string | null;
  /** SHA-256 of the raw logs, by their path in the bundle. */
  logs: Record<string, string>;
}

/**
 * Step 6: the agent in its workspace, bounded in time, output and processes. Raw output goes to `backend/`; what it says
 * in events is taken over where a backend may say it, and kept as a claim where not.
 */
export async function runBackend(
  { backend, plan, contract, workspaceDir, allowed, binary, approver, bundle, signal }: Seat,
  ports: Ports,
): Promise<BackendResult> {
  const agentDir = join(bundle.dir, 'backend', 'agent');
  await using way = allowed && (await openAccess(allowed, { contract, bundle, signal }, ports));
  const env = await agentEnvironment(plan, agentDir, way?.access.served ?? null, ports);
  const stdout = bundle.openLog('backend/stdout.log');
  const stderr = bundle.openLog('backend/stderr.log');
  const said = bundle.openLog('backend/events.jsonl');
  let review: Facts['review'] = null;
  let approvalDenied: string | null = null;
  let count = 0;
  let planned = false;
  const kept: Record<string, string> = {};
  /** Questions that a person may still be thinking about. */
  const waiting: Promise<unknown>[] = [];

  const take = (event: RawEvent) => {
    count += 1;
    // a reject always counts: however many events came before, and whatever the backend says later
    const isFirstReject = isReject(event) && review?.verdict !== 'reject';
    if (count > MAX_EVENTS && !isFirstReject) return;
    if (event.type === 'review.completed' && review?.verdict !== 'reject') review = readReview(event);
    said.push(`${JSON.stringify(event)}\n`);
    if (!mayClaim(event.type)) return;
    if (event.type === 'plan.updated') planned = true;
    else if (!planned && !backend.statesPlan) {
      stateHarnessPlan(contract, bundle);
      planned = true;
    }
    const data = JSON.stringify(event.data).length <= MAX_EVENT_BYTES ? event.data : { truncated: true };
    if (event.type === 'approval.requested') return;
    bundle.events.emit({ type: event.type, status: isReject(event) ? 'blocked' : 'ok', data: { ...data, source: 'agent' } });
  };

  bundle.events.emit({ type: 'backend.started', data: { backend: backend.id } });
  const turn = await backend.run(
    {
      contract,
      plan,
      workspaceDir,
      agentDir,
      env,
      access: way?.access ?? null,
      binary,
      async keep(path, content) {
        const digest = await bundle.write(`backend/${path}`, content);
        if (digest !== null) kept[`backend/${path}`] = digest;
      },
      signal,
      onStdout: chunk => stdout.push(chunk),
      onStderr: chunk => stderr.push(chunk),
      onEvent: take,
      async answer(request) {
        if (count > MAX_EVENTS) {
          approvalDenied ??= `more than ${MAX_EVENTS} events came before it`;
          return '{"type":"approval.denied","data":{}}';
        }
        const asking = answerApproval(request, { approval: plan.approval, backend: backend.id, approver, signal }, bundle, ports);
        waiting.push(asking);
        const answer = await asking;
        approvalDenied ??= answer.denied;
        return answer.line;
      },
    },
    ports,
  );
  await Promise.all(waiting);
  const closed = await way?.close();
  const logs = {
    'backend/stdout.log': stdout.close(),
    'backend/stderr.log': stderr.close(),
    'backend/events.jsonl': said.close(),
    ...(closed ? { [GATEWAY]: closed.log } : {}),
  };
  const digests = { ...digestsOf(logs), ...kept };
  if (count > MAX_EVENTS) bundle.trace.note('backend', { dropped_events: count - MAX_EVENTS });

  const { exit } = turn;
  const facts: BackendFacts = {
    exit_code: exit.code,
    timed_out: exit.timedOut,
    claim: turn.claim,
    protocol_error: turn.protocolError,
    failure: turn.failure,
    completed_by_harness: turn.completedByHarness,
    survivors: exit.survivors,
    tree: exit.tree,
    dropped_bytes: Object.values(logs).reduce((sum, log) => sum + log.dropped, 0),
  };
  if (exit.timedOut)
    bundle.trace.note('backend', { timed_out_after_ms: Math.round(exit.elapsedMs), limit_ms: turn.limitMs ?? contract.limits.backend_ms });
  bundle.events.emit({
    type: 'backend.exited',
    data: {
      exit_code: facts.exit_code,
      timed_out: facts.timed_out,
      claim: facts.claim,
      survivors: facts.survivors,
      elapsed_ms: Math.round(exit.elapsedMs),
      digests,
    },
  });
  const gateway = closed ? { ...closed.facts, connections: [...exit.connections] } : null;
  return { backend: facts, gateway, review, approvalDenied, logs: digests };
}

const isReject = ({ type, data }: RawEvent) => type === 'review.completed' && data['verdict'] !== 'approve';

/** Anything but a plain approval counts as a reject. */
function readReview({ data }: RawEvent): Facts['review'] {
  const reason = typeof data['reason'] === 'string' && data['reason'] ? data['reason'] : 'no reason given';
  return { verdict: data['verdict'] === 'approve' ? 'approve' : 'reject', reason };
}

/** The digests of the logs that could be written. */
const digestsOf = (logs: Record<string, ClosedLog>): Record<string, string> =>
  Object.fromEntries(Object.entries(logs).flatMap(([path, { sha256 }]) => (sha256 === null ? [] : [[path, sha256]])));
