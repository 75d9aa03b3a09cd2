import { join } from 'node:path';
import { nodePorts } from '../node/ports.ts';
import { UserError } from '../errors.ts';

/** A project in a folder of its own, for the time of a test; removes itself. */
export async function aProject(files: Record<string, string>): Promise<{ root: string } & AsyncDisposable> {
  const ports = nodePorts();
  const scratch = await ports.files.scratch('project');
  for (const [path, text] of Object.entries(files)) await ports.files.write(join(scratch.path, path), text);
  return { root: scratch.path, [Symbol.asyncDispose]: () => scratch[Symbol.asyncDispose]() };
}

/** `at message` of every problem that a promise ends with; none where it holds. */
export async function problemsOf(promise: Promise<unknown>): Promise<string[]> {
  try {
    await promise;
    return [];
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return error.problems.map(({ at, message }) => (at ? `${at} ${message}` : message));
  }
}
