import { openRoom, runTests } from '../checks/runner.ts';
import { TaskSpec, type VerificationSpec } from '../model/task.ts';
import { nodePorts } from '../node/ports.ts';
import { makeContract, writeTree, type Tree } from './tiny-task.ts';

/** How every test file for Node's test runner begins. */
export const header = `import { after, before, describe, it, suite, test } from 'node:test';\n`;

/** Where a test runs test commands: `run` in a tree of these files, `node` for Node's own runner. Removes itself. */
export async function aTestRoom() {
  const ports = nodePorts();
  const scratch = await ports.files.scratch('runner-test-');
  const live = new AbortController().signal;

  /** @param beside files next to the tree, outside of it */
  async function run(tree: Tree, verification: Partial<VerificationSpec>, { signal = live, beside = {} as Tree } = {}) {
    const room = openRoom(scratch.path, ports);
    await writeTree(room.dir, beside, ports);
    await writeTree(room.tree, tree, ports);
    const spec = TaskSpec.parse({
      task: 1,
      id: 't',
      prompt: 'p',
      allowed_paths: ['x'],
      verification: { fail_to_pass: ['x'], timeout: '20s', ...verification },
    });
    let log = '';
    const result = await runTests(
      { contract: await makeContract({ spec, digest: '' }, ports), signal, ...room, onOutput: chunk => void (log += Buffer.from(chunk)) },
      ports,
    );
    return { ...result, log, room, told: result.tests.map(test => `${test.id}: ${test.outcome}`) };
  }

  return {
    ports,
    run,
    node: (tree: Tree, ...args: string[]) =>
      run({ 'package.json': '{"type":"module"}', ...tree }, { command: ['node', '--test', ...args] }),
    /** A fresh room with these files in its tree, and nothing run. */
    async furnish(tree: Tree) {
      const room = openRoom(scratch.path, ports);
      await writeTree(room.tree, tree, ports);
      return room;
    },
    [Symbol.asyncDispose]: () => scratch[Symbol.asyncDispose](),
  };
}
