import type { PreflightCheck } from './index.ts';

/** A gated backend is off until its switch says otherwise. */
export const backendEnabled: PreflightCheck = ({ plan, backend }) =>
  !backend.gate || plan.env[backend.gate.allow] === '1'
    ? undefined
    : { code: 'backend_not_enabled', detail: `${backend.id} is disabled by default; ${backend.gate.allow}=1 enables it` };

/** Exactly this stage, and every switch that its record names for the backend: anything else, a higher stage too, is a no. */
export const stageEnabled: PreflightCheck = ({ plan, backend, stage: { record } }) => {
  const own = backend.gate ? { [backend.gate.stage]: String(plan.stage) } : {};
  // what the record says comes on top: it can ask for more, and never for something else
  const wanted = Object.entries({ ...record.entry.switches[backend.id], ...own });
  const [wrong] = wanted.filter(([name, value]) => plan.env[name] !== value);
  if (!wrong) return undefined;
  const [name, value] = wrong;
  const found = plan.env[name] ? JSON.stringify(plan.env[name]) : 'not set';
  return { code: 'stage_not_enabled', detail: `the run is for stage ${plan.stage}, which needs ${name}=${value}; it is ${found}` };
};
