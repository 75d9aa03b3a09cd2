import { blockers, type BlockerCode } from '../model/blocker.ts';
import { exitOf } from '../model/exit.ts';
import type { Lifecycle, Outcome } from '../model/report.ts';
import type { Task } from '../model/task.ts';
import type { Stage } from '../model/units.ts';
import { exitWord } from './exit-word.ts';
import { needsOf } from './needs-of.ts';
import { type Commented, field, inline, withComments } from './yaml-text.ts';

/** How the run of a new scenario ends; known without a run, from what is asked for. */
export interface Ending {
  status: 'pass' | 'fail' | 'blocked';
  blocker: BlockerCode | null;
  outcome: Outcome;
  lifecycle: Lifecycle;
}

export interface NewScenario {
  task: Task;
  backend: string;
  stage: Stage;
  ending: Ending;
  /** What the known good answer changes, sorted; null where that could not be read. */
  changedFiles: readonly string[] | null;
  modeline: string;
}

/**
 * How a run ends that applies the known good answer.
 * @param refusal the preflight that says no to this backend at this stage, as things stand
 */
export function endingOf({ spec: { verification } }: Task, refusal: BlockerCode | null): Ending {
  if (refusal) return ended(refusal, 'none', 'not_started');
  if (verification.command) return { status: 'pass', blocker: null, outcome: 'proven', lifecycle: 'completed' };
  return ended(verification.required ? 'missing_test_command' : 'verification_failed', 'not_proven', 'completed');
}

const ended = (blocker: BlockerCode, outcome: Outcome, lifecycle: Lifecycle): Ending => ({
  status: blockers[blocker].status,
  blocker,
  outcome,
  lifecycle,
});

/** The text of a scenario that is green as it is, with comments for whoever changes it. */
export const newScenarioText = (made: NewScenario): string =>
  [
    `${made.modeline}\n`,
    '# proofgate explain FILE shows every value that holds here, with the line that it came from.\n',
    'scenario: 1\n',
    `${field('why', whyOf(made))}\n`,
    withComments([[field('task', made.task.spec.id), 'a folder of fixtures/'], ...backendLines(made), field('stage', made.stage)]),
    withComments(runLines(made)),
    'expect:\n',
    withComments(expectLines(made), '  '),
  ].join('');

function whyOf({ task, backend, stage, ending }: NewScenario): string {
  if (ending.status === 'pass') return `The known good answer of ${task.spec.id} passes with the backend ${backend} at stage ${stage}.`;
  return `As things stand, a run of ${task.spec.id} with the backend ${backend} at stage ${stage} ends with ${ending.blocker}.`;
}

/** `command` plays the known good answer as a program would: the place for a real one. */
function backendLines({ backend, task }: NewScenario): Commented[] {
  if (backend !== 'command') return [[field('backend', backend), 'proofgate list backends names them all']];
  const program = `git apply <<'END_OF_PATCH'\n${task.oracle.replace(/\n?$/, '\n')}END_OF_PATCH\n`;
  return [
    '# Your agent goes here, as argv; it runs in the workspace, and PROOFGATE_PROMPT_FILE says what to do.',
    '# This one applies the known good answer.',
    field('backend', { id: 'command', argv: ['sh', '-ec', program] }),
  ];
}

function runLines({ backend, task: { spec } }: NewScenario): Commented[] {
  const lines: Commented[] = [];
  if (backend === 'fake') {
    lines.push(
      ['fake:', 'what the fake backend does, in order; nothing is implied'],
      '  - plan: [apply the known good answer]',
      ['  - oracle: true', 'applies oracle.patch of the task'],
      ...(spec.review.required ? ['  - review: {verdict: approve}'] : []),
      '  - claim: completed',
    );
  }
  if (spec.approval.required) lines.push(['approval: {answer: granted}', 'the task asks for it']);
  const needs = needsOf(spec.verification);
  if (needs.length > 0) lines.push([`needs: ${inline(needs)}`, 'skipped by name where one is missing; with CI=true that fails']);
  return lines;
}

function expectLines({ ending, changedFiles }: NewScenario): Commented[] {
  const { status, blocker, outcome, lifecycle } = ending;
  const head: Commented[] = [
    `status: ${status}`,
    [`blockers: ${inline(blocker === null ? [] : [blocker])}`, blocker === null ? 'exactly none' : 'exactly these, in order'],
    `exit: ${exitWord(exitOf(status))}`,
    [`outcome: ${outcome}`, 'what the patch proves, however the backend ended'],
    [`lifecycle: ${lifecycle}`, 'how the backend ended, whatever the patch proves'],
  ];
  if (lifecycle === 'not_started') {
    return [
      ...head,
      ['changed_files: []', 'exactly empty'],
      'events: {in_order: [preflight.completed, {type: run.completed, status: blocked}], never: [backend.started]}',
      'artifacts: {patch.diff: empty}',
    ];
  }
  return [
    ...head,
    ...(changedFiles ? [[`changed_files: ${inline(changedFiles)}`, 'exactly these, sorted'] as const] : []),
    ['events:', 'in this order; others may stand between them'],
    '  - backend.started',
    '  - {type: git.diff.checked, status: ok}',
    `  - {type: run.completed, status: ${status}}`,
    ['artifacts:', 'files of the evidence bundle'],
    '  patch.diff: {size: {$gt: 0}}',
    '  test.log: present',
  ];
}
