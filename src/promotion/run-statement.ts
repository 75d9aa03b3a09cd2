import type { BundleCheck } from '../verify/verify.ts';
import type { RawBundle } from '../verify/read.ts';
import { RUN_PREDICATE, type RunPredicate, type RunStatement, type Subject } from '../model/statement.ts';
import type { Report } from '../model/report.ts';
import { resultFile, type SuiteResult } from '../suite/record.ts';
import { serialize } from '../evidence/seal.ts';
import { digestOfText } from '../scenario/resolved.ts';
import { Refused } from './refused.ts';

/** Files of a bundle that a statement is about: these name, or are derived from, every other file. */
export const signedFiles = ['manifest.json', 'patch.diff', 'report.json'] as const;

/** The bundle of a scenario as it was read, and what it amounts to when nobody believes it. */
export interface Checked {
  bundle: Pick<RawBundle, 'report' | 'digests' | 'trace' | 'scenario'>;
  check: Pick<BundleCheck, 'verdict' | 'status' | 'problems'>;
}

/**
 * The payload of a statement: what came of one scenario, by the digests of its evidence. The same evidence gives the same bytes.
 *
 * @param resultDigest SHA-256 of the result file
 * @param checked null for a scenario that left no bundle
 * @throws {Refused} where the bundle is not what the result says, or does not agree with itself
 */
export function runStatement(result: SuiteResult, resultDigest: string, checked: Checked | null): Buffer {
  const { nonce, id, digest, state, exit } = result;
  const statement: RunStatement = {
    _type: 'https://in-toto.io/Statement/v1',
    subject: [subject(resultFile(id), resultDigest), ...(checked ? bundleSubjects(checked) : [])],
    predicateType: RUN_PREDICATE,
    predicate: { nonce, scenario: { id, digest }, state, exit, run: checked && runOf(result, checked) },
  };
  return Buffer.from(serialize(statement));
}

const subject = (name: string, sha256: string): Subject => ({ name, digest: { sha256 } });

/**
 * A run that was interrupted leaves the report that was reserved for it, and that report is all that can be signed. Where the disk refused
 * the patch (`artifact_write_failure`) the manifest says so.
 */
function bundleSubjects({ bundle: { report, digests } }: Checked): Subject[] {
  const names = report?.sealed ? signedFiles : (['report.json'] as const);
  return names.flatMap(name => {
    const found = digests.get(name);
    return found ? [subject(name, found.sha256)] : [];
  });
}

function runOf(result: SuiteResult, { bundle, check }: Checked): RunPredicate['run'] {
  const { report, trace, scenario } = bundle;
  if (!report) throw new Refused('bundle_invalid', 'the bundle has no report');
  mustBelong(report, result);
  // a reserved report is consistent with nothing; where that is all that is wrong, it is what it says: a run that did not end
  if (!report.sealed && check.problems.length === 1) return null;
  if (check.verdict !== 'consistent' || check.status === null) {
    const [first] = check.problems;
    throw new Refused('bundle_invalid', first ? `${first.artifact}: ${first.problem}` : 'nothing can be derived from the bundle');
  }
  if (!isSpoilt(bundle) && (scenario === undefined || digestOfText(scenario) !== result.digest)) throw foreign('version of the scenario');
  const { model, freshness } = report;
  return {
    run_id: report.run_id,
    backend: report.backend,
    stage: report.stage,
    model: model.provider !== null && model.id !== null ? { provider: model.provider, id: model.id } : null,
    task_digest: freshness.task_digest,
    engine_digest: freshness.engine_digest,
    binary: trace?.facts.admissions?.binary.executable ?? null,
    status: check.status,
    outcome: report.outcome,
    lifecycle: report.lifecycle,
    blockers: report.blockers.map(({ code }) => code),
    run_start: report.run_start,
    run_end: report.run_end,
  };
}

/** The scenario cannot be compared where a registered secret stood in it, or the disk refused it; the result still names its digest. */
function isSpoilt({ report, trace, scenario }: Checked['bundle']): boolean {
  const lost = [
    ...(trace?.facts.secrets ?? []).map(({ artifact }) => artifact),
    ...(trace?.facts.artifact_failures ?? []).map(({ path }) => path),
  ];
  const redacted = Object.keys(report?.redactions ?? {}).some(name => scenario?.includes(`[redacted:${name}]`));
  return redacted || lost.includes('scenario.yaml');
}

/** A bundle is of this suite and of this scenario; one from anywhere else proves something else. */
function mustBelong({ nonce, suite, freshness }: Report, result: SuiteResult): void {
  if (nonce !== result.nonce || freshness.nonce !== result.nonce) throw foreign(`suite: its nonce is ${nonce}`);
  if (suite !== result.id) throw foreign(`scenario: ${suite ?? 'none'}`);
}

const foreign = (what: string) => new Refused('bundle_foreign', `the bundle is of another ${what}`);
