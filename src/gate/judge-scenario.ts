import type { ScenarioState } from '../model/decision.ts';
import type { BundleEvidence, GateInput, ScenarioEvidence } from './input.ts';
import { notTheCandidate } from './judge-candidate.ts';
import type { Finding, ReasonCode } from './reasons.ts';

/** What became of one required scenario, and everything that speaks against it. */
export interface Judged {
  evidence: ScenarioEvidence;
  state: ScenarioState;
  findings: Finding[];
}

/** Where a scenario stands once its evidence counts for nothing, by the reason. */
type Answer = [state: ScenarioState, code: ReasonCode, detail: string] | undefined;

/**
 * The state of a scenario: the first question that it does not stand gives it. What the suite said can only make it worse, and what
 * nobody signed for is told beside it.
 * @param others those before it, whose bundles cannot be its own
 */
export function judgeOne(evidence: ScenarioEvidence, input: GateInput, others: readonly ScenarioEvidence[]): Judged {
  // what the protected base requires now is told with the challenge; what was run then is not that
  if (!evidence.isCurrent) return { evidence, state: 'missing', findings: [] };
  const notRun = wasRun(evidence);
  const shown = hasItsBundle(evidence, input, others) ?? isOfCandidate(evidence, input) ?? holds(evidence) ?? counts(evidence);
  const answers = (notRun ? [notRun] : [shown, isSigned(evidence)]).filter(one => one !== undefined);
  const findings = answers.map(([, code, detail]): Finding => ({ code, detail: `${evidence.id}: ${detail}`, scenario: evidence.id }));
  return { evidence, state: answers[0]?.[0] ?? 'green', findings };
}

function wasRun({ result, leftOut }: ScenarioEvidence): Answer {
  if (!result) return ['missing', 'scenario_missing', 'has no result in the suite'];
  const { state, reason } = result;
  if (state === 'skipped' || state === 'todo') return ['skipped', 'scenario_left_out', `is ${state}${reason ? `: ${reason}` : ''}`];
  if (state === 'flaky') return ['skipped', 'scenario_left_out', 'is flaky: it held only when it was repeated'];
  if (state === 'fails') return ['skipped', 'scenario_left_out', `is known to fail${reason ? `: ${reason}` : ''}`];
  return leftOut === null || state === 'red' ? undefined : ['skipped', 'scenario_left_out', leftOut];
}

function isSigned({ statement, bundle, bundleProblem }: ScenarioEvidence): Answer {
  const { problem } = statement;
  // what was signed cannot be compared with what is not there
  if (bundleProblem) return undefined;
  if (problem) return ['missing', problem.code, problem.detail];
  const { subjects, run } = statement;
  const differs = (what: string): Answer => ['missing', 'statement_differs', `what was signed is not ${what}`];
  if (!bundle) return undefined;
  const { manifest, report, patch } = bundle.digests;
  const unlike = Object.entries({ 'manifest.json': manifest, 'report.json': report, 'patch.diff': patch }).find(
    ([name, digest]) => subjects[name] !== (digest ?? undefined),
  );
  if (unlike && (run !== null || unlike[0] === 'report.json')) return differs(`${unlike[0]} of the bundle`);
  if (run && (run.run_id !== bundle.report?.run_id || run.status !== bundle.status)) return differs('what the bundle amounts to');
  return undefined;
}

