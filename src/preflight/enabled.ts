import type { PreflightCheck } from './index.ts';

/** A gated backend is off until its switch says otherwise. */
export const backendEnabled: PreflightCheck = ({ plan, backend }) =>
  !backend.gate || plan.env[backend.gate.allow] === '1'
    ? undefined
    : { code: 'backend_not_enabled', detail: `${backend.id} is disabled by default; ${backend.gate.allow}=1 enables it` };

/** Exactly this stage: anything else, a higher one too, is a no. */
export const stageEnabled: PreflightCheck = ({ plan, backend }) => {
  if (!backend.gate) return undefined;
  const enabled = plan.env[backend.gate.stage];
  return enabled === String(plan.stage)
    ? undefined
    : {
        code: 'stage_not_enabled',
        detail: `the run is for stage ${plan.stage}; ${backend.gate.stage} is ${enabled ? JSON.stringify(enabled) : 'not set'}`,
      };
};
