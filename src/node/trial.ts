/** What the tests of this folder share: one supervised program, and a way to see what is still alive. */
import { randomBytes } from 'node:crypto';
import type { Exit, Supervised, SuperviseOptions } from '../ports.ts';
import { pidNamespace } from './holds.ts';
import { nodePorts } from './ports.ts';
import { entriesOf, readProc } from './proc.ts';

/** Both ways of holding a tree together, as far as this host has them. */
export const trees: readonly Exit['tree'][] = pidNamespace(process.getuid?.() ?? -1) ? ['pid_namespace', 'best_effort'] : ['best_effort'];

const portsFor = (tree: Exit['tree']) => nodePorts(process.env, { pidNamespace: tree === 'best_effort' ? 'never' : 'probe' });

/** A word that is in nobody else's command line; as an argument of sleep it also is a number. */
export const uniqueSleep = (): string => `3600.${Array.from(randomBytes(12), byte => byte % 10).join('')}`;

/** Processes whose command line has the word. Independent of how the engine finds them. */
export const livingWith = (word: string): number[] =>
  entriesOf('/proc')
    .map(Number)
    .filter(pid => pid && pid !== process.pid && readProc(`${pid}/cmdline`).includes(word));

/** Starts `script` under sh (or an argv as it is), collects what it says. */
export function begin(tree: Exit['tree'], program: string | readonly [string, ...string[]], over: Partial<SuperviseOptions> = {}) {
  const heard = { stdout: '', stderr: '', report: '' };
  const on = (name: keyof typeof heard) => (chunk: Uint8Array) => void (heard[name] += Buffer.from(chunk).toString('utf8'));
  const supervised: Supervised = portsFor(tree).supervise(typeof program === 'string' ? ['sh', '-c', program] : program, {
    cwd: '/',
    env: { PATH: '/usr/bin:/bin' },
    timeoutMs: 10_000,
    signal: new AbortController().signal,
    runId: `trial-${randomBytes(6).toString('hex')}`,
    onStdout: on('stdout'),
    onStderr: on('stderr'),
    ...over,
    ...(over.report ? { report: { kind: over.report.kind, onData: on('report') } } : {}),
  });
  const done = supervised.exit.then(exit => ({ ...exit, ...heard }));
  return { ...supervised, heard, done };
}

export const run = (...args: Parameters<typeof begin>) => begin(...args).done;
