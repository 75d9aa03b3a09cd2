import { isDeepStrictEqual } from 'node:util';
import { disallowed } from '../checks/allowed.ts';
import { missingEvents } from '../checks/events.ts';
import { EVENTS } from '../evidence/bundle.ts';
import type { EventType, NormalizedEvent } from '../model/event.ts';
import type { Contract } from '../model/contract.ts';
import { noFacts, type Facts } from '../model/facts.ts';
import { judge } from '../verdict.ts';
import type { Evidenced } from './facts.ts';
import type { BundleProblem } from './folder.ts';
import { inspectionName } from './read.ts';

/** What an event must be when its step took place. */
interface Told {
  status: NormalizedEvent['status'];
  data: Record<string, unknown>;
}

export const inLog = (problems: readonly string[]): BundleProblem[] => problems.map(problem => ({ artifact: EVENTS, problem }));

/** Each event of the harness says what the facts say; one that has no fact behind it is an invention. */
export function checkStory(evidenced: Evidenced): BundleProblem[] {
  const { bundle, facts, isLost } = evidenced;
  if (!bundle.events || isLost(EVENTS)) return [];
  const { events } = bundle.events;
  const stories = Object.entries(storyOf(evidenced)) as [EventType, Told | null][];
  return inLog(
    stories.flatMap(([type, told]) => {
      const found = events.filter(event => event.type === type);
      if (!told) return found.length > 0 ? [`has ${type}, and by trace.jsonl it never came to that`] : [];
      if (found.length !== 1) return found.length === 0 && facts.interrupted ? [] : [`has ${type} ${found.length} times`];
      return differences(found[0]!, told);
    }),
  );
}

function differences({ type, status, data }: NormalizedEvent, told: Told): string[] {
  const wrong = Object.keys(told.data).filter(key => !isDeepStrictEqual(data[key], told.data[key]));
  return [
    ...(status === told.status ? [] : [`${type} has status ${status}, by trace.jsonl ${told.status}`]),
    ...wrong.map(
      key =>
        `${type} has ${key} ${JSON.stringify(data[key])?.slice(0, 200)}, by trace.jsonl ${JSON.stringify(told.data[key])?.slice(0, 200)}`,
    ),
  ];
}

const plain = (data: Record<string, unknown>): Told => ({ status: 'ok', data });

/** Every event that the harness alone emits, as the facts tell it; null: it must not be there. */
function storyOf({ contract, facts }: Evidenced): Partial<Record<EventType, Told | null>> {
  const { dirty_start, refusal, calibration, approval_denied, backend, review, changes, boundary, tests, baseline, handover } = facts;
  const reached = dirty_start.length === 0;
  const started: Facts = { ...noFacts, dirty_start, refusal, calibration, approval_denied, backend, review, changes, boundary };
  const carrying = (type: EventType, known: Facts, data: Record<string, unknown>): Told => {
    const carried = judge(contract, known).blockers.filter(blocker => blocker.event === type);
    return { status: carried[0]?.status ?? 'ok', data: { ...data, blockers: carried.map(blocker => blocker.code) } };
  };
  return {
    'run.started': plain({ backend: contract.backend.id, stage: contract.stage, task: contract.task.id }),
    'task.contract.created': carrying(
      'task.contract.created',
      { ...noFacts, dirty_start },
      { task_digest: contract.task.digest, ...(contract.task.clean_start ? { dirty: dirty_start } : {}) },
    ),
    'eligibility.decided': reached ? plain({ selected: refusal ? null : contract.backend.id }) : null,
    'preflight.completed': reached ? { status: refusal ? 'blocked' : 'ok', data: { refused: refusal?.code } } : null,
    'backend.started': backend ? plain({ backend: contract.backend.id }) : null,
    'backend.exited': backend
      ? plain({ exit_code: backend.exit_code, timed_out: backend.timed_out, claim: backend.claim, survivors: backend.survivors })
      : null,
    'git.diff.checked': changes
      ? carrying('git.diff.checked', started, {
          changed_files: changes.files.map(file => file.path),
          disallowed: disallowed(changes.files, contract.task.allowed_paths).map(file => file.path),
        })
      : null,
    'verification.completed': tests
      ? carrying(
          'verification.completed',
          { ...started, tests },
          {
            command: contract.verification.command,
            exit_code: tests.recorded?.exit_code ?? null,
            tests: tests.recorded?.tests.length ?? 0,
          },
        )
      : null,
    'handover.completed': handover?.commit ? plain({ branch: handover.branch, commit: handover.commit.id, main: handover.main }) : null,
    'baseline.compared': baseline ? plain({ ...baseline }) : null,
  };
}

