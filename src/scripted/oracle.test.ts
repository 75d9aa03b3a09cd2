import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Task } from '../model/task.ts';
import { nodePorts } from '../node/ports.ts';
import { problemsOf } from '../testing/project.ts';
import { oracleCalls } from './oracle.ts';

const ports = nodePorts();

/** The calls for a seed and a patch. */
async function callsFor(seed: Record<string, string>, oracle: string) {
  await using scratch = await ports.files.scratch('proofgate-oracle-test');
  const repoDir = join(scratch.path, 'repo');
  await ports.files.makeDir(repoDir);
  for (const [path, text] of Object.entries(seed)) await ports.files.write(join(repoDir, path), text);
  return await oracleCalls({ dir: '/task', repoDir, oracle } as Task, ports);
}

const edit = `diff --git a/a.txt b/a.txt\n--- a/a.txt\n+++ b/a.txt\n@@ -1,2 +1,2 @@\n one\n-two\n+zwei\n`;
const made = (path: string, mode = '100644') =>
  `diff --git a/${path} b/${path}\nnew file mode ${mode}\n--- /dev/null\n+++ b/${path}\n@@ -0,0 +1 @@\n+hello\n`;
const removed = (path: string) =>
  `diff --git a/${path} b/${path}\ndeleted file mode 100644\n--- a/${path}\n+++ /dev/null\n@@ -1 +0,0 @@\n-old\n`;

describe('the calls that make the known good change', () => {
  it('write every file that differs as a whole, and nothing else', async () => {
    const calls = await callsFor({ 'a.txt': 'one\ntwo\n', 'b.txt': 'same\n' }, edit + made('deep/er/c.txt'));
    expect(calls).toEqual([
      { name: 'write', args: { path: 'a.txt', content: 'one\nzwei\n' } },
      { name: 'write', args: { path: 'deep/er/c.txt', content: 'hello\n' } },
    ]);
  });

  it('remove what is gone, whatever it is called', async () => {
    const calls = await callsFor({ "it's": 'old\n', '-rf': 'old\n' }, removed("it's") + removed('-rf'));
    expect(calls).toEqual([{ name: 'bash', args: { command: `rm -f -- '-rf' 'it'\\''s'` } }]);
  });

  it.each([
    ['a program', {}, made('run.sh', '100755'), 'run.sh is more than text'],
    ['a link', {}, made('link', '120000').replace('+hello', '+b.txt\n\\ No newline at end of file'), 'link is more than text'],
    ['a patch that does not fit', { 'a.txt': 'other\n' }, edit, 'it does not apply: '],
  ])('are not to be had for %s', async (_title, seed, oracle, why) => {
    expect(await problemsOf(callsFor(seed, oracle))).toEqual([
      expect.stringContaining(`/task/oracle.patch apply: oracle cannot play this: ${why}`),
    ]);
  });
});
