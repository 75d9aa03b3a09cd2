import { constants } from 'node:os';
import type { Readable, Writable } from 'node:stream';
import { execa } from 'execa';
import type { Start, StartedExit } from '../ports.ts';
import { heardOut, hunt } from './ending.ts';
import { marksOf } from './marks.ts';

/** What is kept of its standard error: an explanation stands at the end. */
const STDERR_BYTES = 64 * 1024;
/** A process is not seen while it execs, and one that was killed may just have started another. */
const QUIET_SCANS = 3;

/**
 * Starts a program of ours. No shell stands in front of it and no namespace around it: it is what a person would have started, and its
 * process id means to the next engine, which removes what dead ones left, what it means to itself.
 * It has a session of its own, so that the keyboard's signals are not its business, and learns of our end by that of its input.
 */
export const start: Start = ([file, ...args], { cwd, env, user, onStdout, runIds }) => {
  const child = execa(file, args, {
    cwd,
    env,
    extendEnv: false,
    ...user,
    stdin: 'pipe',
    stdout: 'pipe',
    stderr: 'pipe',
    buffer: false,
    reject: false,
    detached: true,
    cleanup: false,
  });
  const [stdin, stdout, stderr] = child.stdio as unknown as [Writable, Readable, Readable];
  let said = Buffer.alloc(0);
  for (const stream of [stdin, stdout, stderr]) stream.on('error', () => {});
  stdout.on('data', onStdout);
  stderr.on('data', (chunk: Uint8Array) => void (said = Buffer.concat([said, chunk]).subarray(-STDERR_BYTES)));

  const ended = new Promise<Pick<StartedExit, 'code' | 'spawnError'>>(resolve => {
    child.nodeChildProcess.once('exit', (code, signal) =>
      resolve({ code: code ?? 128 + (signal ? constants.signals[signal] : 0), spawnError: null }),
    );
    // only of a failed start: a program that ended was heard of above
    void child.then(({ code }) => resolve({ code: null, spawnError: code ?? 'ENOSTART' }));
  });

  const finish = async (): Promise<StartedExit> => {
    const how = await ended;
    // its last words may name a mark
    await heardOut([stdout, stderr]);
    stdin.destroy();
    let survivors = 0;
    for (const runId of runIds()) survivors += await hunt(marksOf(runId), QUIET_SCANS);
    return { ...how, stderr: said.toString('utf8'), survivors };
  };

  return {
    write: text => void (stdin.writable && stdin.write(text)),
    kill: () => void child.kill('SIGKILL'),
    exit: finish(),
  };
};
