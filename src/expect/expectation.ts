import { z } from 'zod';
import { BlockerCode, Status } from '../model/blocker.ts';
import { Decision } from '../model/decision.ts';
import { isMap, type Path } from '../model/json.ts';
import { Lifecycle, Outcome, Report } from '../model/report.ts';
import { VerificationSummary } from '../model/verification.ts';
import { ArtifactsSpec, judgeArtifacts } from './artifacts.ts';
import { EventsSpec, judgeEvents } from './events.ts';
import type { Evidence } from './evidence.ts';
import { ExitSpec, judgeExit } from './exit.ts';
import { AnyMapMatcher, matcherFor } from './matcher.ts';
import { match, type Mismatch } from './match.ts';
import { judgeOutput, OutputSpec } from './output.ts';

const ApprovalType = z.enum(['approval.requested', 'approval.granted', 'approval.denied']);

/** What a scenario expects of the evidence, key by key; a matcher stands wherever a value can. */
export const expectKeys = {
  status: matcherFor(Status).describe('Status of the run: pass, fail or blocked.'),
  blocker: matcherFor(BlockerCode.nullable()).describe('Code of the first blocker; null: none.'),
  blockers: matcherFor(z.array(BlockerCode)).describe('Codes of all blockers, in pipeline order, exactly.'),
  outcome: matcherFor(Outcome).describe('What the patch proves, however the backend ended.'),
  lifecycle: matcherFor(Lifecycle).describe('How the backend ended, whatever the patch proves.'),
  exit: ExitSpec.describe('What the command line would end with: a class, a code, or a list of codes.'),
  events: EventsSpec.meta({
    id: 'events',
    description: 'The normalized events: an ordered subsequence, or in_order, exact, count and never.',
  }),
  changed_files: matcherFor(z.array(z.string())).describe(
    'Every path that differs from the baseline commit, sorted by bytes; a rename is both names.',
  ),
  report: matcherFor(Report).meta({ id: 'report-matcher', description: 'Partial match over report.json.' }),
  artifacts: ArtifactsSpec,
  verification: matcherFor(VerificationSummary).meta({
    id: 'verification-matcher',
    description: 'Partial match over `verification` of the report.',
  }),
  approval_events: matcherFor(z.array(ApprovalType)).describe('Types of the approval events, in order, exactly.'),
};

/** What a command says; the other keys have no meaning for it. */
export const outputKeys = {
  stdout: OutputSpec.describe(
    'Only for do: verify, cli and gate. Standard output: its whole text, a matcher, empty, present, or {matches, not_matches, lines, json, …}.',
  ),
  stderr: OutputSpec.describe('Only for do: verify, cli and gate. Standard error, in the same way.'),
};

const ofCommands = () =>
  z
    .never({ error: 'is what a command writes: for do: verify, cli and gate; of a run expect artifacts: {backend/stdout.log: …}' })
    .optional()
    .describe('Only for do: verify, cli and gate.');
const noOutput = { stdout: ofCommands(), stderr: ofCommands() };
const optional = <S extends z.ZodType>(schema: S) => schema.optional();
type Optional<T extends Record<string, z.ZodType>> = { [K in keyof T]: z.ZodOptional<T[K]> };

/** All keys optional, and at least one of them written. */
export const Expectation = z
  .strictObject({
    ...(Object.fromEntries(Object.entries(expectKeys).map(([key, schema]) => [key, optional(schema)])) as Optional<typeof expectKeys>),
    ...noOutput,
  })
  .refine(map => Object.keys(map).length > 0, { error: 'asserts nothing', abort: true })
  .describe('What the evidence has to show; all of it has to hold.');
export type Expectation = Omit<z.output<typeof Expectation>, 'stdout' | 'stderr'> & Pick<OutputExpectation, 'stdout' | 'stderr'>;

/** What a command has to end with and say. */
export const OutputExpectation = z
  .strictObject({
    exit: expectKeys.exit.optional(),
    stdout: outputKeys.stdout.optional(),
    stderr: outputKeys.stderr.optional(),
    report: AnyMapMatcher.optional().describe('Partial match over the JSON document that the command gives.'),
  })
  .refine(map => Object.keys(map).length > 0, { error: 'asserts nothing', abort: true })
  .describe('What the command has to end with and say; all of it has to hold.');
export type OutputExpectation = z.output<typeof OutputExpectation>;

/** The same of a gate, whose document is its decision. */
export const GateExpectation = z
  .strictObject({ ...OutputExpectation.shape, report: matcherFor(Decision).optional().describe('Partial match over the decision.') })
  .refine(map => Object.keys(map).length > 0, { error: 'asserts nothing', abort: true })
  .describe('What the gate has to end with and decide; all of it has to hold.');

/** Every way in which the evidence is not as expected; paths start at `base`. */
export async function judgeEvidence(expectation: Expectation, evidence: Evidence, base: Path = ['expect']): Promise<Mismatch[]> {
  const at = (key: keyof Expectation): Path => [...base, key];
  const { exit, events, artifacts, report, stdout, stderr, ...rest } = expectation;
  const found: Mismatch[] = [];
  for (const [key, matcher] of Object.entries(rest)) {
    if (matcher !== undefined) found.push(...match(matcher, factOf(key, evidence), at(key as keyof Expectation)));
  }
  if (report !== undefined) found.push(...match(report, evidence.report ?? undefined, at('report')));
  if (exit !== undefined) found.push(...judgeExit(exit, evidence.exit, evidence.sealed, at('exit')));
  if (events !== undefined) found.push(...judgeEvents(events, evidence.events, at('events')));
  if (artifacts !== undefined) found.push(...(await judgeArtifacts(artifacts, evidence, at('artifacts'))));
  if (stdout !== undefined) found.push(...(await judgeOutput(stdout, 'stdout', evidence, at('stdout'))));
  if (stderr !== undefined) found.push(...(await judgeOutput(stderr, 'stderr', evidence, at('stderr'))));
  return found;
}

/** The part of the evidence that a short key stands for. */
function factOf(key: string, { report, events }: Evidence): unknown {
  if (key === 'approval_events') return events.filter(({ type }) => ApprovalType.safeParse(type).success).map(({ type }) => type);
  const codes = Array.isArray(report?.['blockers'])
    ? report['blockers'].map(blocker => (isMap(blocker) ? blocker['code'] : undefined))
    : undefined;
  if (key === 'blockers') return codes;
  if (key === 'blocker') return codes === undefined ? undefined : (codes[0] ?? null);
  return report?.[key];
}
