import { statSync } from 'node:fs';
import type { Readable } from 'node:stream';
import type { Exit, Supervise, Supervised, SuperviseOptions } from '../ports.ts';
import { inheritedDescriptors } from './descriptors.ts';
import { bufferedBytes, heardOut, hunt, soon } from './ending.ts';
import type { Hold } from './holds.ts';
import { descendants, sigkill } from './proc.ts';
import { lookup } from './programs.ts';
import { spawn, type Spawned } from './spawn.ts';

/** The largest delay a timer can have; beyond it, it would fire at once. */
const LONGEST_MS = 2 ** 31 - 1;
const SAMPLE_MS = 250;
/** How often an order to die is repeated. */
const INSIST_MS = 200;
/** What a shell says of a program that was killed. */
const KILLED = 128 + 9;

/** Makes the port. `findHold` is asked at the first run, because finding out costs a few milliseconds. */
export function supervisor(findHold: () => Hold): Supervise {
  let inherited: number[] | undefined;
  return ([program, ...args], options) => {
    const hold = findHold();
    const found = lookup(program, options.env['PATH'], options.cwd);
    if ('error' in found) return notStarted(hold, { spawnError: found.error });
    if (!statSync(options.cwd, { throwIfNoEntry: false })?.isDirectory()) return notStarted(hold, { spawnError: 'ENOTDIR' });
    if (options.signal.aborted) return notStarted(hold, { aborted: true });
    inherited ??= inheritedDescriptors();
    return watch(spawn(hold, inherited, [found.path, ...args], options), hold, options);
  };
}

/** Why the engine ended the tree. */
type Reason = 'timedOut' | 'aborted' | 'tooManyProcesses' | 'killed' | 'handlerFailed';

function watch({ pid, stdin, stdout, stderr, lifeline, reports, exited }: Spawned, hold: Hold, options: SuperviseOptions): Supervised {
  const startedAt = performance.now();
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
  const listen = (stream: Readable, handler?: (chunk: Uint8Array) => void) => {
    stream.on('error', () => {});
    stream.on('data', (chunk: Uint8Array) => {
      if (handlerError) return;
      try {
        handler?.(chunk);
      } catch (error) {
        handlerError = error;
        end('handlerFailed');
      }
    });
  };
  listen(stdout, options.onStdout);
  listen(stderr, options.onStderr);
  if (reports) listen(reports, options.report?.onData);

  let said = '';
  const ended = new Promise<void>(resolve => {
    listen(lifeline, chunk => {
      said += Buffer.from(chunk).toString('latin1');
      if (endCode(said) !== undefined) resolve();
    });
  });

  stdin.on('error', () => {});
  if (options.input) stdin.write(options.input);
  if (!options.interactive) stdin.end();

  const abort = () => end('aborted');
  options.signal.addEventListener('abort', abort, { once: true });
  timers.push(setTimeout(() => end('timedOut'), Math.min(options.timeoutMs, LONGEST_MS)));
  const { maxProcesses } = options;
  if (maxProcesses !== undefined && pid !== undefined) {
    const sample = () => descendants(pid).length - hold.overhead > maxProcesses && end('tooManyProcesses');
    timers.push(setInterval(sample, SAMPLE_MS));
  }

  const finish = async (): Promise<Exit> => {
    await Promise.race([ended, exited]);
    over = true;
    for (const timer of timers) clearTimeout(timer);
    options.signal.removeEventListener('abort', abort);

    const sealed = hold.kind === 'pid_namespace';
    if (!sealed && pid !== undefined) sigkill(-pid);
    await bufferedBytes();
    reports?.destroy();
    await soon(exited);
    const survivors = await hunt(options.runId, sealed ? 1 : 2);
    lifeline.end('done\n');
    await heardOut([stdout, stderr]);
    lifeline.destroy();

    if (handlerError) throw handlerError;
    const { startError } = pid === undefined ? await exited : { startError: null };
    const started = said.startsWith('started\n');
    return {
      spawnError: startError ?? (started || reason ? null : 'ENOSTART'),
      code: !started ? null : reason === 'timedOut' ? 124 : reason ? KILLED : (endCode(said) ?? KILLED),
      timedOut: reason === 'timedOut',
      aborted: reason === 'aborted',
      tooManyProcesses: reason === 'tooManyProcesses',
      survivors,
      tree: hold.kind,
      elapsedMs: performance.now() - startedAt,
    };
  };

  return {
    write: text => void (stdin.writable && stdin.write(text)),
    kill: () => end('killed'),
    exit: finish(),
  };
}

/** What the lifeline said of the program's end. */
function endCode(said: string): number | undefined {
  const code = /^ended (\d+)$/m.exec(said)?.[1];
  return code === undefined || !said.endsWith('\n') ? undefined : Number(code);
}

function notStarted(hold: Hold, why: Partial<Exit>): Supervised {
  const ended = { timedOut: false, aborted: false, tooManyProcesses: false, survivors: 0 };
  const exit: Exit = { spawnError: null, code: null, ...ended, tree: hold.kind, elapsedMs: 0, ...why };
  return { write() {}, kill() {}, exit: Promise.resolve(exit) };
}
