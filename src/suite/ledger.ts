import { join } from 'node:path';
import { UserError } from '../errors.ts';
import type { Files } from '../ports.ts';
import { PLAN, RESULTS } from './record.ts';

/** What a suite wrote into its record: at its end this has to stand there, and nothing else that came meanwhile. */
export interface Ledger {
  /** Writes a file, named relative to the record, and remembers it. */
  write(name: string, text: string): Promise<void>;
  /**
   * Compares what stands there with what was written, and mends it: agents run on the same disk.
   * @param alone no other shard writes into the record, so a result that is not of this suite is nobody's
   * @returns one error for each file that was not as it was left
   */
  settle(options: { alone: boolean }): Promise<Error[]>;
}

/** The ledger of a record whose plan is written. */
export async function openLedger(dir: string, files: Files): Promise<Ledger> {
  const results = async () => {
    const isThere = (await files.stat(join(dir, RESULTS)))?.kind === 'dir';
    return isThere ? (await files.list(join(dir, RESULTS))).map(name => join(RESULTS, name)) : [];
  };
  const before = new Set(await results());
  const left = new Map([[PLAN, await files.readText(join(dir, PLAN))]]);
  const changed = (name: string, message: string) =>
    new UserError({ at: join(dir, name), message, hint: 'a scenario of this suite, or another process, wrote there: find out which' });

  return {
    async write(name, text) {
      left.set(name, text);
      await files.write(join(dir, name), text);
    },
    async settle({ alone }) {
      const found: Error[] = [];
      for (const [name, text] of left) {
        const path = join(dir, name);
        const kind = (await files.stat(path))?.kind;
        if (kind === 'file' && (await files.readText(path)) === text) continue;
        if (kind !== 'file') await files.remove(path);
        await files.write(path, text);
        found.push(changed(name, 'was changed while the suite ran; what the suite wrote stands again'));
      }
      const strange = alone ? (await results()).filter(name => !before.has(name) && !left.has(name)) : [];
      for (const name of strange) {
        await files.remove(join(dir, name));
        found.push(changed(name, 'is a result that this suite did not write; it is removed'));
      }
      return found;
    },
  };
}
