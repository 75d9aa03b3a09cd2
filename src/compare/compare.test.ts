import { describe, expect, it } from 'vitest';
import { Cell, Comparison, comparisonLapse } from '../model/comparison.ts';
import { sha256 } from '../model/digest.ts';
import { cellsOf, type Derived } from './cells.ts';
import { markdownOf, rowsOf } from './table.ts';

const of = (over: Partial<Derived>): Derived => ({
  stage: 2,
  backend: 'fake',
  task: 't',
  runId: 'r1',
  status: 'pass',
  given: [],
  manifest: sha256(over.runId ?? 'r1'),
  bundle: `reports/runs/${over.runId ?? 'r1'}`,
  ...over,
});
const run = (runId: string, over: Partial<Derived> = {}) => of({ runId, ...over });
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
    ['with a pass is proven, whatever else there is', [run('a'), run('b', { status: 'blocked' })], 'proven', 'proven (1 pass, 1 blocked)'],
    ['with passes under given alone is rehearsed', [run('a', { given: ['scripted'] })], 'rehearsed', 'rehearsed (1 rehearsed)'],
    [
      'shows rehearsals apart, also where it is proven',
      [run('a', { given: ['prior_stage'] }), run('b'), run('c', { given: ['tree'], status: 'fail' })],
      'proven',
      'proven (1 pass, 1 rehearsed, 1 fail)',
    ],
    [
      'counts a bundle in two places once, and every invalid one',
      [of({}), of({ bundle: 'elsewhere/r1' }), of({ status: null, bundle: 'x' }), of({ status: null, bundle: 'y' })],
      'proven',
      'proven (1 pass, 2 invalid)',
    ],
    ['without a pass is not proven', [of({ status: 'fail' })], 'not_proven', 'not proven (1 fail)'],
    ['with an invalid bundle only is not proven', [of({ status: null })], 'not_proven', 'not proven (1 invalid)'],
  ])('%s', (_what, derived, state, shown) => {
    const made = comparison(derived);
    expect(made.cells.find(({ stage, backend }) => stage === 2 && backend === 'fake')?.state).toBe(state);
    expect(rowsOf(made).rows[1]?.[1]).toBe(shown);
  });

  it('counts all bundles and names five: proven passes, then rehearsed ones, the newest first, never an invalid one, in whatever order they come', () => {
    const derived = [
      ...['1', '2', '3', '4'].map(name => run(name, { status: 'fail' })),
      ...['5', '6'].map(name => run(name, { given: ['scripted', 'prior_stage'] })),
      ...['7', '8'].map(name => run(name)),
      run('9', { status: null }),
    ];
    const [cell] = comparison(derived).cells.filter(({ bundles }) => bundles > 0);
    expect([cell?.bundles, cell?.evidence.map(({ run_id }) => run_id)]).toEqual([9, ['8', '7', '6', '5', '4']]);
    expect(cell?.evidence[2]?.given).toEqual(['prior_stage', 'scripted']);
    for (let i = 1; i < derived.length; i++)
      expect(comparison([...derived.slice(i), ...derived.slice(0, i)].toReversed())).toEqual(comparison(derived));
    const page = markdownOf(comparison(derived));
    expect(page).toContain('5 of 9 bundles:');
    expect(page).toContain(`- pass: t, \`reports/runs/8\`, manifest \`${sha256('8').slice(0, 16)}\``);
    expect(page).toContain('- pass under prior_stage, scripted: t, `reports/runs/6`');
  });

  it('is a part of the record that says what its counts say, once for a stage and backend', () => {
    const made = comparison([of({})]);
    expect(Comparison.safeParse(made).success).toBe(true);
    const cell = made.cells.find(({ bundles }) => bundles > 0)!;
    const spoilt: Partial<Cell>[] = [
      { state: 'rehearsed' },
      { state: 'not_proven' },
      { evidence: [] },
      { evidence: cell.evidence.map(one => ({ ...one, given: ['tree'] })) },
      { bundles: 2 },
      { counts: { ...cell.counts, rehearsed: 1 } },
    ];
    expect(spoilt.filter(over => Cell.safeParse({ ...cell, ...over }).success)).toEqual([]);
    expect(Cell.safeParse({ ...made.cells[0], state: 'proven' }).success).toBe(false);
    expect(Comparison.safeParse({ ...made, cells: [...made.cells, cell] }).success).toBe(false);
  });

  it('does not apply where there is a reason and no bundle', () => {
    const made = comparison([of({ backend: 'pi' })], { pi: 'pi is not installed here', codex: 'codex is not installed here' });
    expect(made.cells.filter(({ backend }) => backend === 'pi').map(({ state }) => state)[1]).toBe('proven');
    expect(new Set(made.cells.filter(({ backend }) => backend === 'codex').map(({ state }) => state))).toEqual(new Set(['not_applicable']));
    expect(markdownOf(made)).toContain('- codex: codex is not installed here');
  });
});

describe('stage 6 starts from a comparison', () => {
  const full = ([3, 4, 5] as const).map(stage => run(`case-${stage}`, { stage, backend: 'case' }));
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
      'not from rehearsals',
      comparison([...full.map(one => ({ ...one, given: ['prior_stage'] })), of({}), of({ backend: 'pi', given: ['scripted'] })], codex),
      'lacks evidence: pi is only rehearsed, case is only rehearsed at stage 3, case is only rehearsed at stage 4, case is only rehearsed at stage 5',
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
