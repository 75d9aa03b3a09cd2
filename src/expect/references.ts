import { rowOf } from '../model/blocker.ts';
import { built } from '../model/built.ts';
import { defaultRequiredEvents, events as table, type EventType, type NormalizedEvent } from '../model/event.ts';
import { exitCodes, exitOf } from '../model/exit.ts';
import { isMap } from '../model/json.ts';
import type { Report } from '../model/report.ts';
import type { Evidence } from './evidence.ts';
import { type Expectation, judgeEvidence } from './expectation.ts';
import { decisionReferences } from './reference-decisions.ts';
import { outputReferences } from './reference-outputs.ts';
import { DIGEST, reportOf, type Subject, TIME } from './reference-report.ts';

/** How the run of a reference ended. */
export type Reference = 'reserved' | 'green' | 'blocked' | 'failed';

/**
 * Tries an expectation on bundles whose verdict is known.
 * @returns why it asserts nothing, or undefined.
 */
export const vacuous = (expectation: Expectation, subject: Subject): Promise<string | undefined> =>
  emptyOn(withoutNames(expectation), referencesOf(subject));

/** What a report is called from its first instant on, whatever becomes of the run: a reference has other names. */
const names: readonly string[] = ['schema', 'run_id', 'nonce', 'suite', 'run_start'];

/** The same expectation, with nothing said about names. */
function withoutNames({ report, ...rest }: Expectation): Expectation {
  if (!isMap(report)) return report === undefined ? rest : { ...rest, report };
  const left = Object.fromEntries(Object.entries(report).filter(([key]) => !names.includes(key)));
  return Object.keys(left).length > 0 ? { ...rest, report: left as typeof report } : rest;
}

/** The same for what a command ends with and says. */
export const vacuousOutput = async (expectation: Expectation): Promise<string | undefined> =>
  expectation.exit === 'interrupted' ? undefined : emptyOn(expectation, outputReferences());

/** The same for what a gate ends with and decides. */
export const vacuousDecision = (expectation: Expectation): Promise<string | undefined> =>
  emptyOn(expectation, [
    ...outputReferences(),
    ...decisionReferences().map(evidence => ({
      kind: evidence.exit === exitCodes.pass ? ('green' as const) : ('failed' as const),
      evidence,
    })),
  ]);

async function emptyOn(expectation: Expectation, bundles: readonly { kind: Reference; evidence: Evidence }[]): Promise<string | undefined> {
  const accepted = new Set<Reference>();
  for (const { kind, evidence } of bundles) {
    if (!accepted.has(kind) && (await judgeEvidence(expectation, evidence)).length === 0) accepted.add(kind);
  }
  if (accepted.has('reserved') && !namesInterruption(expectation)) return 'it accepts a run that was killed before its end';
  const red = [...accepted].find(kind => kind !== 'green');
  if (accepted.has('green') && red) return `it accepts a run that passes and one that ${red === 'failed' ? 'fails' : 'is blocked'} alike`;
  return undefined;
}

const namesInterruption = (expectation: Expectation) => JSON.stringify(expectation).includes('"run_interrupted"');

