import { describe, expect, it } from 'vitest';
import { annotationsOf } from './annotations.ts';
import type { Decided } from './decide.ts';
import type { Place } from './gather.ts';
import { junitOf } from './junit.ts';
import { exitFor, type Finding } from './reasons.ts';
import { showDecision } from './show.ts';
import { summaryOf } from './summary.ts';

const id = 'scenarios/a.yaml#t > "<x>"';
const findings: Finding[] = [
  { code: 'scenario_red', detail: `${id}: expect.status: expected "pass",\n::error::forged`, scenario: id },
  { code: 'policy_expired', detail: 'admissions/policy.yaml expired' },
];
const decided = {
  findings,
  decision: {
    verdict: 'refused',
    exit: 1,
    subject: 'backend:fake@sha256:0#model=none&stage=2',
    nonce: 'n',
    decided_at: '2026-11-20T12:00:00.000Z',
    expires_at: null,
    counts: { planned: 2, green: 1, red: 1, missing: 0 },
    reasons: findings.map(({ code, detail }) => ({ code, detail, opens: `mend ${code}` })),
    scenarios: [
      { id, state: 'red', status: 'fail', bundle: 'a'.repeat(64), statement: null },
      { id: 'scenarios/b.yaml#b', state: 'green', status: null, bundle: null, statement: 'b'.repeat(64) },
    ],
    earlier: [{ nonce: 'm', verdict: 'refused' }],
  },
} as unknown as Decided;

describe('a decision is told', () => {
  it('to a person: each reason by its code, and what would open the gate', () => {
    const text = showDecision(decided).join('\n');
    expect(text).toContain('refused (exit 1): backend:fake');
    expect(text).toContain(
      'scenario_red\n  scenarios/a.yaml#t > "<x>": expect.status: expected "pass", ::error::forged\n  opens: mend scenario_red',
    );
    expect(text).toContain('Asked before for the same candidate: m refused');
    expect(text).toContain('By the word of the runner alone, who signed for it (a command line leaves no bundle): scenarios/b.yaml#b');
  });

  it('to readers of JUnit: red is a failure, everything else that keeps it closed an error, nothing is skipped', () => {
    const xml = junitOf(decided);
    expect(xml).toContain('tests="3" failures="1" errors="1"');
    expect(xml).toContain('<testcase classname="scenarios/a.yaml" name="t &#62; &#34;&#60;x&#62;&#34;">');
    expect(xml).toContain('<testcase classname="scenarios/b.yaml" name="b"/>');
    expect(xml).not.toContain('skipped');
    expect(xml.split('\n').filter(line => line.includes('forged'))).toHaveLength(1);
  });

  it('to GitHub: a summary, and an error at the line of the scenario that nobody can end or forge', () => {
    expect(summaryOf(decided)).toContain(
      '| `policy_expired` | admissions/policy.yaml expired | mend policy\\_expired |'.replace('\\_', '_'),
    );
    const place: Place = { origin: () => ({ yaml: { file: 'scenarios/a.yaml', place: () => ({ line: 3, col: 5 }) }, path: [] }) as never };
    const [first, second] = annotationsOf(decided, new Map([[id, place]]));
    expect(first).toMatch(
      /^::error file=scenarios\/a\.yaml,line=3,col=5,title=scenario_red::scenarios\/a\.yaml#t .*%0A::error::forged\. Opens: mend scenario_red$/,
    );
    expect(second).toBe('::error title=policy_expired::admissions/policy.yaml expired. Opens: mend policy_expired');
  });
});

describe('the exit code', () => {
  it.each<[Finding['code'][], number]>([
    [[], 0],
    [['policy_expired'], 3],
    [['policy_expired', 'scenario_missing'], 2],
    [['policy_expired', 'scenario_missing', 'scenario_red'], 1],
    [['policy_expired', 'scenario_missing', 'scenario_red', 'bundle_invalid'], 4],
  ])('of %j is %d: invalid before red, red before missing, missing before policy', (codes, exit) => {
    expect(exitFor(codes.map(code => ({ code })))).toBe(exit);
  });
});
