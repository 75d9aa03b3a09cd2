import type { Finding } from '../model/blocker.ts';
import type { GatewayLine } from '../model/gateway.ts';
import type { PhaseEnd } from './story.ts';
import { agentOf } from './story.ts';

/**
 * What kept an agent from its model when no envelope of it can be read: its last request before its phase ended, by the log of the
 * gateway. To Case itself every such failure looks like a missing envelope (protocol notes, fact 6), and after the phase it
 * starts the retrospective, so that the last request of a run may be one that went well.
 *
 * @returns undefined where the provider answered, or nobody knows
 */
export function missedBy({ phase, ts }: PhaseEnd, lines: readonly GatewayLine[]): Finding | undefined {
  const ended = Date.parse(ts ?? '');
  const last = lines.filter(({ time }) => Date.parse(time) <= ended).at(-1);
  if (last?.refused)
    return { code: 'backend_failed', detail: `the gateway refused the last request of the ${agentOf(phase)}: ${last.refused}` };
  if (!last?.cause) return undefined;
  return {
    code: 'provider_unavailable',
    cause: last.cause,
    detail: `the provider did not answer the last request of the ${agentOf(phase)} (${last.upstream_status ?? last.shape})`,
  };
}
