import { isDeepStrictEqual } from 'node:util';
import { EVENTS, TRACE } from '../evidence/bundle.ts';
import { isBlockerCode, rowOf, type Status } from '../model/blocker.ts';
import type { Report } from '../model/report.ts';
import type { BundleProblem } from './folder.ts';
import type { RawBundle } from './read.ts';

/**
 * Artifacts that could not be written, from which a secret was removed, or that the backend, or its code under test, changed while they were the engine's. Their content is not held against anything; each of them
 * is a blocker, so that a run with one never passes.
 */
export function lostIn({ trace, report }: RawBundle): ReadonlySet<string> {
  const unwritten = unwrittenBy(report);
  if (!trace || unwritten.includes(TRACE)) return new Set(unwritten.includes(TRACE) ? unwritten : []);
  const { artifact_failures, secrets, boundary } = trace.facts;
  const tamperedWith = boundary?.outside.flatMap(path => /^bundle: (backend\/.+?|test\.log)(?: \(removed\))?$/.exec(path)?.[1] ?? []) ?? [];
  return new Set([...artifact_failures.map(failure => failure.path), ...secrets.map(secret => secret.artifact), ...tamperedWith]);
}

/** What the report names as unwritten: all that is left to go by when it was the trace. */
const unwrittenBy = (report: Report | undefined): string[] =>
  (report?.blockers.find(({ code }) => code === 'artifact_write_failure')?.detail ?? '')
    .split(', ')
    .flatMap(part => /^(.+) \(E[A-Z0-9]+\)$/.exec(part)?.[1] ?? []);

/**
 * The verdict where contract or trace is lost and nothing can be judged again: what the event log ended with, as long as
 * that is no pass, names the loss, and is what the report says.
 */
export function checkLoss(bundle: RawBundle): { status: Status | null; problems: BundleProblem[] } {
  const { events, report } = bundle;
  const lost = lostIn(bundle);
  if (!report || (!lost.has(TRACE) && !lost.has('task.contract.json'))) return { status: null, problems: [] };
  const last = lost.has(EVENTS) || !events || events.problems.length > 0 ? undefined : events.events.at(-1);
  const codes = last?.type === 'run.completed' && Array.isArray(last.data['blockers']) ? (last.data['blockers'] as unknown[]) : [];
  const [first] = codes;
  if (
    typeof first !== 'string' ||
    !isBlockerCode(first) ||
    !codes.some(code => code === 'artifact_write_failure' || code === 'secret_exposed')
  ) {
    return { status: null, problems: [{ artifact: EVENTS, problem: 'does not tell how a run ended that lost its own record' }] };
  }
  const { status } = rowOf(first);
  const said = [report.status, report.blockers.map(blocker => blocker.code), last?.status];
  return {
    status,
    problems: isDeepStrictEqual(said, [status, codes, status])
      ? []
      : [{ artifact: 'report.json', problem: `is not what ${EVENTS} ends with` }],
  };
}
