import { isDeepStrictEqual } from 'node:util';
import { EVENTS, TRACE } from '../evidence/bundle.ts';
import { sha256 } from '../model/digest.ts';
import type { Contract } from '../model/contract.ts';
import type { ChangedFile, Facts } from '../model/facts.ts';
import { judge } from '../verdict.ts';
import type { BundleProblem } from './folder.ts';
import { inspectionName, type RawBundle } from './read.ts';

/** A bundle whose record can be judged: contract, facts, and what of it is legitimately gone. */
export interface Evidenced {
  bundle: RawBundle;
  contract: Contract;
  facts: Facts;
  /** Whether an artifact could not be written, or was replaced because a secret stood in it: nothing can be compared with it. */
  isLost(artifact: string): boolean;
}

const at = (artifact: string, ...problems: string[]): BundleProblem[] => problems.map(problem => ({ artifact, problem }));

/** What every run leaves, and what it leaves when it came that far. */
export function checkPresence({ bundle: { entries }, contract, facts, isLost }: Evidenced): BundleProblem[] {
  const judged = facts.backend !== null && facts.interrupted === null;
  const started = facts.dirty_start.length === 0 && facts.interrupted === null;
  const wanted: Record<string, boolean> = {
    'report.md': true,
    'patch.diff': true,
    'test.log': true,
    [EVENTS]: true,
    'scenario.yaml': contract.scenario_digest !== null,
    'eligibility.json': started,
    [inspectionName(contract)]: started,
    'backend/stdout.log': judged,
    'backend/stderr.log': judged,
    'backend/events.jsonl': judged,
    'test-report.json': facts.tests !== null,
    'backend/gateway.jsonl': facts.gateway !== null,
    'backend/probe.json': facts.gateway !== null,
  };
  const isThere = (path: string) => entries.some(entry => entry.path === path && entry.kind === 'file');
  return [
    ...Object.keys(wanted)
      .filter(path => wanted[path] && !isThere(path) && !isLost(path))
      .flatMap(path => at(path, 'is missing')),
    ...(facts.tests === null && isThere('test-report.json') ? at('test-report.json', 'is there, and the trace has no verification') : []),
    ...(contract.scenario_digest === null && isThere('scenario.yaml')
      ? at('scenario.yaml', 'is there, and the contract names no scenario')
      : []),
  ];
}

/** Facts of the steps that follow a backend. */
const afterStart = ['changes', 'boundary', 'tests', 'ending', 'events', 'baseline'] as const;

/** What a run knows once it came so far; a fact that was left out would count as nothing found. */
export function checkCompleteness({ bundle: { trace }, contract, facts }: Evidenced): BundleProblem[] {
  const problems: string[] = [];
  const untold = (['interrupted', 'secrets', 'artifact_failures'] as const).filter(key => !trace?.told.has(key));
  if (untold.length > 0) problems.push(`does not tell: ${untold.join(', ')}`);

  const stopped = facts.dirty_start.length > 0 || facts.refusal !== null || (facts.calibration ?? []).length > 0;
  if (facts.interrupted === null && facts.backend !== null) {
    const needed: readonly (keyof Facts)[] = [
      ...afterStart.filter(key => key !== 'baseline' || contract.backend.id !== 'fake'),
      ...(contract.verification.command ? ['calibration' as const] : []),
    ];
    const missing = needed.filter(key => facts[key] === null);
    if (missing.length > 0) problems.push(`a backend was started, and nothing is said about: ${missing.join(', ')}`);
    if (stopped) problems.push('a backend was started, although something was found that ends a run before');
  }
  if (facts.interrupted === null && facts.backend === null) {
    if (!stopped && facts.approval_denied === null) problems.push('no backend was started, and nothing says why');
    const early = (facts.refusal === null ? afterStart : [...afterStart, 'calibration' as const]).filter(key => facts[key] !== null);
    if (early.length > 0) problems.push(`it never came to that, and something is said about: ${early.join(', ')}`);
  }
  return at(TRACE, ...problems);
}

