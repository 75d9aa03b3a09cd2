/**
 * The fake backend's program. It plays a script in its current directory, as a real child process with no more rights
 * than a real agent has: one JSON line on standard input says what to do, events go out as JSON lines on standard output.
 */
import { spawnSync } from 'node:child_process';
import { appendFileSync, mkdirSync, readSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { FakeAction } from '../model/fake.ts';
import { durationMs } from '../model/duration.ts';

interface Part {
  script: FakeAction[];
  oracle: string;
  patches: Record<string, string>;
  roots: { protected: string | null; target: string | null; bundle: string };
}

const { script, oracle, patches, roots } = JSON.parse(readLine()) as Part;

for (const action of script) await play(action);
process.exit(0);

async function play(action: FakeAction): Promise<void> {
  if ('plan' in action) return emit('plan.updated', { plan: action.plan });
  if ('write' in action)
    return edit([action.write], path =>
      writeFileSync(path, action.bytes === undefined ? (action.text ?? '') : Buffer.alloc(action.bytes, 'x')),
    );
  if ('patch' in action) return applyPatch(patches[action.patch] ?? '');
  if ('oracle' in action) return applyPatch(oracle);
  if ('delete' in action) return edit([action.delete], path => rmSync(path, { recursive: true }));
  if ('rename' in action) return edit(action.rename, (from, to) => renameSync(from, to));
  if ('link' in action) {
    const [to, path] = action.link;
    return edit([path], at => symlinkSync(place(to), at));
  }
  if ('run' in action) return run(action.run);
  if ('commit' in action) return commit(action.commit);
  if ('sleep' in action) return new Promise(resolve => setTimeout(resolve, durationMs(action.sleep)));
  if ('print' in action) return void (action.to === 'stderr' ? process.stderr : process.stdout).write(`${action.print}\n`);
  if ('emit' in action) return emit(action.emit.type, action.emit.data ?? {});
  if ('ask_approval' in action) {
    emit('approval.requested', action.ask_approval);
    return void readLine();
  }
  if ('review' in action) return emit('review.completed', action.review);
  if ('claim' in action) return emit('claim', { result: action.claim });
  if ('exit' in action) process.exit(action.exit);
  process.kill(process.pid, action.signal);
  await new Promise(resolve => setTimeout(resolve, 10_000));
}

/** Standard output is a pipe or a socket: a synchronous write keeps events in order with what programs print. */
function emit(type: string, data: unknown): void {
  appendFileSync(1, `${JSON.stringify({ type, data })}\n`);
}

function edit<P extends string[]>(paths: P, change: (...at: P) => void): void {
  const at = paths.map(place) as P;
  for (const path of at) mkdirSync(dirname(path), { recursive: true });
  change(...at);
  emit('patch.applied', { files: paths });
}

/** `@protected/x` and the like stand for roots that only the harness knows. */
function place(path: string): string {
  const [, name, rest = ''] = /^@(protected|target|bundle)\/(.*)$/.exec(path) ?? [];
  if (!name) return path;
  const root = roots[name as keyof Part['roots']];
  if (!root) throw new Error(`there is no ${name} root in this run`);
  return join(root, rest);
}

function applyPatch(patch: string): void {
  must(['git', 'apply', '-p1', '--whitespace=nowarn', '-'], patch);
  const touched = must(['git', 'apply', '--numstat', '-p1', '-'], patch).trim().split('\n');
  emit('patch.applied', { files: touched.map(line => line.split('\t')[2]) });
}

function commit(message: string): void {
  must(['git', 'add', '--all']);
  must(['git', 'commit', '--quiet', '--allow-empty', '-m', message]);
}

/** An event is a line of its own, also after a program that did not end its last one. */
function run([program, ...args]: [string, ...string[]]): void {
  spawnSync(program, args, { stdio: ['ignore', 'inherit', 'inherit'] });
  appendFileSync(1, '\n');
}

function must([program, ...args]: [string, ...string[]], input = ''): string {
  const { status, stdout, stderr, error } = spawnSync(program, args, { input, encoding: 'utf8' });
  if (status !== 0) throw new Error(`${program} ${args.join(' ')}: ${error?.message ?? stderr}`);
  return stdout;
}

/** One line of standard input, blocking; it stays open for the answers to come. */
function readLine(): string {
  const bytes: Buffer[] = [];
  const chunk = Buffer.alloc(64 * 1024);
  for (;;) {
    let count: number;
    try {
      count = readSync(0, chunk, 0, chunk.length, null);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 2);
      continue;
    }
    if (count > 0) bytes.push(Buffer.from(chunk.subarray(0, count)));
    if (count === 0 || chunk[count - 1] === 10) return Buffer.concat(bytes).toString('utf8');
  }
}
