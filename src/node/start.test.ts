import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { StartOptions } from '../ports.ts';
import { start } from './start.ts';
import { livingWith, trees, uniqueSleep } from './trial.ts';

const room = mkdtempSync(join(tmpdir(), 'proofgate-start-'));
afterAll(() => rmSync(room, { recursive: true }));

/** Starts a program; `heard` is what it printed so far. */
function begin(argv: readonly [string, ...string[]], over: Partial<StartOptions> = {}) {
  let heard = '';
  const started = start(argv, {
    cwd: room,
    env: { PATH: process.env['PATH'] ?? '' },
    onStdout: chunk => void (heard += Buffer.from(chunk)),
    runIds: () => [],
    ...over,
  });
  return { ...started, heard: () => heard, done: started.exit.then(exit => ({ ...exit, heard })) };
}
const sh = (script: string, over?: Partial<StartOptions>) => begin(['/bin/sh', '-c', script], over);

describe('one of our own programs', () => {
  it.each([
    ['its exit code', 'echo out; echo err >&2; exit 3', { code: 3, heard: 'out\n', stderr: 'err\n' }],
    ['128 and the signal that ended it', 'kill -9 $$', { code: 137, heard: '', stderr: '' }],
  ])('ends with %s, and everything that it said', async (_what, script, how) => {
    expect(await sh(script).done).toEqual({ spawnError: null, survivors: 0, ...how });
  });

  it('is said not to have started, and why', async () => {
    expect(await begin([join(room, 'nothing')]).done).toMatchObject({ spawnError: 'ENOENT', code: null });
  });

  it('has the environment that it was given and no other', async () => {
    const { heard } = await begin(['/usr/bin/env'], { env: { ONLY: 'this' } }).done;
    expect(heard).toBe('ONLY=this\n');
  });

  it('is asked over its input as long as it lives, and is killed when it does not listen', async () => {
    const { write, kill, done, heard } = sh('read -r line; echo "heard $line"; trap "" INT TERM; exec sleep 60');
    write('me\n');
    await expect.poll(heard, { timeout: 20_000 }).toBe('heard me\n');
    kill();
    expect(await done).toMatchObject({ code: 137 });
  });

  it.runIf(process.platform === 'linux')('is not hit by the keyboard: it has a session of its own', async () => {
    const { heard } = await sh('read -r _ _ _ _ _ session _ </proc/$$/stat; echo $$ $session').done;
    const [pid, session] = heard.trim().split(' ');
    expect(session).toBe(pid);
  });

  it.runIf(process.getuid?.() === 0)('runs as the user that it was given to, with no other group', async () => {
    const { heard } = await sh('id -u; id -G', { user: { uid: 65_534, gid: 65_534 } }).done;
    expect(heard).toBe('65534\n65534\n');
  });

  it('keeps the end of a long explanation', async () => {
    const { stderr } = await sh('head -c 300000 /dev/zero | tr "\\0" x >&2; echo the end >&2').done;
    expect(stderr.length).toBe(64 * 1024);
    expect(stderr).toMatch(/xthe end\n$/);
  });
});

/** A program of ours that supervises a script, says its mark and is killed when the script says so. */
const engine = join(room, 'engine.mjs');
writeFileSync(
  engine,
  `import { nodePorts } from ${JSON.stringify(new URL('./ports.ts', import.meta.url).href)};
   const [pidNamespace, runId, script] = process.argv.slice(2);
   console.log(runId);
   await nodePorts(process.env, { pidNamespace }).supervise(['sh', '-c', script], {
     cwd: '/', env: { PATH: '/usr/bin:/bin' }, timeoutMs: 60_000, signal: new AbortController().signal, runId,
     onStdout: () => process.kill(process.pid, 'SIGKILL'),
   }).exit;`,
);

it.runIf(process.platform === 'linux').each(trees)(
  'when it is dead, everything with one of its marks is, too: %s',
  async tree => {
    for (let trial = 0; trial < 5; trial++) {
      const word = uniqueSleep();
      const hostile = `trap '' TERM HUP INT; for i in 1 2 3; do (setsid env -i sh -c "trap '' TERM; sleep ${word}" &); sleep ${word} & done; sleep 0.1; echo now; wait`;
      let said = '';
      const { code, survivors } = await begin(
        [process.execPath, engine, tree === 'best_effort' ? 'never' : 'probe', `start-${word}`, hostile],
        { onStdout: chunk => void (said += Buffer.from(chunk)), runIds: () => [said.trim()] },
      ).done;
      expect([code, survivors]).toEqual([137, 0]);
      expect(livingWith(`sleep\0${word}`)).toEqual([]);
    }
  },
  60_000,
);
