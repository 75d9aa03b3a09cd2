import type { Backend } from './backend.ts';

/**
 * WorkOS Case as a gated engine (CTO-WORK-006): it is known, disabled by default, and honours its switches.
 * Its adapter is not part of this build, so that an enabled run ends `provider_unavailable` before anything starts.
 */
export const caseBackend: Backend = {
  id: 'case',
  summary: 'WorkOS Case, gated; its adapter is not built yet',
  gate: { allow: 'CTO_HARNESS_ALLOW_CASE', stage: 'CTO_HARNESS_CASE_STAGE' },
  exemptUpTo: 1,
  reportsEdits: false,
  statesPlan: false,

  async probe() {
    return { code: 'provider_unavailable', cause: 'binary_missing', detail: 'this build of proofgate has no adapter that could run ca' };
  },

  run() {
    throw new Error('case cannot be run: its probe refuses');
  },

  readEvent: () => undefined,
};
