import type { DecisionExit } from '../model/decision.ts';
import { exitCodes } from '../model/exit.ts';

interface Row {
  /** What the gate ends with where this is the worst that it found; the order of the classes is that of SPEC section 7. */
  exit: Exclude<DecisionExit, 0>;
  /** What would open the gate. */
  opens: string;
}

const { fail: RED, blocked: MISSING, refused: POLICY, invalid: INVALID } = exitCodes;
const again = 'issue a new challenge and run the required scenarios under its nonce';

/**
 * THE TABLE of a gate: every reason for which it stays closed, in the order in which they are told. Docs, `explain` and the mutation table
 * read it; the code of a reason never changes its meaning.
 */
// oxfmt-ignore
export const reasons = {
  // evidence that is not what it says
  ledger_unreadable:     { exit: INVALID, opens: 'restore admissions/ledger/ from the protected branch' },
  ledger_gap:            { exit: INVALID, opens: 'restore the missing entry from the history of git: a refusal cannot be taken back' },
  ledger_changed:        { exit: INVALID, opens: 'restore the entry as it was issued, from the history of git' },
  ledger_forked:         { exit: INVALID, opens: 'keep the entry that is on the protected branch, and issue the other challenge again' },
  base_not_protected:    { exit: INVALID, opens: 'issue the challenge from the protected branch: proofgate challenge --base REF' },
  challenge_differs:     { exit: INVALID, opens: again },
  suite_unreadable:      { exit: INVALID, opens: again },
  plan_differs:          { exit: INVALID, opens: `${again}; the work tree has to have the scenarios of the protected base` },
  suite_changed:         { exit: INVALID, opens: `${again}; plan and results of a suite are signed together, and nothing of them may change after that` },
  evidence_surplus:      { exit: INVALID, opens: again },
  bundle_outside:        { exit: INVALID, opens: again },
  bundle_reused:         { exit: INVALID, opens: again },
  bundle_invalid:        { exit: INVALID, opens: `${again}; proofgate verify BUNDLE says what differs` },
  bundle_differs:        { exit: INVALID, opens: again },
  nonce_differs:         { exit: INVALID, opens: again },
  statement_invalid:     { exit: INVALID, opens: 'sign the suite again: proofgate sign SUITE --key FILE' },
  statement_differs:     { exit: INVALID, opens: 'sign the suite as it was left; what was changed after it was signed counts no more' },

  // a required scenario is not proven
  scenario_red:          { exit: RED,     opens: 'mend what the scenario shows, then issue a new challenge' },
  result_not_derived:    { exit: RED,     opens: 'mend what the evidence shows, then issue a new challenge' },

  // a required scenario is missing, was left out, or could not run
  suite_missing:         { exit: MISSING, opens: 'PROOFGATE_NONCE=<nonce of a new challenge> npx vitest run <the required scenarios>' },
  suite_not_ended:       { exit: MISSING, opens: 'let the suite come to its end, all shards of it' },
  suite_unsigned:        { exit: MISSING, opens: 'proofgate sign SUITE --key FILE, with a runner key of the policy: it signs the plan too' },
  scenario_missing:      { exit: MISSING, opens: 'run it under the nonce of a new challenge' },
  scenario_left_out:     { exit: MISSING, opens: 'take skip, todo, fails and retry out of it, or install what it needs; only green at the first try counts' },
  scenario_blocked:      { exit: MISSING, opens: 'mend what blocked the run; the blocker says who has to act' },
  bundle_missing:        { exit: MISSING, opens: 'collect the bundles of all machines below reports/runs/ of one checkout' },
  artifact_missing:      { exit: MISSING, opens: `${again}; the stage record names what a run has to leave` },
  statement_missing:     { exit: MISSING, opens: 'proofgate sign SUITE --key FILE, with a runner key of the policy' },
  given_not_ordinary:    { exit: MISSING, opens: 'let it pass in the ordinary world: a pass under given promotes nothing' },
  baseline_not_comparable:{ exit: MISSING, opens: 'run the suite again: the same-run fake baseline has to pass, on the same host and task' },
  no_pass:               { exit: MISSING, opens: 'require a scenario in which this backend, with this model, passes at this stage' },
  not_calibrated:        { exit: MISSING, opens: 'mend the task until seed and oracle behave alike every time' },

  // policy says no
  nonce_decided:         { exit: POLICY,  opens: again },
  challenge_expired:     { exit: POLICY,  opens: again },
  policy_expired:        { exit: POLICY,  opens: 'review admissions/policy.yaml and commit it with a later expires_at' },
  policy_changed:        { exit: POLICY,  opens: again },
  stage_changed:         { exit: POLICY,  opens: again },
  no_runner_key:         { exit: POLICY,  opens: 'commit a public key below admissions/keys/ and name its keyid under runner_keys of admissions/policy.yaml' },
  key_not_allowed:       { exit: POLICY,  opens: 'sign with a key that admissions/policy.yaml names as a runner' },
  model_alias:           { exit: POLICY,  opens: 'name the model by a name that stays what it is' },
  candidate_differs:     { exit: POLICY,  opens: `${again}, with the backend, the model and the executable of the challenge` },
  engine_differs:        { exit: POLICY,  opens: 'run the suite and the gate with the same proofgate' },
  commit_differs:        { exit: POLICY,  opens: 'run the suite and the gate at the same commit' },
  host_differs:          { exit: POLICY,  opens: 'run all scenarios on one machine, or let the policy say hosts: any' },
  suite_stale:           { exit: POLICY,  opens: again },
  run_stale:             { exit: POLICY,  opens: again },
  clock_moved:           { exit: POLICY,  opens: `${again}, on a machine whose clock is right` },
  admission_lapsed:      { exit: POLICY,  opens: 'admit it again: proofgate admit, and commit the record to the protected branch' },
  admission_changed:     { exit: POLICY,  opens: again },
  admission_stale:       { exit: POLICY,  opens: 'review the record and admit it again: proofgate admit' },
  prior_stage_missing:   { exit: POLICY,  opens: 'promote the stage before this one first, for the same backend and model' },
} as const satisfies Record<string, Row>;

export type ReasonCode = keyof typeof reasons;
export const reasonCodes = Object.keys(reasons) as ReasonCode[];

/** One thing that keeps the gate closed. */
export interface Finding {
  code: ReasonCode;
  /** What was found, and where, in one line. */
  detail: string;
  /** Id of the scenario that it is about, where it is about one. */
  scenario?: string;
}

/** Worst first: an input that is invalid says nothing about anything else. */
const severity: readonly Row['exit'][] = [INVALID, RED, MISSING, POLICY];

/** The exit code of a gate that found this (SPEC section 7). */
export const exitFor = (findings: readonly Pick<Finding, 'code'>[]): DecisionExit =>
  severity.find(exit => findings.some(({ code }) => reasons[code].exit === exit)) ?? exitCodes.pass;
