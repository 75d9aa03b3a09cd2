import { isAbsolute } from 'node:path';
import { UserError } from '../errors.ts';
import { isMap } from '../model/json.ts';
import type { Task } from '../model/task.ts';
import { notRepresentable } from '../verify/patch-paths.ts';
import type { RunKeys, Target } from './record-run.ts';
import { type Played, scriptOf } from './record-script.ts';
import type { Recorded } from './recorded.ts';

/** What a run left of what its backend did. */
export const playedIn = ({ stdout, patch, report, contract, events }: Recorded, { oracle }: Task): Played => ({
  stdout,
  patch,
  oracle,
  exitCode: report.backend_exit_code,
  timedOut: report.lifecycle === 'timed_out',
  limits: contract.limits,
  saidForIt: saidFor(events),
});

/** Events that the harness emitted in the place of the backend. */
function saidFor(events: Recorded['events']): { plan: string[] | null; edit: boolean } {
  const ofHarness = events.filter(({ data }) => data['source'] === 'harness');
  const plan = ofHarness.find(({ type }) => type === 'plan.updated')?.data['plan'];
  return { plan: Array.isArray(plan) ? plan.map(String) : null, edit: ofHarness.some(({ type }) => type === 'patch.applied') };
}

/** A program that stands somewhere on one machine is not to be had on another: the fake backend plays what it did. */
export function withReplay(run: RunKeys, recorded: Recorded, task: Task, { patchName }: Target): RunKeys {
  const { backend } = run.keys;
  const argv = isMap(backend) && Array.isArray(backend['argv']) ? backend['argv'].map(String) : [];
  if (!argv.some(isElsewhere)) return run;
  if (recorded.patch.includes(notRepresentable)) {
    throw new UserError({
      at: recorded.dir,
      message: 'changed what no patch can show, with a program that stands on this machine only',
      hint: 'run it again with a program that is on the PATH, and record that',
    });
  }
  const { script, patch } = scriptOf(playedIn(recorded, task), patchName);
  const { backend: _program, given, ...keys } = run.keys;
  const { baseline: _none, ...rest } = isMap(given) ? given : {};
  const claimed =
    script.some(action => 'claim' in action) || recorded.report.backend_exit_code !== 0 ? script : [...script, { claim: 'completed' }];
  return {
    keys: {
      task: keys['task'],
      backend: 'fake',
      stage: keys['stage'],
      fake: claimed,
      ...keys,
      ...(Object.keys(rest).length > 0 ? { given: rest } : {}),
    },
    notes: [
      ...run.notes,
      `That run had the program ${JSON.stringify(argv)}, which stands on one machine only; here the fake backend makes the same change.`,
    ],
    patch,
    isReplay: true,
  };
}

/** A path of one machine, in an argument of its own or behind an equals sign; where every system has its programs does not count. */
const isElsewhere = (argument: string): boolean => {
  const path = /^--?[\w-]+=(.*)$/.exec(argument)?.[1] ?? argument;
  return isAbsolute(path) && !/^\/(usr\/)?s?bin\/[^/]+$/.test(path);
};
