import { basename, join } from 'node:path';
import type { Allowed } from '../backends/index.ts';
import { scratchPrefixes } from '../engine.ts';
import { UserError } from '../errors.ts';
import type { Run } from './run.ts';

/** What preflight allowed a backend that uses a model. */
export function allowedOf({ admitted: { model, upstream }, token }: Run): Allowed | null {
  return model && upstream ? { model: model.value, upstream, token } : null;
}

/**
 * A copy of the admitted executable, outside of the place it came from: what stands beside it there is not admitted, and what is started
 * is what was hashed. No copy where none is needed.
 * @throws UserError when the copy is not what was admitted: somebody exchanged it in between
 */
export async function placeBinary({
  admitted: { executable },
  backend,
  ports: { files },
}: Run): Promise<{ path: string | null } & AsyncDisposable> {
  if (!executable) return { path: null, async [Symbol.asyncDispose]() {} };
  const room = await files.scratch(scratchPrefixes.binary);
  const path = join(room.path, backend.binaryName ?? basename(executable.path));
  await files.copyFile(executable.path, path);
  const { sha256 } = await files.digest(path);
  if (sha256 !== executable.sha256) {
    await room[Symbol.asyncDispose]();
    throw new UserError({
      at: executable.path,
      message: 'was exchanged while the run began',
      hint: 'admit what stands there now, and run again',
    });
  }
  await files.chmod(path, 0o555);
  return { path, [Symbol.asyncDispose]: () => room[Symbol.asyncDispose]() };
}
