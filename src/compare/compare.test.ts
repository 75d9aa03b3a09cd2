import { describe, expect, it } from 'vitest';
import { type Comparison, comparisonLapse } from '../model/comparison.ts';
import { cellsOf, type Derived } from './cells.ts';
import { markdownOf, rowsOf } from './table.ts';

const of = (over: Partial<Derived>): Derived => ({
  stage: 2,
  backend: 'fake',
  task: 't',
  runId: 'r1',
  status: 'pass',
  manifest: 'a'.repeat(64),
  bundle: 'reports/runs/r1',
  ...over,
});
const backends = ['fake', 'case', 'pi', 'codex'];
const comparison = (derived: Derived[], na: Record<string, string> = {}): Comparison => ({
  schema: 'proofgate/comparison/1',
  candidate: 'case',
  compared_at: '2026-11-20T00:00:00Z',
  expires_at: '2026-11-27T00:00:00Z',
  cells: cellsOf(derived, backends, na),
  core_promotion_status: 'not-promoted',
  notice: 'none',
});
const NOW = Date.parse('2026-11-21T00:00:00Z');

describe('a cell', () => {
  it.each<[string, Derived[], string, string]>([
    ['without a bundle has no evidence', [], 'no_evidence', '—'],
    ['with a pass is proven, whatever else there is', [of({}), of({ status: 'blocked' })], 'proven', 'proven (1 pass, 1 blocked)'],
    ['without a pass is not proven', [of({ status: 'fail' })], 'not_proven', 'not proven (1 fail)'],
    ['with an invalid bundle only is not proven', [of({ status: null })], 'not_proven', 'not proven (1 invalid)'],
  ])('%s', (_what, derived, state, shown) => {
    const made = comparison(derived);
    expect(made.cells.find(({ stage, backend }) => stage === 2 && backend === 'fake')?.state).toBe(state);
    expect(rowsOf(made).rows[1]?.[1]).toBe(shown);
  });

  it('names the bundles behind it, passes first, and never an invalid one', () => {
    const made = comparison([of({ runId: 'a', status: 'fail' }), of({ runId: 'b' }), of({ runId: 'c', status: null }), of({ runId: 'd' })]);
    expect(made.cells.flatMap(({ evidence }) => evidence.map(({ run_id }) => run_id))).toEqual(['d', 'b', 'a']);
    expect(markdownOf(made)).toContain('- pass: t, `reports/runs/r1`, manifest `aaaaaaaaaaaaaaaa`');
  });

  it('does not apply where there is a reason and no bundle', () => {
    const made = comparison([of({ backend: 'pi' })], { pi: 'pi is not installed here', codex: 'codex is not installed here' });
    expect(made.cells.filter(({ backend }) => backend === 'pi').map(({ state }) => state)[1]).toBe('proven');
    expect(new Set(made.cells.filter(({ backend }) => backend === 'codex').map(({ state }) => state))).toEqual(new Set(['not_applicable']));
    expect(markdownOf(made)).toContain('- codex: codex is not installed here');
  });
});

describe('stage 6 starts from a comparison', () => {
  const full = ([3, 4, 5] as const).map(stage => of({ stage, backend: 'case' }));
  const references = [of({}), of({ backend: 'pi' })];
  const codex = { codex: 'codex is not installed here' };

  it.each<[string, Comparison, string | undefined]>([
    ['with all of it', comparison([...full, ...references], codex), undefined],
    ['not without fake', comparison([...full, of({ backend: 'pi' })], codex), 'lacks evidence: fake has no proven cell'],
    ['not without pi', comparison([...full, of({})], codex), 'lacks evidence: pi has no proven cell'],
    ['not without codex, where it applies', comparison([...full, ...references]), 'lacks evidence: codex has no proven cell'],
    [
      'fake always applies',
      comparison([...full, of({ backend: 'pi' })], { ...codex, fake: 'no' }),
      'lacks evidence: fake has no proven cell',
    ],
    [
      'not without a stage of the candidate',
      comparison([...full.slice(1), ...references], codex),
      'lacks evidence: case is not proven at stage 3',
    ],
  ])('%s', (_what, made, expected) => {
    expect(comparisonLapse(made, 'case', NOW)).toBe(expected);
  });

  it('of its own, and fresh', () => {
    const made = comparison([...full, ...references], codex);
    expect(comparisonLapse(made, 'pi', NOW)).toBe('compares case, and not pi');
    expect(comparisonLapse(made, 'case', Date.parse('2026-11-27T00:00:00Z'))).toContain('is not fresh any more');
    expect(comparisonLapse(made, 'case', Date.parse('2026-11-19T00:00:00Z'))).toContain('is dated in the future');
  });
});
