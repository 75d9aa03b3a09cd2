import { modelName } from '../model/ledger.ts';
import { ageMs, deniedBy } from '../model/policy.ts';
import type { GateInput } from './input.ts';
import type { Finding } from './reasons.ts';

/** What is wrong with the challenge, the base and the suite as a whole; scenarios are looked at one by one elsewhere. */
export const judgeInputs = (input: GateInput): Finding[] => [
  ...input.ledger,
  ...ofChallenge(input),
  ...ofBase(input),
  ...ofPolicy(input),
  ...ofSuite(input),
  ...input.calibrations.flatMap(({ task, problems }) =>
    problems.map((problem): Finding => ({ code: 'not_calibrated', detail: `${task}: ${problem}` })),
  ),
];

function ofChallenge({ now, challenge: { entry, decided }, base: { policy } }: GateInput): Finding[] {
  const findings: Finding[] = [];
  const issued = Date.parse(entry.issued_at);
  if (decided) findings.push({ code: 'nonce_decided', detail: `the challenge ${entry.nonce} was decided before: a nonce is used once` });
  if (issued > now)
    findings.push({ code: 'clock_moved', detail: `the challenge was issued on ${entry.issued_at}, which is in the future` });
  if (Date.parse(entry.expires_at) <= now)
    findings.push({ code: 'challenge_expired', detail: `the challenge expired on ${entry.expires_at}` });
  else if (now - issued > ageMs(policy.value.max_age.challenge))
    findings.push({
      code: 'challenge_expired',
      detail: `the challenge is of ${entry.issued_at}, and the policy allows ${policy.value.max_age.challenge}`,
    });
  return findings;
}

function ofBase({ challenge: { entry }, base }: GateInput): Finding[] {
  const { ref, commit, hasChallenge, policy, stageDigest, scenarios } = base;
  const findings: Finding[] = [];
  if (!hasChallenge)
    findings.push({
      code: 'base_not_protected',
      detail: `the challenge was issued from ${entry.base_commit}, which is no commit of ${ref}`,
    });
  if (policy.sha256 !== entry.policy_digest)
    findings.push({ code: 'policy_changed', detail: `admissions/policy.yaml of ${ref} is not the one of the challenge` });
  if (stageDigest !== entry.stage_digest)
    findings.push({ code: 'stage_changed', detail: `the record of stage ${entry.stage} of ${ref} is not the one of the challenge` });
  const fixed = new Map(entry.scenarios.map(({ id, digest }) => [id, digest]));
  const unlike = [...new Set([...fixed.keys(), ...scenarios.keys()])].filter(id => fixed.get(id) !== scenarios.get(id));
  // the same commit says the same: a challenge that has something else was not issued from it
  const code = commit === entry.base_commit ? 'challenge_differs' : 'stage_changed';
  for (const id of unlike.toSorted()) {
    const how = !scenarios.has(id)
      ? 'does not require it'
      : fixed.has(id)
        ? 'has another version of it'
        : 'requires it, and the challenge does not';
    findings.push({ code, detail: `${id}: ${ref} ${how}`, scenario: id });
  }
  return findings;
}

function ofPolicy({ now, challenge: { entry }, base: { policy, runners }, prior }: GateInput): Finding[] {
  const { expires_at: expires, exempt } = policy.value;
  const findings: Finding[] = [];
  if (Date.parse(expires) <= now) findings.push({ code: 'policy_expired', detail: `admissions/policy.yaml expired on ${expires}` });
  if (runners.length === 0)
    findings.push({
      code: 'no_runner_key',
      detail: 'admissions/policy.yaml names no runner whose public key is below admissions/keys/: no signature can count',
    });
  const pattern = entry.model && deniedBy(policy.value, entry.model);
  if (entry.model && pattern) findings.push({ code: 'model_alias', detail: `${modelName(entry.model)} is an alias (${pattern})` });
  const isExempt = entry.stage === 1 || entry.stage <= (exempt[entry.backend] ?? 0);
  if (!isExempt && !prior.promoted) findings.push({ code: 'prior_stage_missing', detail: prior.detail });
  return findings;
}

function ofSuite({ now, challenge: { entry }, base: { policy }, suite }: GateInput): Finding[] {
  const { dir, unreadable, plan, statement, ended, surplus } = suite;
  if (unreadable !== null) return [{ code: 'suite_unreadable', detail: unreadable }];
  if (!plan) return [{ code: 'suite_missing', detail: `there is no ${dir}: nothing was run under the nonce ${entry.nonce}` }];
  const findings = surplus.map((detail): Finding => ({ code: 'evidence_surplus', detail }));
  if (statement.problem) findings.push(statement.problem);
  if (plan.nonce !== entry.nonce)
    findings.push({ code: 'nonce_differs', detail: `${dir} is the suite ${plan.nonce}, and the challenge is ${entry.nonce}` });
  if (!ended) findings.push({ code: 'suite_not_ended', detail: `${dir} was cut off, or a shard of it is missing` });
  const planned = new Map(plan.scenarios.map(({ id, digest }) => [id, digest]));
  for (const { id, digest } of entry.scenarios) {
    if (planned.has(id) && planned.get(id) !== digest)
      findings.push({ code: 'plan_differs', detail: `${id}: ${dir} planned another version of it`, scenario: id });
  }
  const started = Date.parse(plan.started);
  if (started < Date.parse(entry.issued_at))
    findings.push({ code: 'clock_moved', detail: `${dir} began on ${plan.started}, before its challenge was issued` });
  if (started > now) findings.push({ code: 'clock_moved', detail: `${dir} began on ${plan.started}, which is in the future` });
  if (now - started > ageMs(policy.value.max_age.suite))
    findings.push({ code: 'suite_stale', detail: `${dir} is of ${plan.started}, and the policy allows ${policy.value.max_age.suite}` });
  return findings;
}