/** One bundle of each kind; of the reserved one every way in which a killed run can be left. */
export function referencesOf(subject: Subject): { kind: Reference; evidence: Evidence }[] {
  const green = reportOf(subject, null);
  const started = defaultRequiredEvents.filter(type => type !== 'run.completed');
  const reserved = { ...reportOf(subject, 'run_interrupted'), sealed: false, lifecycle: 'interrupted' as const };
  const killed = [1, 130, 137, 143].flatMap(exit => [
    evidenceOf(reserved, exit, []),
    evidenceOf({ ...reserved, changed_files: green.changed_files }, exit, started),
  ]);
  const { verification } = reserved;
  const noCommand = { ...reserved, tests_command: null, verification: { ...verification, command: null, missing_command: true } };
  const later = [1, 137].flatMap(exit => [
    evidenceOf(noCommand, exit, started),
    ...killedLogs.map(types => evidenceOf(reserved, exit, types)),
    // at the first instant nothing else is there
    { ...evidenceOf(reserved, exit, []), paths: ['report.json'] },
  ]);
  return [
    ...[...killed, ...later].map(evidence => ({ kind: 'reserved' as const, evidence })),
    { kind: 'green', evidence: evidenceOf(green, 0, defaultRequiredEvents) },
    {
      kind: 'blocked',
      evidence: evidenceOf(reportOf(subject, 'provider_unavailable'), 2, ['run.started', 'task.contract.created', 'run.completed']),
    },
    { kind: 'failed', evidence: evidenceOf(reportOf(subject, 'verification_failed'), 1, defaultRequiredEvents) },
    ...others.map(code => {
      const { status } = rowOf(code);
      const evidence = evidenceOf(reportOf(subject, code), exitOf(status), ['run.started', 'task.contract.created', 'run.completed']);
      return { kind: status === 'blocked' ? ('blocked' as const) : ('failed' as const), evidence };
    }),
  ];
}

/** Whoever names what it is not has to name what it is: of each other way to end there is one bundle. */
const others = built.blockers.filter(code => !['run_interrupted', 'provider_unavailable', 'verification_failed'].includes(code));

/** Logs of runs that came as far as they can without an end: where nobody was asked, and by the answer where somebody was. */
const killedLogs: readonly (readonly EventType[])[] = (() => {
  const before = (Object.keys(table) as EventType[]).filter(type => type !== 'run.completed' && !type.startsWith('approval.'));
  const at = before.indexOf('backend.started');
  const asked = (answer: EventType, rest: readonly EventType[]) => [...before.slice(0, at), 'approval.requested' as const, answer, ...rest];
  return [before, asked('approval.denied', []), asked('approval.granted', before.slice(at))];
})();

/** The bundle of a report, as if it lay on disk. */
function evidenceOf(report: Report, exit: number, types: readonly EventType[]): Evidence {
  const carrier = report.blockers[0];
  const events = types.map((type, i): NormalizedEvent => {
    const carries = carrier !== undefined && (type === carrier.event || type === 'run.completed');
    return {
      seq: i + 1,
      type,
      status: carries ? carrier.status : type === 'run.completed' ? 'pass' : 'ok',
      time: TIME,
      run_id: report.run_id,
      nonce: report.nonce,
      data: carries ? { blockers: [carrier.code] } : {},
      prev: DIGEST,
    };
  });
  const patch = report.changed_files.length > 0 ? '--- a/strings.js\n+++ b/strings.js\n' : '';
  const files: Record<string, () => string> = {
    'report.json': () => JSON.stringify(report),
    'report.md': () => `# ${report.status}\n`,
    'events.normalized.jsonl': () => events.map(event => `${JSON.stringify(event)}\n`).join(''),
    'trace.jsonl': () => `${JSON.stringify({ step: 'reserve', phase: 'end', outcome: 'ok' })}\n`,
    'patch.diff': () => patch,
    'test.log': () => (report.verification.ran ? 'ok 1\n' : 'not run\n'),
    'test-report.json': () => '{}',
    'task.contract.json': () => '{}',
    'manifest.json': () => '{}',
    'eligibility.json': () => '{}',
    'scenario.yaml': () => 'scenario: 1\n',
    [`stage${report.stage}-no-target-inspection.json`]: () => '{}',
    'backend/stdout.log': () => '',
    'backend/stderr.log': () => '',
    'backend/events.jsonl': () => '',
  };
  return {
    report: report as unknown as Record<string, unknown>,
    sealed: report.sealed,
    exit,
    events,
    paths: Object.keys(files).toSorted(),
    read: async path => new TextEncoder().encode(files[path]?.()),
    readBeside: async () => undefined,
  };
}
