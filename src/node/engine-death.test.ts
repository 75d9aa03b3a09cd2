/** What happens when the engine itself is killed, or was started in bad company. Real engines in processes of their own. */
import { spawn } from 'node:child_process';
import { mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, expect, it } from 'vitest';
import { bestEffort, pidNamespace, prefixOf } from './holds.ts';
import { livingWith, trees, uniqueSleep } from './trial.ts';

const linux = process.platform === 'linux';
const scratch = mkdtempSync(join(tmpdir(), 'proofgate-test-'));
afterAll(() => rmSync(scratch, { recursive: true }));

/** An engine that supervises one script, says `ready` before that, and repeats what the script says. */
const engine = join(scratch, 'engine.mjs');
writeFileSync(
  engine,
  `import { nodePorts } from ${JSON.stringify(new URL('./ports.ts', import.meta.url).href)};
   const [pidNamespace, runId, script] = process.argv.slice(2);
   const options = { cwd: '/', env: { PATH: '/usr/bin:/bin' }, timeoutMs: 60_000, signal: new AbortController().signal };
   const { supervise } = nodePorts(process.env, { pidNamespace });
   await supervise(['true'], { ...options, runId: runId + '-warm' }).exit;
   process.stdout.write('ready\\n');
   await supervise(['sh', '-c', script], { ...options, runId, onStdout: chunk => process.stdout.write(chunk) }).exit;`,
);

const startEngine = (tree: string, runId: string, script: string, inherited: number[] = []) =>
  spawn(process.execPath, [engine, tree === 'best_effort' ? 'never' : 'probe', runId, script], {
    stdio: ['ignore', 'pipe', 'inherit', ...inherited],
  });

/** Milliseconds until nothing is alive that has the word, at most `limit`. */
async function untilDead(word: string, limit: number): Promise<number> {
  const since = performance.now();
  while (livingWith(word).length > 0 && performance.now() - since < limit) await sleep(25);
  return performance.now() - since;
}

it.runIf(linux).each(trees)(
  'SIGKILL of the engine leaves nothing alive, at whatever moment: %s',
  async tree => {
    for (let trial = 0; trial < 10; trial++) {
      const word = uniqueSleep();
      const hostile = `trap '' TERM HUP INT; for i in 1 2 3 4 5 6; do (setsid sh -c "trap '' TERM; sleep ${word}" &); sleep ${word} & sleep 0.01; done; wait`;
      const child = startEngine(tree, `death-${word}`, hostile);
      await new Promise(resolve => child.stdout!.once('data', resolve));
      await sleep(trial < 4 ? Math.random() * 10 : Math.random() * 120);
      child.kill('SIGKILL');
      await new Promise(resolve => child.once('exit', resolve));
      // the word is in the command line of the wrappers and of the watcher, too
      expect(await untilDead(word, 3000)).toBeLessThan(3000);
    }
  },
  20_000,
);

it.each(trees)('what was on its way when the engine died is not started: %s', async tree => {
  const [file, ...prefix] = prefixOf(tree === 'best_effort' ? bestEffort : pidNamespace(process.getuid!())!);
  const outputWhen = async (engineDies: boolean) => {
    const hold = [file, ...prefix, '1', '/bin/sh', '-c', 'echo alive'];
    // however busy the machine is, the hold begins when the engine is gone: at the end of file on its lifeline
    const gate = engineDies ? 'read -r _ <&3; exec "$@"' : 'exec "$@"';
    const child = spawn('/bin/sh', ['-c', gate, 'gate', ...hold], {
      stdio: ['ignore', 'pipe', 'ignore', 'pipe', 'ignore', 1],
    });
    const lifeline = child.stdio[3] as Socket;
    let said = '';
    child.stdout!.on('data', chunk => (said += chunk));
    if (engineDies) lifeline.destroy();
    child.once('exit', () => lifeline.destroy());
    await new Promise(resolve => child.once('close', resolve));
    return said;
  };
  expect(await outputWhen(false)).toBe('alive\n');
  // a watcher that is quick enough would hide it: asked often
  for (let trial = 0; trial < 20; trial++) expect(await outputWhen(true)).toBe('');
});

it.runIf(linux && trees.includes('pid_namespace'))('even if the program has killed the watcher', async () => {
  const word = uniqueSleep();
  const child = startEngine('pid_namespace', 'watcher', `kill -9 2 && echo killed; sleep ${word}`);
  const said = await new Promise<string>(resolve => {
    let text = '';
    child.stdout!.on('data', chunk => (text += chunk).includes('killed') && resolve(text));
  });
  child.kill('SIGKILL');
  expect(said).toContain('killed');
  expect(await untilDead(word, 3000)).toBeLessThan(3000);
});

it.runIf(linux).each(trees)('what the engine was started with does not reach the program: %s', async tree => {
  const secret = join(scratch, 'secret');
  writeFileSync(secret, '');
  const fd = openSync(secret, 'a');
  const child = startEngine(
    tree,
    'company',
    'ls -l /proc/self/fd',
    Array.from({ length: 12 }, () => fd),
  );
  let text = '';
  child.stdout!.on('data', chunk => (text += chunk));
  await new Promise(resolve => child.once('close', resolve));
  expect(text).toContain('0 -> ');
  expect(text).not.toContain('secret');
});
