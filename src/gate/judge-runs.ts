import { ageMs } from '../model/policy.ts';
import type { BundleEvidence, GateInput, ScenarioEvidence } from './input.ts';
import { notTheCandidate } from './judge-candidate.ts';
import type { Judged } from './judge-scenario.ts';
import type { Finding } from './reasons.ts';

/** What the policy says of runs whose evidence holds: are they fresh, of the candidate, and let in by records that are in force? */
export function judgeRuns(judged: readonly Judged[], input: GateInput): Finding[] {
  const green = judged.flatMap(({ state, evidence }) =>
    state === 'green' && evidence.bundle ? [{ ...evidence, bundle: evidence.bundle }] : [],
  );
  const findings = green.flatMap(evidence =>
    [
      ...ofTime(evidence.bundle, input),
      ...ofPlace(evidence.bundle, input),
      ...ofCandidate(evidence, input),
      ...ofRecords(evidence.bundle, input),
    ].map((finding): Finding => ({ ...finding, detail: `${evidence.id}: ${finding.detail}`, scenario: evidence.id })),
  );
  const hosts = new Set(green.map(({ bundle }) => bundle.contract?.host));
  if (input.base.policy.value.hosts === 'one' && hosts.size > 1)
    findings.push({ code: 'host_differs', detail: `the runs are of ${hosts.size} machines, and the policy wants one` });
  const { backend, stage } = input.challenge.entry;
  // gates that hold show nothing of what a candidate can do
  const passes = green.some(
    ({ bundle: { status, contract } }) => status === 'pass' && contract?.backend.id === backend && contract.stage === stage,
  );
  // where something is red or missing that is told already
  if (!passes && judged.every(({ state }) => state === 'green'))
    findings.push({
      code: 'no_pass',
      detail: `no required scenario is a pass of ${backend} at stage ${stage}: nothing shows that it can do the work`,
    });
  return findings;
}

function ofTime({ report }: BundleEvidence, { now, challenge: { entry }, base: { policy } }: GateInput): Finding[] {
  if (!report) return [];
  const { clock_stepped: stepped } = report.freshness;
  const [start, end] = [Date.parse(report.run_start), Date.parse(report.run_end)];
  const moved = stepped
    ? 'the clock ran backwards, or away from the monotonic one, while it ran'
    : start < Date.parse(entry.issued_at)
      ? `began on ${report.run_start}, before its challenge was issued`
      : end > now
        ? `ended on ${report.run_end}, which is in the future`
        : undefined;
  if (moved !== undefined) return [{ code: 'clock_moved', detail: moved }];
  const limit = policy.value.max_age.run;
  return now - end > ageMs(limit) ? [{ code: 'run_stale', detail: `ended on ${report.run_end}, and the policy allows ${limit}` }] : [];
}

function ofPlace({ contract }: BundleEvidence, { engine, base, challenge: { entry } }: GateInput): Finding[] {
  const findings: Finding[] = [];
  if (contract?.stage === entry.stage && contract.stage_digest !== base.stageDigest)
    findings.push({ code: 'stage_changed', detail: `was run under another record of stage ${entry.stage}` });
  if (contract?.engine_digest !== engine.digest)
    findings.push({ code: 'engine_differs', detail: 'was run by another version of proofgate than the one that decides' });
  if (!contract?.commit || contract.commit !== engine.commit)
    findings.push({
      code: 'commit_differs',
      detail: `was run at the commit ${contract?.commit ?? 'of nothing'}, and here is ${engine.commit ?? 'none'}`,
    });
  return findings;
}

/** What passes has to be what is promoted: the same executable, the same model. */
function ofCandidate(evidence: ScenarioEvidence, { challenge: { entry } }: GateInput): Finding[] {
  const detail = notTheCandidate(evidence, entry);
  return detail === undefined ? [] : [{ code: 'candidate_differs', detail }];
}

/** Only a pass rests on a record; a refusal shows that there was none. */
function ofRecords({ status, records }: BundleEvidence, { now, base: { policy } }: GateInput): Finding[] {
  if (status !== 'pass') return [];
  const limit = policy.value.max_age.admission;
  return records.flatMap(({ file, sha256, now: record, problem }): Finding[] => {
    if (!record) return [{ code: 'admission_lapsed', detail: problem ?? `${file} admits nothing any more` }];
    if (record.sha256 !== sha256) return [{ code: 'admission_changed', detail: `${file} is not the record that let it in` }];
    const isOld = now - Date.parse(record.admitted_at) > ageMs(limit);
    return isOld ? [{ code: 'admission_stale', detail: `${file} is of ${record.admitted_at}, and the policy allows ${limit}` }] : [];
  });
}
