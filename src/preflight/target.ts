import { sha256 } from '../model/digest.ts';
import type { PreflightCheck } from './index.ts';

import type { Finding } from '../model/blocker.ts';
import type { Contract } from '../model/contract.ts';
import type { Plan } from '../model/plan.ts';

/** Where the path of the target repository must not stand. */
const givenTo = ({ plan, contract }: { plan: Plan; contract: Contract }): Record<string, string> => ({
  'task contract': JSON.stringify(contract.task),
  'command arguments': [...(contract.backend.argv ?? []), ...(contract.verification.command ?? [])].join('\n'),
  'runtime inputs': JSON.stringify(plan.fake),
  environment: Object.values({ ...plan.env, ...plan.given.secrets }).join('\n'),
});

/** The path of the target repository must stand in nothing that the backend is given. */
export const targetNotExposed: PreflightCheck = ({ plan, contract }) => {
  const { target } = plan.given;
  if (!target) return undefined;
  const exposed = Object.entries(givenTo({ plan, contract }))
    .filter(([, text]) => text.includes(target))
    .map(([where]) => where);
  return exposed.length > 0 ? { code: 'target_exposed', detail: `the path of the target stands in: ${exposed.join(', ')}` } : undefined;
};

/**
 * stage<N>-no-target-inspection.json: what was looked through for the path of the target. At level `observed` nothing is
 * known about reads, so the claim is `not_exposed`, never `not_inspected`.
 */
export function inspectionRecord(plan: Plan, contract: Contract, refusal: Finding | null) {
  const { target } = plan.given;
  return {
    schema: 'proofgate/no-target-inspection/1',
    run_id: contract.run_id,
    nonce: contract.nonce,
    stage: contract.stage,
    target: target ? { sha256_of_path: sha256(target) } : null,
    looked_through: Object.keys(givenTo({ plan, contract })),
    claim: refusal?.code === 'target_exposed' ? 'exposed' : 'not_exposed',
  };
}
