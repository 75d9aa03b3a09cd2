import type { z } from 'zod';
import { ownedLapse, sourceLapse } from '../admission/index.ts';
import { OwnedRepository, SourceAdmission } from '../model/admission.ts';
import { Comparison, comparisonLapse } from '../model/comparison.ts';
import type { SourceFacts } from '../model/source.ts';
import type { TaskSource } from '../model/task.ts';
import type { Evidenced } from './facts.ts';
import type { BundleProblem } from './folder.ts';

const RECORD = 'source-admission.json';
const COMPARISON = 'comparison.json';

/**
 * The source of the workspace is the one that a record in the bundle admits: by its id, stage, time, commit and digest; and the original
 * has the digest that it had, or the run says that something protected changed.
 */
export function checkSource({ bundle, contract, facts, isLost }: Evidenced): BundleProblem[] {
  const { source, admissions, backend, boundary, interrupted } = facts;
  const asked = contract.task.source;
  const problems: string[] = [];
  if ((asked === null) !== (source === null)) problems.push('tells of a source, and the contract does not, or the other way round');
  if (asked && source && source.id !== idOf(asked)) problems.push(`the source is ${source.id}, by the contract ${idOf(asked)}`);
  if (asked && source && (source.kind === 'repository') !== 'owned' in asked)
    problems.push('the source is of another kind than the contract names');
  if (backend && contract.stage >= 3 && !source)
    problems.push('a backend was started at stage 3 or above, and nothing is said of a source');
  if (backend && source && (source.problem !== null || source.seed === null))
    problems.push('a backend was started on a source that was not obtained');

  const status = admissions?.source.status ?? null;
  const expected = source && admissions?.source.record ? 'admitted' : asked || contract.stage >= 3 ? 'not_admitted' : 'not_required';
  if (status !== null && status !== expected) problems.push(`the source is ${status}, and by the record ${expected}`);
  if (backend && expected === 'not_admitted') problems.push('a backend was started, and its source was not admitted');

  const original = source?.original;
  if (backend && !interrupted && original && original.after === null) problems.push('nobody looked at the original of the source again');
  if (original?.after && original.after !== original.before && (boundary?.protected ?? []).length === 0)
    problems.push('the original of the source changed, and nothing is said of a protected path');
  return [
    ...problems.map(problem => ({ artifact: 'trace.jsonl', problem })),
    ...comparisonProblems({ bundle, contract, facts, isLost }),
    ...recordProblems({ bundle, contract, facts, isLost }),
  ];
}

const idOf = (asked: TaskSource): string => ('owned' in asked ? asked.owned : asked.admission);

/** A run of stage 6 started from a comparison that was fresh, and lacked nothing. */
function comparisonProblems({ bundle, contract, facts, isLost }: Evidenced): BundleProblem[] {
  if (isLost(COMPARISON)) return [];
  const ref = facts.admissions?.comparison ?? null;
  const digest = bundle.digests.get(COMPARISON)?.sha256;
  const says = (problem: string) => [{ artifact: COMPARISON, problem }];
  if (!ref) {
    if (digest !== undefined) return says('is there, and the trace names no comparison');
    return facts.backend && contract.stage === 6 && contract.backend.id !== 'fake'
      ? says('is missing: a backend was started at stage 6')
      : [];
  }
  if (digest !== ref.sha256) return says(digest === undefined ? 'is missing' : 'is not the comparison that the trace names');
  const record = parsed(Comparison, bundle.texts.get(COMPARISON));
  if (!record) return says('is no comparison');
  const lapsed = comparisonLapse(record, contract.backend.id, Date.parse(bundle.report?.run_start ?? ''));
  return lapsed ? says(lapsed) : [];
}

/** The copy of the record is the one that the trace names, and lets in what was used. */
function recordProblems({ bundle, contract, facts, isLost }: Evidenced): BundleProblem[] {
  if (isLost(RECORD)) return [];
  const ref = facts.admissions?.source.record ?? null;
  const digest = bundle.digests.get(RECORD)?.sha256;
  const says = (problem: string) => [{ artifact: RECORD, problem }];
  if (!ref) return digest === undefined ? [] : says('is there, and the trace names no record');
  if (digest !== ref.sha256) return says(digest === undefined ? 'is missing' : 'is not the record that the trace names');
  const { source } = facts;
  if (source?.kind === 'repository') return ownedProblems(source, { bundle, contract, facts, isLost });
  const record = parsed(SourceAdmission, bundle.texts.get(RECORD));
  if (!record || !source) return says('is no record of its kind');
  const lapsed = sourceLapse(record, { id: source.id, stage: contract.stage, now: Date.parse(bundle.report?.run_start ?? '') });
  return [
    ...(lapsed ? says(lapsed) : []),
    ...(record.expires_at === ref.expires_at ? [] : says('does not end when the trace says')),
    ...(source.commit === record.commit ? [] : says(`admits ${record.commit}, and what was used is ${source.commit}`)),
    ...(source.original?.before === record.integrity.sha256 ? [] : says('does not admit the digest that the original had')),
    ...(source.original?.path === record.integrity.path ? [] : says('names another original')),
  ];
}

function ownedProblems(source: SourceFacts, { bundle, contract }: Evidenced): BundleProblem[] {
  const record = parsed(OwnedRepository, bundle.texts.get(RECORD));
  const says = (problem: string) => [{ artifact: RECORD, problem }];
  if (!record) return says('is no record of its kind');
  const lapsed = ownedLapse(record, { id: source.id, stage: contract.stage, now: Date.parse(bundle.report?.run_start ?? '') });
  return [...(lapsed ? says(lapsed) : []), ...(source.original?.path === record.path ? [] : says('names another repository'))];
}

function parsed<T>(schema: z.ZodType<T>, text: string | undefined): T | undefined {
  try {
    return schema.safeParse(JSON.parse(text ?? '')).data;
  } catch {
    return undefined;
  }
}
