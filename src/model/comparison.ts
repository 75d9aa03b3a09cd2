import { z } from 'zod';
import { Status } from './blocker.ts';
import { Sha256, Slug, Stage } from './units.ts';

/** What a candidate for the default is held against, where it applies (CTO-WORK-008). */
const references = ['fake', 'pi', 'codex'] as const;

const Count = z.int().nonnegative();

/** What the evidence says of one backend at one stage. */
export const Cell = z.strictObject({
  stage: Stage,
  backend: Slug,
  state: z
    .enum(['proven', 'not_proven', 'no_evidence', 'not_applicable'])
    .describe('`proven`: some bundle derives to a pass; `not_proven`: there are bundles, and none does; `not_applicable`: see `reason`.'),
  reason: z.string().nullable().describe('Why it does not apply; null otherwise.'),
  counts: z.strictObject({ pass: Count, fail: Count, blocked: Count, invalid: Count }).describe('Bundles by what they derive to.'),
  evidence: z
    .array(z.strictObject({ run_id: z.string(), task: z.string(), status: Status, manifest: Sha256, bundle: z.string() }))
    .describe(
      'Consistent bundles behind the cell, passes first, the newest first, five at most; `bundle` is its folder, relative to the project.',
    ),
});
export type Cell = z.output<typeof Cell>;

/** `admissions/comparisons/<candidate>.json`: what stage 6 starts from. */
export const Comparison = z
  .strictObject({
    schema: z.literal('proofgate/comparison/1').describe('Version of this document.'),
    candidate: Slug.describe('The backend that is compared with the others.'),
    compared_at: z.iso.datetime({ offset: true }).describe('When every verdict was derived again.'),
    expires_at: z.iso.datetime({ offset: true }).describe('From this instant on it is not fresh.'),
    cells: z.array(Cell),
    core_promotion_status: z.literal('not-promoted').describe('A comparison is no promotion.'),
    notice: z.string().min(1).max(500).describe('What it does not authorize.'),
  })
  .meta({ id: 'comparison', title: 'Comparison', description: 'All stages of a candidate and of the backends that it is held against.' });
export type Comparison = z.output<typeof Comparison>;

/** Why a comparison is not one that a candidate can start stage 6 from; undefined: it is. Each thing that is missing is named. */
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
  const unproven = ([3, 4, 5] as const).filter(
    stage => !cells.some(cell => cell.backend === backend && cell.stage === stage && cell.state === 'proven'),
  );
  const lacks = [
    ...missing.map(one => `${one} has no proven cell`),
    ...unproven.map(stage => `${backend} is not proven at stage ${stage}`),
  ];
  return lacks.length > 0 ? `lacks evidence: ${lacks.join(', ')}` : undefined;
}
