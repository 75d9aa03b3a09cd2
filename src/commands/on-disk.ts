import { systemCode, UserError } from '../errors.ts';

/**
 * What the disk refuses is for its owner to mend, and no bug of ours.
 * @param name of what is read or written, as problems say it
 * @throws {UserError} with the code of the system
 */
export async function onDisk<T>(name: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const code = error instanceof UserError ? undefined : systemCode(error);
    if (!code) throw error;
    const hint = 'make room or mend the permissions, and run it again: it goes on where it was';
    throw new UserError({ at: name, message: `cannot be read or written (${code})`, hint }, { cause: error });
  }
}
