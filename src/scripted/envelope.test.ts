import { describe, expect, it } from 'vitest';
import { type Envelope, envelopeText } from './envelope.ts';
import type { Role } from './script.ts';

/** What Case reads: the last start, the first end after it, strict JSON between them (protocol notes, section 8). */
function parsed(envelope: Envelope, role: Role): unknown {
  const text = envelopeText(envelope, role);
  const from = text.lastIndexOf('<<<AGENT_RESULT') + '<<<AGENT_RESULT'.length;
  return JSON.parse(text.slice(from, text.indexOf('AGENT_RESULT>>>', from)).trim());
}

describe('an envelope', () => {
  it('of the implementer has no rubric and no findings', () => {
    const result = parsed({ envelope: 'completed' }, 'implementer');
    expect(result).toMatchObject({ status: 'completed', artifacts: { testsPassed: true, prUrl: null }, error: null });
    expect(result).not.toHaveProperty('rubric');
    expect(result).not.toHaveProperty('findings');
  });

  it('of the verifier passes every category but those that the script names', () => {
    expect(parsed({ envelope: 'completed', rubric: { 'edge-case-checked': 'fail' } }, 'verifier')).toMatchObject({
      rubric: {
        role: 'verifier',
        categories: [
          { category: 'reproduced-scenario', verdict: 'pass' },
          { category: 'exercised-changed-path', verdict: 'pass' },
          { category: 'evidence-proves-change', verdict: 'pass' },
          { category: 'edge-case-checked', verdict: 'fail' },
        ],
      },
    });
  });

  it('of the reviewer has findings, none unless the script says so', () => {
    expect(parsed({ envelope: 'completed' }, 'reviewer')).toMatchObject({ findings: { critical: 0, warnings: 0, info: 0, details: [] } });
    expect(parsed({ envelope: 'completed', findings: { critical: 1 } }, 'reviewer')).toMatchObject({
      findings: { critical: 1, warnings: 0 },
    });
  });

  it.each(['failed', 'blocked'] as const)('that says %s says why', status => {
    expect(parsed({ envelope: status, summary: 'no gh here' }, 'closer')).toMatchObject({
      status,
      summary: 'no gh here',
      error: `scripted ${status}`,
      artifacts: { testsPassed: false },
    });
  });

  it('that is malformed has both delimiters and no JSON', () => {
    expect(envelopeText({ envelope: 'malformed' }, 'implementer')).toMatch(/^<<<AGENT_RESULT\n[\s\S]*\nAGENT_RESULT>>>$/);
    expect(() => parsed({ envelope: 'malformed' }, 'implementer')).toThrow(SyntaxError);
  });
});