function hasItsBundle(
  { id, does, bundle, bundleProblem, result, textDigest, taskDigest, otherTerm, sourceProblem }: ScenarioEvidence,
  { challenge }: GateInput,
  others: readonly ScenarioEvidence[],
): Answer {
  if (bundleProblem) return ['missing', bundleProblem.code, bundleProblem.detail];
  if (!bundle) {
    if (does === 'cli') return undefined;
    return result?.state === 'red'
      ? ['red', 'scenario_red', 'is red, and left no bundle']
      : ['missing', 'bundle_missing', 'has no bundle: nothing can be derived again'];
  }
  const differs = (what: string): Answer => ['missing', 'bundle_differs', `${bundle.dir} is of another ${what}`];
  const reused = others.find(
    other => other.bundle && (other.bundle.dir === bundle.dir || other.bundle.report?.run_id === bundle.report?.run_id),
  );
  if (reused) return ['missing', 'bundle_reused', `${bundle.dir} is the evidence of ${reused.id} already`];
  const [first] = bundle.problems;
  if (first !== undefined)
    return [
      'missing',
      'bundle_invalid',
      `${bundle.dir}: ${first}${bundle.problems.length > 1 ? `, and ${bundle.problems.length - 1} more` : ''}`,
    ];
  const { contract } = bundle;
  if (!contract || bundle.status === null) return ['missing', 'bundle_invalid', `${bundle.dir}: nothing can be derived from it`];
  if (contract.nonce !== challenge.entry.nonce) return ['missing', 'nonce_differs', `${bundle.dir} has the nonce ${contract.nonce}`];
  if (contract.suite !== id) return differs(`scenario: ${contract.suite ?? 'none'}`);
  if (contract.scenario_digest !== textDigest) return differs('version of the scenario than that of the protected base');
  if (contract.task.digest === taskDigest) {
    if (otherTerm === null) return undefined;
    return ['missing', 'bundle_differs', `${bundle.dir} has a ${otherTerm} that its task at the protected base does not make it`];
  }
  return sourceProblem === null
    ? differs('version of the task than that of the protected base')
    : ['missing', 'admission_lapsed', `the source of its task is not to be had by the protected base: ${sourceProblem}`];
}

/** What a scenario of the candidate shows is about nobody else, and in no world but the ordinary one: refusals count as little as passes. */
function isOfCandidate(evidence: ScenarioEvidence, { challenge: { entry } }: GateInput): Answer {
  if (!evidence.isOfCandidate) return undefined;
  const other = notTheCandidate(evidence, entry);
  if (other !== undefined) return ['missing', 'candidate_differs', other];
  const assumed = Object.keys(evidence.bundle?.contract?.given ?? {});
  return assumed.length > 0 ? ['missing', 'given_not_ordinary', `is a rehearsal under given ${assumed.join(', ')}`] : undefined;
}

function holds({ result, mismatches, bundle, does }: ScenarioEvidence): Answer {
  const [first] = mismatches ?? [];
  const how =
    first === undefined ? 'is red in the suite' : `${first}${mismatches!.length > 1 ? ` (and ${mismatches!.length - 1} more)` : ''}`;
  const isRed = first !== undefined || result?.state !== 'green' || (mismatches === null && does !== 'cli');
  if (!isRed) return undefined;
  // a run that could not start says nothing about the backend
  if (bundle?.status === 'blocked') return ['blocked', 'scenario_blocked', `could not run: ${how}`];
  return ['red', result?.state === 'green' ? 'result_not_derived' : 'scenario_red', how];
}

/** A pass counts where the world was an ordinary one, and where it was shown to be possible here and now. */
function counts({ bundle }: ScenarioEvidence): Answer {
  if (bundle?.status !== 'pass' || !bundle.contract) return undefined;
  const { given, backend } = bundle.contract;
  if (bundle.lacks.length > 0) return ['missing', 'artifact_missing', `${bundle.dir} has no ${bundle.lacks.join(', ')}`];
  const changed = Object.keys(given);
  if (changed.length > 0) return ['missing', 'given_not_ordinary', `is a pass under given ${changed.join(', ')}`];
  return backend.id === 'fake' ? undefined : comparable(bundle);
}

function comparable({ report }: BundleEvidence): Answer {
  const { baseline } = report ?? {};
  const why = !baseline
    ? 'has no baseline'
    : baseline.status !== 'pass'
      ? `has a baseline that ended with ${baseline.status}`
      : !baseline.comparable
        ? `has a baseline that differs in ${baseline.not_comparable.join(', ')}`
        : undefined;
  return why === undefined ? undefined : ['missing', 'baseline_not_comparable', why];
}
