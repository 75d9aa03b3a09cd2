import { type Candidate, type Decision, type ScenarioState, subjectOf, verdictOf } from '../model/decision.ts';
import { exitCodes } from '../model/exit.ts';
import { ageMs } from '../model/policy.ts';
import type { GateInput } from './input.ts';
import { judgeInputs } from './judge-inputs.ts';
import { judgeRuns } from './judge-runs.ts';
import { type Judged, judgeOne } from './judge-scenario.ts';
import { exitFor, type Finding, reasonCodes, reasons } from './reasons.ts';

/** A decision, and each of its reasons with the scenario that it is about. */
export interface Decided {
  decision: Decision;
  /** In the order of `decision.reasons`. */
  findings: readonly Finding[];
}

/**
 * THE GATE: evidence in, decision out. Reads nothing, asks nobody, believes nothing that was not derived again; everything that is wrong
 * is told, and the worst of it gives the exit code.
 */
export function decide(input: GateInput): Decided {
  const { entry, sha256, earlier } = input.challenge;
  const judged = input.scenarios.map((evidence, i) => judgeOne(evidence, input, input.scenarios.slice(0, i)));
  const findings = inOrder([...judgeInputs(input), ...judged.flatMap(one => one.findings), ...judgeRuns(judged, input)]);
  const exit = exitFor(findings);
  const { backend, stage, model } = entry;
  const candidate: Candidate = { backend, digest: entry.binary ?? input.engine.digest, model, stage };
  const { value: policy } = input.base.policy;
  return {
    findings,
    decision: {
      schema: 'proofgate/decision/1',
      nonce: entry.nonce,
      challenge_digest: sha256,
      decided_at: time(input.now),
      expires_at: exit === exitCodes.pass ? time(expiryOf(input)) : null,
      verdict: verdictOf(exit),
      exit,
      reasons: findings.map(({ code, detail }) => ({ code, detail, opens: reasons[code].opens })),
      subject: subjectOf(candidate),
      candidate,
      scenarios: judged.map(rowOf),
      counts: countsOf(judged),
      inputs: {
        policy: input.base.policy.sha256,
        stage: input.base.stageDigest,
        suite_plan: input.suite.planDigest,
        suite_statement: input.suite.statement.sha256 ?? null,
        engine: input.engine.digest,
        admissions: admissionsOf(input),
      },
      keys: { runners: policy.runner_keys.toSorted(), approvers: policy.approver_keys.toSorted() },
      earlier: [...earlier],
    },
  };
}

const rowOf = ({ evidence: { id, digest, bundle, statement }, state }: Judged): Decision['scenarios'][number] => ({
  id,
  digest,
  state,
  bundle: bundle?.digests.manifest ?? null,
  status: bundle?.status ?? null,
  statement: statement.sha256 ?? null,
});

function countsOf(judged: readonly Judged[]): Decision['counts'] {
  const of = (...states: ScenarioState[]) => judged.filter(({ state }) => states.includes(state)).length;
  return { planned: judged.length, green: of('green'), red: of('red'), missing: of('missing', 'skipped', 'blocked') };
}

/** The records behind passes, as they are in force. */
const admissionsOf = ({ scenarios }: GateInput): Record<string, string> =>
  Object.fromEntries(
    scenarios
      .flatMap(({ bundle }) => (bundle?.status === 'pass' ? bundle.records : []))
      .flatMap(({ file, now }) => (now ? [[file, now.sha256] as const] : []))
      .toSorted(([a], [b]) => (a < b ? -1 : 1)),
  );

/** A promotion outlives nothing that it rests on. */
function expiryOf({ now, base: { policy }, scenarios }: GateInput): number {
  const records = scenarios
    .flatMap(({ bundle }) => bundle?.records ?? [])
    .flatMap(record => (record.now ? [Date.parse(record.now.expires_at)] : []));
  return Math.min(now + ageMs(policy.value.max_age.promotion), Date.parse(policy.value.expires_at), ...records);
}

/** Worst class first, and in the order of the table: what one reader sees first, every reader does. */
const inOrder = (findings: readonly Finding[]): Finding[] =>
  findings.toSorted((a, b) => reasonCodes.indexOf(a.code) - reasonCodes.indexOf(b.code));

const time = (ms: number): string => new Date(ms).toISOString();
