import { basename, join } from 'node:path';
import { UserError } from '../errors.ts';
import { LEDGER } from '../model/ledger.ts';
import type { Stage } from '../model/units.ts';
import type { Ports } from '../ports.ts';
import { readSuite } from '../suite/read.ts';
import type { Ledger, Recorded } from './ledger.ts';

/** Where suites stand in a project, unless its configuration says otherwise. */
const SUITES = 'reports/suites';

interface Sought {
  stage: Stage;
  backend: string;
  /** Absolute root of the project. */
  project: string;
  /** Absolute folder of the suite, where somebody named one. */
  suite: string | undefined;
}

/**
 * The challenge that a suite answers, and the folder of the suite: the one that is named, else that of the open challenge of this stage
 * and backend. A challenge that was decided is found too, by its suite alone: it is for the decision to refuse it.
 *
 * @throws {UserError} where there is none, or more than one
 */
export async function findChallenge(
  { stage, backend, project, suite }: Sought,
  { entries }: Ledger,
  ports: Pick<Ports, 'files'>,
): Promise<{ challenge: Recorded; suiteDir: string }> {
  const ofBoth = entries.filter(({ entry }) => entry.stage === stage && entry.backend === backend);
  const at = `--stage ${stage} --backend ${backend}`;
  const issue = `issue one: proofgate challenge ${at}`;
  if (suite !== undefined) {
    // its folder has its name; one that was collected elsewhere says it itself
    const nonces = [basename(suite), await nonceOf(suite, ports)];
    const challenge = ofBoth.find(({ entry }) => nonces.includes(entry.nonce));
    if (challenge) return { challenge, suiteDir: suite };
    const other = entries.find(({ entry }) => nonces.includes(entry.nonce))?.entry;
    const message = other
      ? `answers a challenge of ${other.backend} at stage ${other.stage}`
      : `answers no challenge of ${LEDGER}: nobody asked for the nonce ${nonces.at(-1) ?? nonces[0]}`;
    throw new UserError({ at: suite, message, hint: other ? `proofgate gate --stage ${other.stage} --backend ${other.backend}` : issue });
  }
  const open = ofBoth.filter(({ decision }) => decision === null);
  const there = await Promise.all(
    open.map(async ({ entry }) => (await ports.files.stat(join(project, SUITES, entry.nonce))) !== undefined),
  );
  const answered = open.filter((_, i) => there[i]);
  const [challenge, second] = answered.length > 0 ? answered : open.slice(-1);
  if (!challenge) throw new UserError({ at, message: `no challenge of ${LEDGER} is open`, hint: issue });
  if (second) {
    const names = answered.map(({ entry }) => `${SUITES}/${entry.nonce}`).join(', ');
    throw new UserError({
      at,
      message: `${answered.length} open challenges are answered: ${names}`,
      hint: 'name one of them: --suite DIR',
    });
  }
  return { challenge, suiteDir: join(project, SUITES, challenge.entry.nonce) };
}

async function nonceOf(suite: string, ports: Pick<Ports, 'files'>): Promise<string | undefined> {
  try {
    return (await readSuite(suite, ports)).plan.nonce;
  } catch (error) {
    if (error instanceof UserError) return undefined;
    throw error;
  }
}
