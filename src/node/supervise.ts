import { statSync } from 'node:fs';
import type { Readable } from 'node:stream';
import { makeFloodGuard } from './flood.ts';
import type { Exit, Supervise, Supervised, SuperviseOptions } from '../ports.ts';
import { inheritedDescriptors } from './descriptors.ts';
import { bufferedBytes, heardOut, hunt, soon } from './ending.ts';
import { watchConnections } from './connections.ts';
import { prefixOf, WRAPPERS, type Hold } from './holds.ts';
import type { NodeServed } from './http.ts';
import { makeLifeline } from './lifeline.ts';
import { marksOf, type Marks } from './marks.ts';
import { processOf, sigkill } from './proc.ts';
import { lookup } from './programs.ts';
import { spawn, type Spawned } from './spawn.ts';

/** The largest delay a timer can have; beyond it, it would fire at once. */
const LONGEST_MS = 2 ** 31 - 1;
/** How often the processes are counted. */
const SAMPLE_MS = 250;
/** How often its connections are looked at, where it can have others than the one it was given. */
const WATCH_MS = 100;
/** How often an order to die is repeated. */
const INSIST_MS = 200;
/** The exit code of what ran out of time (as timeout(1) has it), and of what was killed. */
const TIMED_OUT = 124;
const KILLED = 128 + 9;

/** Makes the port. `findHold` is asked at the first run, because finding out costs a few milliseconds. */
export function supervisor(findHold: () => Hold): Supervise {
  let inherited: number[] | undefined;
  return ([program, ...args], options) => {
    const hold = findHold();
    const found = lookup(program, options.env['PATH'], options.cwd);
    if ('error' in found) return notStarted(hold, { spawnError: found.error });
    if (!isFolder(options.cwd)) return notStarted(hold, { spawnError: 'ENOTDIR' });
    if (options.signal.aborted) return notStarted(hold, { aborted: true });
    inherited ??= inheritedDescriptors();
    const marks = marksOf(options.runId);
    const network = networkOf(options);
    return watch(spawn([...prefixOf(hold, network?.namespace), `${marks.number}`, found.path, ...args], inherited, options), {
      hold,
      marks,
      options,
      network,
    });
  };
}

/** Why the engine ended the tree. */
type Reason = 'timedOut' | 'aborted' | 'tooManyProcesses' | 'killed' | 'handlerFailed';

interface Held {
  hold: Hold;
  marks: Marks;
  options: SuperviseOptions;
  network: NodeServed | undefined;
}

/** Ends the tree for the first reason that comes up, hears everything out, and tells how it went. */
function watch(spawned: Spawned, { hold, marks, options, network }: Held): Supervised {
  const { pid, stdin, stdout, stderr, reports, exited } = spawned;
  const startedAt = performance.now();
  const born = pid === undefined ? undefined : processOf(pid)?.born;
  const lifeline = makeLifeline();
  const timers: NodeJS.Timeout[] = [];
  let reason: Reason | undefined;
  let over = false;
  let handlerError: unknown;

  const end = (why: Reason) => {
    if (over || reason || pid === undefined) return;
    reason = why;
    hold.kill(pid);
    timers.push(setInterval(() => hold.kill(pid), INSIST_MS));
  };
  /** What a handler throws (a full disk) ends the run and is the caller's to hear. */
  const guarded = (handler: (chunk: Uint8Array) => void) => (chunk: Uint8Array) => {
    if (handlerError) return;
    try {
      handler(chunk);
    } catch (error) {
      handlerError = error;
      end('handlerFailed');
    }
  };
  const guardMemory = makeFloodGuard();
  const listen = (stream: Readable, handler: (chunk: Uint8Array) => void = () => {}) => {
    stream.on('error', () => {});
    stream.on('data', guarded(handler));
    stream.on('data', (chunk: Uint8Array) => guardMemory(chunk.length));
  };
  const abort = () => end('aborted');

  listen(stdout, options.onStdout);
  listen(stderr, options.onStderr);
  listen(spawned.lifeline, lifeline.hear);
  reports?.listen(guarded(chunk => options.report?.onData(chunk)));
  stdin.on('error', () => {});
  if (options.input) stdin.write(options.input);
  if (!options.interactive) stdin.end();
  options.signal.addEventListener('abort', abort, { once: true });
  timers.push(setTimeout(() => end('timedOut'), Math.min(options.timeoutMs, LONGEST_MS)));
  const { maxProcesses } = options;
  if (maxProcesses !== undefined && pid !== undefined) {
    const sample = () => hold.members(pid, marks).length - WRAPPERS > maxProcesses && end('tooManyProcesses');
    timers.push(setInterval(sample, SAMPLE_MS));
  }

  const connections = network && !network.namespace ? watchConnections(network.address) : undefined;
  if (connections && pid !== undefined) timers.push(setInterval(() => connections.look(hold.members(pid, marks)), WATCH_MS));

  const finish = async (): Promise<Exit> => {
    await Promise.race([lifeline.ended, exited]);
    over = true;
    for (const timer of timers) clearTimeout(timer);
    options.signal.removeEventListener('abort', abort);

    const sealed = hold.kind === 'pid_namespace';
    if (!sealed && pid !== undefined) sigkill(-pid);
    await bufferedBytes();
    reports?.close();
    const startError = await soon(exited);
    const survivors = await hunt(marks, sealed ? 1 : 2, born);
    spawned.lifeline.end('done\n');
    await heardOut([stdout, stderr]);
    for (const stream of [spawned.lifeline, stdin]) stream.destroy();

    if (handlerError) throw handlerError;
    const code = reason === 'timedOut' ? TIMED_OUT : reason ? KILLED : (lifeline.endCode() ?? KILLED);
    return {
      spawnError: startError ?? (lifeline.started() || reason ? null : 'ENOSTART'),
      code: lifeline.started() ? code : null,
      timedOut: reason === 'timedOut',
      aborted: reason === 'aborted',
      tooManyProcesses: reason === 'tooManyProcesses',
      survivors,
      tree: hold.kind,
      connections: connections?.seen() ?? [],
      elapsedMs: performance.now() - startedAt,
    };
  };

  return {
    write: text => void (stdin.writable && stdin.write(text)),
    kill: () => end('killed'),
    exit: finish(),
  };
}

function notStarted(hold: Hold, why: Partial<Exit>): Supervised {
  const ended = { timedOut: false, aborted: false, tooManyProcesses: false, survivors: 0 };
  const exit: Exit = { spawnError: null, code: null, ...ended, tree: hold.kind, connections: [], elapsedMs: 0, ...why };
  return { write() {}, kill() {}, exit: Promise.resolve(exit) };
}

function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
}

/** Servers of other ports hold no tree: whoever passes one here has made a mistake. */
function networkOf({ network }: SuperviseOptions): NodeServed | undefined {
  if (!network || 'namespace' in network) return network as NodeServed | undefined;
  throw new TypeError('SuperviseOptions.network must be a server of the same port');
}