/** The patch touches what changed: no more, no less, and with the content that was read. Where nobody looked, it is empty. */
export function checkPatch({ bundle: { patch, digests }, facts, isLost }: Evidenced): BundleProblem[] {
  if (!patch || isLost('patch.diff')) return [];
  if (facts.changes === null && digests.get('patch.diff')?.bytes !== 0)
    return at('patch.diff', 'is not empty, and trace.jsonl has no changes');
  const files = facts.changes?.files ?? [];
  const changed = new Map(files.map(file => [file.path, file]));
  const shown = new Set(patch.paths);
  const problems = [
    ...patch.problems,
    ...patch.paths.filter(path => !changed.has(path)).map(path => `touches ${path}, which did not change by trace.jsonl`),
    ...files
      .filter(file => !shown.has(file.path) && !isUnseenMode(file))
      .map(file => `does not touch ${file.path}, which changed by trace.jsonl`),
    ...[...patch.added]
      .filter(([path, digest]) => (changed.get(path)?.digest ?? digest) !== digest)
      .map(([path]) => `puts into ${path} what was not read there by trace.jsonl`),
  ];
  return at('patch.diff', ...problems);
}

/** Git records of a mode only whether the owner may execute. */
const isUnseenMode = ({ change }: ChangedFile): boolean => change === 'mode';

/** test-report.json is the verification that the trace tells of. */
export function checkTests({ bundle: { testReport }, facts, isLost }: Evidenced): BundleProblem[] {
  if (!testReport || !facts.tests || isLost('test-report.json') || isDeepStrictEqual(testReport, facts.tests)) return [];
  return at('test-report.json', 'is not the verification of trace.jsonl');
}

/** Where nothing was verified, test.log says why and nothing else. */
export function checkNoTests({ bundle: { digests, report }, contract, facts, isLost }: Evidenced): BundleProblem[] {
  const redacted = Object.keys(report?.redactions ?? {}).length > 0;
  if (facts.tests || redacted || isLost('test.log') || !digests.has('test.log')) return [];
  const text = `nothing was verified: ${judge(contract, facts).failureReason ?? 'the run did not come to it'}\n`;
  return digests.get('test.log')?.sha256 === sha256(text) ? [] : at('test.log', 'says more than that nothing was verified');
}

/** What the backend said is what was taken over from it, and what it is held to. */
export function checkClaims({ bundle: { claims, events, trace, report }, contract, facts, isLost }: Evidenced): BundleProblem[] {
  const artifact = 'backend/events.jsonl';
  const kept = facts.backend?.dropped_bytes === 0 && !trace?.droppedEvents;
  if (!claims || !facts.backend || !kept || isLost(artifact)) return [];
  const redacted = Object.keys(report?.redactions ?? {}).length > 0;
  const problems = redacted ? [] : [...claims.problems];
  if (contract.backend.id === 'fake' && claims.result !== facts.backend.claim) {
    problems.push(`claims ${claims.result ?? 'nothing'}, by trace.jsonl ${facts.backend.claim ?? 'nothing'}`);
  }
  if (events && !isLost(EVENTS)) {
    const taken = events.events.filter(event => event.data['source'] === 'agent');
    const differs = claims.taken.findIndex(({ type, data }, index) => {
      const event = taken[index];
      return (
        event?.type !== type ||
        !(redacted || event.data['truncated'] === true || isDeepStrictEqual(event.data, { ...data, source: 'agent' }))
      );
    });
    if (differs >= 0) problems.push(`${EVENTS} does not have what the backend said with ${claims.taken[differs]!.type}`);
    else if (taken.length > claims.taken.length)
      problems.push(`${EVENTS} has ${taken[claims.taken.length]!.type} of the backend, which it never said`);
  }
  return at(artifact, ...problems);
}

/** The smaller records of the steps before the start agree with the refusal, or with there being none. */
export function checkPreflightRecords({ bundle: { eligibility, inspection }, contract, facts, isLost }: Evidenced): BundleProblem[] {
  const wrong = (artifact: string, record: Record<string, unknown> | undefined, wanted: Record<string, unknown>) =>
    record && !isLost(artifact)
      ? Object.keys(wanted)
          .filter(key => !isDeepStrictEqual(record[key], wanted[key]))
          .flatMap(key => at(artifact, `${key} is not ${JSON.stringify(wanted[key])}`))
      : [];
  return [
    ...wrong('eligibility.json', eligibility, { selected_backend: facts.refusal ? null : contract.backend.id }),
    ...wrong(inspectionName(contract), inspection, {
      run_id: contract.run_id,
      nonce: contract.nonce,
      stage: contract.stage,
      claim: facts.refusal?.code === 'target_exposed' ? 'exposed' : 'not_exposed',
    }),
  ];
}
