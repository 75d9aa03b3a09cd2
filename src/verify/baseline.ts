import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { TRACE } from '../evidence/bundle.ts';
import { differences } from '../evidence/comparable.ts';
import type { Evidenced } from './facts.ts';
import type { BundleProblem } from './folder.ts';
import type { RawBundle } from './read.ts';

/** What is known of the bundle in baseline/. */
interface Verified {
  bundle: RawBundle;
  status: string | null;
  problems: BundleProblem[];
}

/** The folder of the baseline, the only one that the engine ever writes. */
const folder = 'baseline';

/**
 * The same-run baseline is a bundle of its own: verified in the same way, of the fake backend, and as comparable as the trace says.
 *
 * @param outer set when this bundle is itself a baseline, which has none
 */
export async function checkBaseline(
  { bundle, contract, facts, isLost }: Evidenced,
  outer: Evidenced | undefined,
  verify: (dir: string) => Promise<Verified>,
): Promise<BundleProblem[]> {
  const { baseline } = facts;
  const isThere = bundle.entries.some(({ path, kind }) => path === folder && kind === 'dir');
  if (!baseline) return isThere && !facts.interrupted ? [{ artifact: folder, problem: 'is there, and the trace has no baseline' }] : [];
  if (outer) return [{ artifact: folder, problem: 'is the baseline of a baseline' }];
  if (!isThere || baseline.dir !== folder) return [{ artifact: folder, problem: 'is missing' }];
  if (bundle.entries.some(({ path }) => path.startsWith(`${folder}/`) && isLost(path))) return [];

  const inner = await verify(join(bundle.dir, folder));
  if (inner.bundle.report?.sealed === false) {
    return baseline.status === 'fail' ? [] : [{ artifact: `${folder}/report.json`, problem: 'was never sealed, and the trace says more' }];
  }
  const { contract: other, report } = inner.bundle;
  const says = (problem: string) => ({ artifact: `${folder}/report.json`, problem });
  const problems = inner.problems.map(({ artifact, problem }) => ({ artifact: `${folder}/${artifact}`, problem }));
  if (other && other.backend.id !== 'fake') problems.push(says(`is of the backend ${other.backend.id}, not of fake`));
  if (report && report.run_id !== baseline.run_id) problems.push(says(`run_id is ${report.run_id}, by trace.jsonl ${baseline.run_id}`));
  if (inner.status !== baseline.status) problems.push(says(`amounts to ${inner.status}, by trace.jsonl ${baseline.status}`));
  const unlike = other ? differences(contract, other) : baseline.not_comparable;
  if (!isDeepStrictEqual(unlike, baseline.not_comparable) || baseline.comparable !== (unlike.length === 0)) {
    problems.push({
      artifact: TRACE,
      problem: `the baseline differs in ${unlike.join(', ') || 'nothing'}, by the trace in ${baseline.not_comparable.join(', ') || 'nothing'}`,
    });
  }
  return problems;
}
