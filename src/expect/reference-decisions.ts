import { type Decision, type DecisionExit, subjectOf, verdictOf } from '../model/decision.ts';
import { exitCodes } from '../model/exit.ts';
import type { Evidence } from './evidence.ts';

const TIME = '2026-01-01T00:00:00.000Z';
const LATER = '2026-02-01T00:00:00.000Z';
const DIGEST = '0'.repeat(64);

/** What a gate leaves that opened, and those that stayed closed for whatever reason. */
export function decisionReferences(): Evidence[] {
  const said = { sealed: true, events: [], paths: [], read: async () => new Uint8Array(), readBeside: async () => undefined };
  const candidate = { backend: 'reference', digest: DIGEST, model: null, stage: 1 as const };
  const rowOfState = (state: 'green' | 'missing', digest: string | null) => ({
    id: 'reference',
    digest: DIGEST,
    state,
    bundle: digest,
    status: digest === null ? null : ('pass' as const),
    statement: digest,
  });
  const decided = (exit: DecisionExit) => {
    const opens = exit === exitCodes.pass;
    const decision: Decision = {
      schema: 'proofgate/decision/1',
      nonce: 'reference',
      challenge_digest: DIGEST,
      decided_at: TIME,
      expires_at: opens ? LATER : null,
      verdict: verdictOf(exit),
      exit,
      reasons: opens ? [] : [{ code: 'a_reference', detail: 'a reference', opens: 'nothing' }],
      subject: subjectOf(candidate),
      candidate,
      scenarios: [opens ? rowOfState('green', DIGEST) : rowOfState('missing', null)],
      counts: { planned: 1, green: opens ? 1 : 0, red: 0, missing: opens ? 0 : 1 },
      inputs: { policy: DIGEST, stage: DIGEST, suite_plan: DIGEST, suite_statement: DIGEST, engine: DIGEST, admissions: {} },
      keys: { runners: [DIGEST], approvers: [DIGEST.replaceAll('0', '1')] },
      earlier: [],
    };
    return { ...said, exit, stdout: `${decision.verdict}\n`, stderr: '', report: decision as Record<string, unknown> };
  };
  return [exitCodes.pass, exitCodes.fail, exitCodes.blocked, exitCodes.refused, exitCodes.invalid].map(decided);
}
