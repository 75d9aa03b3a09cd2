/** The task and the two scenarios that show how it is done. */
export const TASK = 'first-task';
export const FIRST = { pass: 'scenarios/first-pass.yaml', fail: 'scenarios/first-failure.yaml' } as const;

/** A configuration that runs every scenario. */
export const config = `\
import { scenarios } from 'proofgate/vitest';
import { defineConfig } from 'vitest/config';

// Every file of scenarios/ is a test file: npx vitest run scenarios
export default defineConfig({
  plugins: [scenarios()],
});
`;

/** A proof that the right answer passes. */
export const firstPass = `\
# The known good answer of fixtures/${TASK} has to pass. "npx proofgate explain ${FIRST.pass}" shows every value.
scenario: 1
why: Where the right answer does not pass, no other result means anything.
task: ${TASK}
fake:                 # what the scripted backend does, in order; nothing is implied
  - plan: [read clamp.js, mend clamp]
  - oracle: true      # applies oracle.patch of the task
  - claim: completed
expect:
  status: pass
  blockers: []        # exactly none
  exit: zero
  outcome: proven
  changed_files: [clamp.js]
  events: [patch.applied, {type: verification.completed, status: ok}, {type: run.completed, status: pass}]
  artifacts:
    patch.diff: {matches: Math.min}
`;

/** A proof that a wrong one is refused. */
export const firstFailure = `\
# A proof that something is refused: the scenario is green because the run is red.
scenario: 1
why: A backend that reports success and changed nothing must not pass.
task: ${TASK}
fake:
  - plan: [think hard]
  - claim: completed  # a lie
expect:
  status: fail
  blocker: no_diff    # the first of them; "npx proofgate explain no_diff" says what it means
  exit: fail
  changed_files: []   # exactly empty
  artifacts:
    patch.diff: empty
`;
