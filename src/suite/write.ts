import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { systemCode, UserError } from '../errors.ts';
import type { Ports } from '../ports.ts';
import { digestOf, idOf } from '../scenario/resolved.ts';
import type { Scenario } from '../scenario/scenario.ts';
import { openLedger } from './ledger.ts';
import { readSuite } from './read.ts';
import { ENDED, PLAN, RESULTS, resultFile, SuiteNonce, type SuitePlan, type SuiteResult } from './record.ts';

/** What a suite says of one scenario; the rest of the record is known. */
export type Ending = Pick<SuiteResult, 'state' | 'exit' | 'bundle' | 'reason' | 'waived' | 'duration_ms'>;

/** The record of a suite that is being run. */
export interface SuiteRecord {
  /** Absolute folder. */
  dir: string;
  /**
   * Writes how a scenario ended.
   * @param ran digest of the scenario as it was run; that of the plan where nothing ran
   * @throws {UserError} where it has a result already, of which the worse stands: nobody tries until it is green; and where it was
   * changed since the plan was made, which leaves it without a result
   */
  end(id: string, ending: Ending, ran?: string): Promise<void>;
  /**
   * Says that this suite, or this shard of it, came to its end.
   * @returns what somebody else changed in the record meanwhile; what this suite wrote stands again then
   */
  close(shard: string | null): Promise<Error[]>;
}

/** @throws {UserError} for a nonce that cannot name a folder */
export function checkNonce(nonce: string): void {
  const { error } = SuiteNonce.safeParse(nonce);
  if (error) {
    throw new UserError({
      at: 'PROOFGATE_NONCE',
      message: error.issues[0]?.message ?? 'is refused',
      hint: 'leave it out, and one is made',
    });
  }
}

/**
 * Writes the plan of a suite before its first run. A shard finds the plan of the one that came first and has to have the same.
 * @throws {UserError} where the nonce belongs to another plan
 */
export async function openSuite(
  suites: string,
  { nonce, scenarios, unreadable }: { nonce: string; scenarios: readonly Scenario[]; unreadable: readonly string[] },
  { files, clock, randomHex }: Pick<Ports, 'files' | 'clock' | 'randomHex'>,
): Promise<SuiteRecord> {
  checkNonce(nonce);
  const dir = join(suites, nonce);
  const planned = new Map(scenarios.map(scenario => [idOf(scenario), digestOf(scenario)]));
  const plan: SuitePlan = {
    suite: 1,
    nonce,
    started: new Date(clock.now()).toISOString(),
    scenarios: [...planned].map(([id, digest]) => ({ id, digest })).toSorted((a, b) => (a.id < b.id ? -1 : 1)),
    unreadable: unreadable.toSorted(),
  };
  const draft = join(suites, `.${nonce}-${randomHex(4)}`);
  await files.makeDir(join(draft, RESULTS));
  await files.write(join(draft, PLAN), `${JSON.stringify(plan, null, 2)}\n`);
  try {
    await files.publishDir(draft, dir);
  } catch (error) {
    const code = systemCode(error);
    await files.remove(draft);
    if (code !== 'EEXIST' && code !== 'ENOTEMPTY') throw error;
    const { plan: known } = await readSuite(dir, { files });
    if (!isDeepStrictEqual({ ...known, started: '' }, { ...plan, started: '' })) {
      const hint = 'use a new nonce; shards of one suite select the same files from the same commit';
      throw new UserError({ at: join(dir, PLAN), message: `the nonce ${nonce} belongs to another plan`, hint });
    }
  }

  const ledger = await openLedger(dir, files);

  return {
    dir,
    async end(id, ending, ran) {
      const digest = planned.get(id);
      if (digest === undefined) throw new UserError({ at: id, message: 'is not in the plan of this suite', hint: 'run the suite again' });
      const { state } = ending;
      if (ran !== undefined && ran !== digest && state !== 'red') {
        const message = 'was changed while the suite ran: what was proven is not what was planned';
        throw new UserError({ at: id, message, hint: 'run the suite again' });
      }
      const result: SuiteResult = { suite: 1, nonce, id, digest, ...ending };
      // half of one is no JSON, and refused by every reader
      const text = `${JSON.stringify(result, null, 2)}\n`;
      if (await files.stat(join(dir, resultFile(id)))) {
        if (state !== 'green') await ledger.write(resultFile(id), text);
        const hint = 'a scenario has one result under one nonce; leave PROOFGATE_NONCE out, or use a new one';
        throw new UserError({ at: id, message: `has a result already under the nonce ${nonce}`, hint });
      }
      await ledger.write(resultFile(id), text);
    },
    async close(shard) {
      const changed = await ledger.settle({ alone: shard === null });
      await files.write(join(dir, shard === null ? ENDED : `${ENDED}-${shard.replaceAll('/', '-of-')}`), '');
      return changed;
    },
  };
}
