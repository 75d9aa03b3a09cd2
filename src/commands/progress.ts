import yoctoSpinner from 'yocto-spinner';
import type { Approver } from '../backends/index.ts';
import type { Progress, Step } from '../evidence/trace.ts';

/** What each step of the pipeline does, in the present tense. */
const words: Record<Step, string> = {
  reserve: 'reserving the bundle',
  contract: 'writing down the contract',
  preflight: 'checking that the run may start',
  calibrate: 'checking that the task can tell right from wrong',
  approval: 'asking for approval',
  workspace: 'making the workspace',
  backend: 'the backend works',
  diff: 'reading what changed',
  checks: 'checking what changed',
  verification: 'running the tests on the patch, and a control that must fail',
  ending: 'checking what was left behind',
  events: 'checking the events',
  baseline: 'running the fake baseline',
  handover: 'handing the proven change over',
  scan: 'scanning for secrets',
  seal: 'sealing the evidence',
};

export interface Watcher extends Disposable {
  progress: Progress;
  /** The same approver, with the line that changes out of its way while somebody is asked. */
  aside(approver: Approver | undefined): Approver | undefined;
}

const asItIs = (approver: Approver | undefined) => approver;

/** Tells a person where a run is: one line that changes on a terminal, else a line for each step that takes part. */
export function watch({ live, note }: { live: boolean; note(text: string): void }): Watcher {
  if (!live) {
    return {
      progress: ({ step, phase }) => {
        if (phase === 'start') note(`… ${words[step]}`);
      },
      aside: asItIs,
      [Symbol.dispose]: () => {},
    };
  }
  const spinner = yoctoSpinner({ text: words.reserve, handleSignals: false }).start();
  return {
    progress: ({ step, phase }) => {
      if (phase === 'start') spinner.text = words[step];
    },
    aside: approver =>
      approver &&
      (async (request, signal) => {
        spinner.stop();
        try {
          return await approver(request, signal);
        } finally {
          spinner.start();
        }
      }),
    [Symbol.dispose]: () => void spinner.stop(),
  };
}

/** For `--json`: nothing at all. */
export const unwatched: Watcher = { progress: () => {}, aside: asItIs, [Symbol.dispose]: () => {} };
