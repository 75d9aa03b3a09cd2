import { execa } from 'execa';

/** Closes what whoever started us left open: the engine would take care not to hand it on, which costs. */
const CLEAN = 'for fd in /proc/self/fd/*; do fd=${fd##*/}; [ "$fd" -gt 2 ] && eval "exec $fd>&-"; done; exec "$@"';

/** Starts a program with nothing inherited but these variables. */
export const start = (cwd: string, [program, ...args]: readonly [string, ...string[]], env: Record<string, string | undefined>) =>
  execa('/bin/bash', ['-c', CLEAN, 'start', program, ...args], { cwd, env, extendEnv: false, all: true, reject: false });
