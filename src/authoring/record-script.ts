import type { Contract } from '../model/contract.ts';
import { defaultFakeScript, FakeAction } from '../model/fake.ts';
import { isMap } from '../model/json.ts';
import type { Report } from '../model/report.ts';
import { durationText } from './duration.ts';

/** What a run of the fake backend left of its script: what it printed, what came of it, and how it ended. */
export interface Played {
  /** backend/stdout.log: events as JSON lines, and everything else that was printed. */
  stdout: string;
  /** patch.diff */
  patch: string;
  /** oracle.patch of the task. */
  oracle: string;
  exitCode: Report['backend_exit_code'];
  timedOut: boolean;
  limits: Contract['limits'];
  /** What the harness said of a backend that states no plan and announces no edit; the fake backend has to say it itself. */
  saidForIt: { plan: readonly string[] | null; edit: boolean };
}

/** A script is no place for the whole output of a program. */
const MAX_PRINTS = 20;

/**
 * The script that has the same effect, as far as the evidence tells it: what it said in the same order, the whole change at the first
 * edit, and the same end.
 * @param patchName what a `patch:` action calls the file of the change, where the known good answer is another one
 */
export function scriptOf(played: Played, patchName: string): { script: FakeAction[]; patch: string | null } {
  if (played.exitCode === null) return { script: [...defaultFakeScript], patch: null };
  const isOracle = sameChange(played.patch, played.oracle);
  const change: FakeAction[] = played.patch === '' ? [] : [isOracle ? { oracle: true } : { patch: patchName }];
  const script: FakeAction[] = [];
  let prints = 0;
  for (const line of played.stdout.split('\n')) {
    const action = actionOf(line);
    if (!action || ('print' in action && ++prints > MAX_PRINTS)) continue;
    // an edit that came to nothing more is still an event
    if ('edit' in action) script.push(change.shift() ?? { emit: { type: 'patch.applied' } });
    else script.push(action);
  }
  // a change that the backend did not announce was made before the end
  const last = script.findLastIndex(action => 'claim' in action);
  if (change[0]) script.splice(last < 0 ? script.length : last, 0, played.saidForIt.edit ? change[0] : unannounced(played.patch));
  if (played.saidForIt.plan) script.unshift({ plan: [...played.saidForIt.plan] });
  script.push(...endOf(played));
  return { script, patch: script.some(action => 'patch' in action) ? played.patch : null };
}

/** What a line of the log was in the script; undefined for an empty one. */
function actionOf(line: string): FakeAction | { edit: true } | undefined {
  const event = eventIn(line);
  if (!event) return line.trim() === '' ? undefined : { print: line };
  const { type, data } = event;
  if (type === 'patch.applied') return { edit: true };
  // oxfmt-ignore
  const written: unknown =
      type === 'plan.updated' ? { plan: data['plan'] }
    : type === 'claim' ? { claim: data['result'] }
    : type === 'review.completed' ? { review: data }
    : type === 'approval.requested' ? { ask_approval: data }
    : undefined;
  const { success, data: action } = FakeAction.safeParse(written);
  return success ? action : { emit: { type, data } };
}

function eventIn(line: string): { type: string; data: Record<string, unknown> } | undefined {
  if (!line.startsWith('{')) return undefined;
  try {
    const value: unknown = JSON.parse(line);
    if (!isMap(value) || typeof value['type'] !== 'string' || value['type'] === '') return undefined;
    return { type: value['type'], data: isMap(value['data']) ? value['data'] : {} };
  } catch {
    return undefined;
  }
}

/** `git apply` without a word: `patch:` would announce it. */
const unannounced = (patch: string): FakeAction => ({
  run: ['sh', '-ec', `git apply -p1 --whitespace=nowarn <<'END_OF_PATCH'\n${patch.replace(/\n?$/, '\n')}END_OF_PATCH\n`],
});

const signals = { 130: 'SIGINT', 134: 'SIGABRT', 137: 'SIGKILL', 139: 'SIGSEGV', 143: 'SIGTERM' } as const;

/** How the script ends, where that is not by itself. */
function endOf({ exitCode, timedOut, limits }: Played): FakeAction[] {
  if (timedOut) return [{ sleep: durationText(limits.backend_ms + 60_000) }];
  if (exitCode === 0 || exitCode === null) return [];
  const signal = signals[exitCode as keyof typeof signals];
  return [signal ? { signal } : { exit: exitCode }];
}

/** Whether two patches change the same lines of the same files: git may write one change in several ways. */
export function sameChange(one: string, other: string): boolean {
  const essence = (patch: string) =>
    patch
      .split('\n')
      .filter(line => /^[-+ ]/.test(line))
      .map(line => line.trimEnd())
      .join('\n');
  return one !== '' && essence(one) === essence(other);
}
