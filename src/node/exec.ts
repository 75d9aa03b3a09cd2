import { closeSync } from 'node:fs';
import { constants } from 'node:os';
import { execa } from 'execa';
import type { Exec } from '../ports.ts';
import { openForWriting } from './writing.ts';

/** Output of our own tools beyond this is a mistake; what may be larger goes to `stdoutFile`. */
const MAX_OUTPUT = 64 * 1024 * 1024;

/** Runs one of the harness's own tools and everything it starts; its environment is exactly `env`. */
export const exec: Exec = async ([file, ...args], { cwd, env, input, timeoutMs, stdoutFile }) => {
  // execa's types know descriptors up to 9
  const outputFd = stdoutFile === undefined ? undefined : (openForWriting(stdoutFile) as 9);
  try {
    const { exitCode, signal, timedOut, isMaxBuffer, code, stdout, stderr } = await execa(file, args, {
      cwd,
      env,
      extendEnv: false,
      reject: false,
      stripFinalNewline: false,
      maxBuffer: MAX_OUTPUT,
      killSignal: 'SIGKILL',
      killDescendants: true,
      stdout: outputFd ?? 'pipe',
      ...(input === undefined ? { stdin: 'ignore' } : { input }),
      ...(timeoutMs === undefined ? {} : { timeout: timeoutMs }),
    });
    const ended = timedOut || isMaxBuffer || code !== undefined;
    return {
      code: ended ? null : (exitCode ?? 128 + (signal ? constants.signals[signal] : 0)),
      stdout: stdout ?? '',
      stderr: isMaxBuffer ? `${stderr}output exceeds ${MAX_OUTPUT} bytes\n` : stderr,
      spawnError: code ?? null,
    };
  } finally {
    if (outputFd !== undefined) closeSync(outputFd);
  }
};