/**
 * An event carries `digests`, path to SHA-256, of the artifacts that were finished when it was emitted: whoever exchanges one of
 * them has to chain the log again, too.
 */
export function checkEventDigests({ bundle: { events, digests }, contract, isLost }: Evidenced): BundleProblem[] {
  if (!events || isLost(EVENTS)) return [];
  const finished = finishedBy(contract);
  return events.events.flatMap(({ type, data }) => {
    if (data['source'] === 'agent') return [];
    const carried = Object.entries(data['digests'] ?? {});
    const bare = (finished[type] ?? []).filter(artifact => !isLost(artifact) && !carried.some(([path]) => path === artifact));
    return [
      ...carried
        .filter(([artifact, digest]) => digests.get(artifact)?.sha256 !== digest && !isLost(artifact))
        .map(([artifact]) => ({ artifact, problem: `does not have the digest that ${type} has for it` })),
      ...inLog(bare.map(artifact => `${type} has no digest of ${artifact}`)),
    ];
  });
}

/** The artifacts that are finished when an event is emitted. */
const finishedBy = (contract: Contract): Partial<Record<EventType, readonly string[]>> => ({
  'task.contract.created': ['task.contract.json', ...(contract.scenario_digest === null ? [] : ['scenario.yaml'])],
  'eligibility.decided': ['eligibility.json', inspectionName(contract)],
  'backend.exited': ['backend/stdout.log', 'backend/stderr.log', 'backend/events.jsonl'],
  'git.diff.checked': ['patch.diff'],
  'verification.completed': ['test.log', 'test-report.json'],
  'handover.completed': ['handover.json', 'handover.patch'],
});

/** Events that come after step 10 looked for the required ones. */
const later: readonly EventType[] = ['baseline.compared', 'handover.completed', 'run.completed'];

/** Step 10 again: which required events are absent or out of order. */
export function checkRequiredEvents({ bundle, contract, facts, isLost }: Evidenced): BundleProblem[] {
  if (!bundle.events || !facts.events || isLost(EVENTS)) return [];
  const types = bundle.events.events.map(event => event.type);
  // whoever asks after the verification asks about the handover
  const verified = types.indexOf('verification.completed');
  const seen = types.filter((type, i) => !later.includes(type) && !(verified >= 0 && i > verified && type.startsWith('approval.')));
  const missing = missingEvents(contract.required_events, seen);
  return isDeepStrictEqual(missing, facts.events)
    ? []
    : inLog([`required events: ${missing.join('; ') || 'all there'}, by trace.jsonl: ${facts.events.join('; ') || 'all there'}`]);
}

/** The last event repeats the verdict that was derived. */
export function checkCompleted({ bundle, contract, facts, isLost }: Evidenced): BundleProblem[] {
  if (!bundle.events || isLost(EVENTS)) return [];
  const completed = bundle.events.events.filter(event => event.type === 'run.completed');
  const { status, outcome, lifecycle, blockers } = judge(contract, facts);
  const last = completed.at(-1);
  const wrong = last ? differences(last, { status, data: { blockers: blockers.map(blocker => blocker.code), outcome, lifecycle } }) : [];
  const more = completed.length > 1 && facts.artifact_failures.length === 0 ? ['has run.completed more than once'] : [];
  return inLog([...wrong, ...more]);
}
