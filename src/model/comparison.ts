import { z } from 'zod';
import { Status } from './blocker.ts';
import { Sha256, Slug, Stage } from './units.ts';

/** Of those the ones that a machine may lack. */
export const comparedWhereInstalled = ['pi', 'codex'] as const;

/** What a candidate for the default is held against, where it applies (CTO-WORK-008). */
const references = ['fake', ...comparedWhereInstalled] as const;

const Count = z.int().nonnegative();

/** How long a comparison is fresh, whatever it says of itself. */
export const COMPARISON_MS = 7 * 86_400_000;

/** Bundles that a cell names; its counts have them all. */
export const MAX_NAMED = 5;

interface Counts {
  pass: number;
  rehearsed: number;
  fail: number;
  blocked: number;
  invalid: number;
}

/** How many bundles that is. */
const sumOf = ({ pass, rehearsed, fail, blocked, invalid }: Counts): number => pass + rehearsed + fail + blocked + invalid;

/** What counts amount to; a cell without a bundle is what `empty` says. */
export function stateOf(counts: Counts, empty: 'no_evidence' | 'not_applicable') {
  if (counts.pass > 0) return 'proven';
  if (counts.rehearsed > 0) return 'rehearsed';
  return sumOf(counts) > 0 ? 'not_proven' : empty;
}

/** What the evidence says of one backend at one stage. */
export const Cell = z
  .strictObject({
    stage: Stage,
    backend: Slug,
    state: z
      .enum(['proven', 'rehearsed', 'not_proven', 'no_evidence', 'not_applicable'])
      .describe(
        '`proven`: some bundle derives to a pass in the ordinary world; `rehearsed`: some do, and every one under `given` or with a scripted model; `not_proven`: there are bundles, and none derives to a pass; `not_applicable`: see `reason`.',
      ),
    reason: z.string().nullable().describe('Why it does not apply; null otherwise.'),
    counts: z
      .strictObject({ pass: Count, rehearsed: Count, fail: Count, blocked: Count, invalid: Count })
      .describe('All its bundles, each once, by what they derive to; `rehearsed` are the passes of a world that was not the ordinary one.'),
    bundles: Count.describe('How many there are: the sum of the counts.'),
    evidence: z
      .array(
        z.strictObject({
          run_id: z.string(),
          task: z.string(),
          status: Status,
          given: z.array(z.string()).describe('What of the world was not ordinary: keys of `given`, `scripted` among them.'),
          manifest: Sha256,
          bundle: z.string(),
        }),
      )
      .max(MAX_NAMED)
      .describe(
        'Of the consistent bundles behind the cell five at most: proven passes first, then rehearsed ones, of each kind the newest; `bundle` is its folder, relative to the project.',
      ),
  })
  .refine(
    ({ state, reason, counts, bundles }) =>
      stateOf(counts, reason === null ? 'no_evidence' : 'not_applicable') === state && bundles === sumOf(counts),
    { error: 'says something else than its counts' },
  )
  .refine(({ state, evidence }) => evidence.some(({ status, given }) => status === 'pass' && given.length === 0) === (state === 'proven'), {
    error: 'says something else than its evidence',
  });
export type Cell = z.output<typeof Cell>;

const isWithoutDoubles = (cells: readonly Cell[]) =>
  new Set(cells.map(({ stage, backend }) => `${stage} ${backend}`)).size === cells.length;

/** `admissions/comparisons/<candidate>.json`: what stage 6 starts from. */
export const Comparison = z
  .strictObject({
    schema: z.literal('proofgate/comparison/1').describe('Version of this document.'),
    candidate: Slug.describe('The backend that is compared with the others.'),
    compared_at: z.iso.datetime({ offset: true }).describe('When every verdict was derived again.'),
    expires_at: z.iso.datetime({ offset: true }).describe('From this instant on it is not fresh.'),
    cells: z.array(Cell).refine(isWithoutDoubles, { error: 'has a stage and backend twice' }),
    core_promotion_status: z.literal('not-promoted').describe('A comparison is no promotion.'),
    notice: z.string().min(1).max(500).describe('What it does not authorize.'),
  })
  .meta({ id: 'comparison', title: 'Comparison', description: 'All stages of a candidate and of the backends that it is held against.' });
export type Comparison = z.output<typeof Comparison>;

/**
 * Why a comparison is not one that a candidate can start stage 6 from; undefined: it is. Each thing that is missing is named. What was
 * rehearsed is missing: it was shown in a world that somebody arranged.
 */
export function comparisonLapse(
  { candidate, compared_at, expires_at, cells }: Comparison,
  backend: string,
  now: number,
): string | undefined {
  if (candidate !== backend) return `compares ${candidate}, and not ${backend}`;
  if (Date.parse(compared_at) > now) return `is dated in the future (${compared_at})`;
  if (Date.parse(expires_at) <= now) return `is not fresh any more: it expired on ${expires_at}`;
  const states = (one: string) => cells.filter(cell => cell.backend === one).map(({ state }) => state);
  const missing = references.filter(one => {
    const seen = states(one);
    return !seen.includes('proven') && (one === 'fake' || seen.length === 0 || seen.some(state => state !== 'not_applicable'));
  });
  const stateAt = (stage: Stage) => cells.find(cell => cell.backend === backend && cell.stage === stage)?.state;
  const unproven = ([3, 4, 5] as const).filter(stage => stateAt(stage) !== 'proven');
  const lacks = [
    ...missing.map(one => (states(one).includes('rehearsed') ? `${one} is only rehearsed` : `${one} has no proven cell`)),
    ...unproven.map(stage => `${backend} is ${stateAt(stage) === 'rehearsed' ? 'only rehearsed' : 'not proven'} at stage ${stage}`),
  ];
  return lacks.length > 0 ? `lacks evidence: ${lacks.join(', ')}` : undefined;
}
