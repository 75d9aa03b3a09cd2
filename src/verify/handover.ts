import { createHash } from 'node:crypto';
import { EVENTS } from '../evidence/bundle.ts';
import { serialize } from '../evidence/seal.ts';
import { isMachine } from '../model/approval.ts';
import { branchOf, commitText, type HandoverFacts } from '../model/handover.ts';
import { judge } from '../verdict.ts';
import type { Evidenced } from './facts.ts';
import type { BundleProblem } from './folder.ts';

const RECORD = 'handover.json';
const PATCH = 'handover.patch';

/**
 * What was handed over is one commit, whose id follows from its words, on the commit of the source, on the branch of this run; it was proven
 * before, and a person agreed to it after that.
 */
export function checkHandover(evidenced: Evidenced): BundleProblem[] {
  const { bundle, contract, facts, isLost } = evidenced;
  const { handover } = facts;
  const says = (artifact: string, ...problems: string[]): BundleProblem[] =>
    isLost(artifact) ? [] : problems.map(problem => ({ artifact, problem }));
  const there = (path: string) => bundle.digests.get(path)?.sha256;
  if (!handover) {
    const stray = [RECORD, PATCH].filter(path => there(path) !== undefined);
    return stray.flatMap(path => says(path, 'is there, and the trace tells of no handover'));
  }
  const redacted = Object.keys(bundle.report?.redactions ?? {}).length > 0;
  return [
    ...(redacted || bundle.texts.get(RECORD) === serialize(handover) ? [] : says(RECORD, 'is not the handover of trace.jsonl')),
    ...(handover.commit && there(PATCH) === undefined ? says(PATCH, 'is missing') : []),
    ...(!handover.commit && there(PATCH) !== undefined ? says(PATCH, 'is there, and nothing was handed over') : []),
    ...(there(PATCH) === undefined || there(PATCH) === handover.patch ? [] : says(PATCH, 'is not the patch that the trace names')),
    ...says('trace.jsonl', ...(contract.handover === handover.kind ? [] : ['tells of a handover that the contract does not have'])),
    ...says('trace.jsonl', ...(handover.commit ? commitProblems(handover, handover.commit, evidenced) : [])),
    ...says(EVENTS, ...approvalProblems(handover, evidenced)),
  ];
}

function commitProblems(
  handover: HandoverFacts,
  commit: NonNullable<HandoverFacts['commit']>,
  { bundle, contract, facts }: Evidenced,
): string[] {
  const text = commitText(commit);
  const id = createHash('sha1')
    .update(`commit ${Buffer.byteLength(text)}\0${text}`)
    .digest('hex');
  const before = judge({ ...contract, handover: null }, { ...facts, handover: null, approval_denied: null });
  const wanted: [boolean, string][] = [
    [id === commit.id, `the commit ${commit.id} has another id by its own words: ${id}`],
    [
      commit.parent === handover.base && handover.base === facts.source?.commit,
      'the commit that was handed over is not on the commit of the source',
    ],
    [handover.branch === branchOf(contract.run_id), `the branch ${handover.branch} is not that of this run`],
    [commit.message.includes(contract.run_id), 'the message of the commit does not name this run'],
    [before.status === 'pass', `a change was handed over that is ${before.status}`],
    [handover.problem === null, 'a change was handed over, and a problem kept it from being'],
    [handover.approved_by !== null, 'a change was handed over that nobody approved'],
    [!bundle.patch || bundle.patch.paths.length > 0, 'a change was handed over, and there is none'],
  ];
  return wanted.filter(([holds]) => !holds).map(([, problem]) => problem);
}

/** Whoever is said to have agreed did so after the verification, and is no machine. */
function approvalProblems({ approved_by, commit }: HandoverFacts, { bundle, contract }: Evidenced): string[] {
  if (!bundle.events || approved_by === null) return [];
  const { events } = bundle.events;
  const verified = events.findIndex(({ type }) => type === 'verification.completed');
  const granted = events.findIndex(({ type, data }, i) => i > verified && type === 'approval.granted' && data['actor'] === approved_by);
  const handed = events.findIndex(({ type }) => type === 'handover.completed');
  return [
    ...(verified < 0 || granted < 0
      ? [`${approved_by} is said to have approved the handover, and no event after the verification says so`]
      : []),
    ...(commit && handed >= 0 && handed < granted ? ['handover.completed comes before the approval'] : []),
    ...(isMachine(approved_by, contract.backend.id) ? [`${approved_by} is no person and cannot approve`] : []),
  ];
}
