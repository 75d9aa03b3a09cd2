import { setTimeout } from 'node:timers/promises';
import type { GatewayLine } from '../model/gateway.ts';
import type { Exit, Ports, Supervised } from '../ports.ts';
import { headOf } from './branch.ts';
import { followLog } from './follow.ts';
import { announcer } from './announcer.ts';
import type { CaseJob } from './job.ts';
import type { Log } from './log.ts';
import type { Prepared } from './prepare.ts';
import { listenToPrinted, type Printed, saidDone } from './printed.ts';
import { isWorkDone } from './read.ts';
import { tellStory } from './story.ts';

/** How often the event log is looked at. */
const POLL_MS = 250;
/** So long nothing may happen after the work is done; then the harness ends it (SPEC section 8). */
const SILENCE_MS = 10_000;
/** What is kept of the end of its standard error, to find its last word. */
const TAIL_CHARACTERS = 8 * 1024;

/** One run of `ca`, from its start to the death of its last process. */
export interface Session {
  exit: Exit;
  log: Log;
  lines: readonly GatewayLine[];
  endedByHarness: boolean;
  /** Its last error as it printed it: it dies with `Fatal: …` or `Error: …` on standard error. Source: protocol notes, section 3. */
  fatal: string | null;
  printed: Printed;
  committed: boolean;
}

/** Runs it under every limit, says its events while it goes on, and ends it in the silence after the work. */
export async function runCa(job: CaseJob, prepared: Prepared, timeoutMs: number, ports: Ports): Promise<Session> {
  const { workspaceDir, contract, access } = job;
  const { clock, files } = ports;
  const follower = followLog(workspaceDir, prepared.taskId, files);
  const announce = announcer(workspaceDir, job.onEvent);
  const { push: listen, printed } = listenToPrinted();
  const isCommitted = async () => ![undefined, prepared.baseline].includes(await headOf(workspaceDir, files));
  let lastSign = clock.monotonic();
  const heard = () => void (lastSign = clock.monotonic());
  let exchanges = 0;
  let tail = '';

  const child = ports.supervise([job.binary, 'run', '--task', prepared.taskFile, '--mode', 'unattended'], {
    cwd: workspaceDir,
    env: prepared.env,
    timeoutMs,
    signal: job.signal,
    runId: contract.run_id,
    maxProcesses: contract.limits.processes,
    network: access.served,
    onStdout(chunk) {
      heard();
      listen(chunk);
      job.onStdout(chunk);
    },
    onStderr(chunk) {
      heard();
      tail = (tail + Buffer.from(chunk).toString('utf8')).slice(-TAIL_CHARACTERS);
      job.onStderr(chunk);
    },
  });

  const look = async () => {
    const fresh = await follower.look();
    if (fresh.length > 0 || access.lines().length !== exchanges) heard();
    exchanges = access.lines().length;
    fresh.forEach(announce);
  };
  const isSilentAfterWork = async () => {
    const { problem, events } = follower.log();
    if (clock.monotonic() - lastSign < SILENCE_MS || problem !== null) return false;
    const story = tellStory(events);
    return isWorkDone(story) && saidDone(printed(), story) && (await isCommitted());
  };
  const ended = await watch(child, async () => {
    await look();
    return isSilentAfterWork();
  });
  const exit = await child.exit;
  await look();
  return {
    exit,
    log: follower.log(),
    lines: access.lines(),
    endedByHarness: ended && exit.code !== 0,
    fatal: lastError(tail),
    printed: printed(),
    committed: await isCommitted(),
  };
}

/** Looks again and again until it is over, or is to be ended. @returns whether it was ended */
async function watch(child: Supervised, isToBeEnded: () => Promise<boolean>): Promise<boolean> {
  const over = new AbortController();
  const stop = () => over.abort();
  child.exit.then(stop, stop);
  try {
    while (!over.signal.aborted) {
      await setTimeout(POLL_MS, undefined, { signal: over.signal }).catch(() => undefined);
      if ((await isToBeEnded()) && !over.signal.aborted) {
        child.kill();
        return true;
      }
    }
    return false;
  } catch (error) {
    child.kill();
    await child.exit.catch(() => undefined);
    throw error;
  }
}

const lastError = (text: string): string | null =>
  text
    .match(/^(?:Fatal|Error): .+$/gm)
    ?.at(-1)
    ?.slice(0, 500) ?? null;
