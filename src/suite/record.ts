import { sha256 } from '../model/digest.ts';
import { join } from 'node:path';
import { z } from 'zod';
import { ResultState } from '../model/statement.ts';
import { Sha256 } from '../model/units.ts';

/** Folder name of a suite: its nonce, which is also inside every bundle of it. */
export const SuiteNonce = z
  .string()
  .regex(/^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$/, 'must be 1 to 128 letters, digits, dots, hyphens and underscores');

const Id = z.string().min(1).describe('`<file>#<title>`, the file relative to the project.');
const Digest = Sha256.describe('SHA-256 of the scenario with every default in its place.');

/** plan.json: what a suite set out to prove, written before its first run. What has no result is not proven. */
export const SuitePlan = z
  .strictObject({
    suite: z.literal(1).describe('Schema version.'),
    nonce: SuiteNonce.describe('Of the suite; every shard of it has the same.'),
    started: z.iso.datetime().describe('RFC 3339, UTC.'),
    scenarios: z.array(z.strictObject({ id: Id, digest: Digest })).describe('Every scenario of the selected files, sorted by id.'),
    unreadable: z.array(z.string()).describe('Scenario files with mistakes: nothing of them can be proven.'),
  })
  .meta({ id: 'suite-plan', title: 'Suite plan', description: 'What a suite set out to prove.' });
export type SuitePlan = z.output<typeof SuitePlan>;

/** One file a scenario below results/, written when it ended. */
export const SuiteResult = z
  .strictObject({
    suite: z.literal(1).describe('Schema version.'),
    nonce: SuiteNonce.describe('Of the suite.'),
    id: Id,
    digest: Digest,
    state: ResultState.describe('green: all expectations held at the first try.'),
    exit: z.int().nullable().describe('What the command line would have ended with; null where nothing ran.'),
    bundle: z.string().nullable().describe('Folder of the evidence, relative to the project; null where there is none.'),
    reason: z.string().nullable().describe('Why it was not run, or what is known to fail.'),
    waived: z.record(z.string(), z.string()).describe('Invariants that were not asked of it, with the reasons.'),
    duration_ms: z.number().nonnegative().describe('Milliseconds, repetitions included.'),
  })
  .meta({ id: 'suite-result', title: 'Suite result', description: 'How one scenario of a suite ended.' });
export type SuiteResult = z.output<typeof SuiteResult>;

export const PLAN = 'plan.json';
export const RESULTS = 'results';
/** Stands in a suite that came to its end; one for each shard. */
export const ENDED = 'ended';

/** Folder of all suites of a project, beside that of the bundles. */
export const suitesBeside = (runs: string): string => join(runs, '..', 'suites');

/** File of a result, relative to its suite: ids have slashes and more. */
export const resultFile = (id: string): string => join(RESULTS, `${sha256(id).slice(0, 32)}.json`);
