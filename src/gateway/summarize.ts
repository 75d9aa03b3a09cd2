import type { GatewayCounts, GatewayLine, Shape } from '../model/gateway.ts';

/** Replies in the form of the protocol that came to their end, whatever was in them. */
const answers: readonly Shape[] = ['content', 'tool_calls', 'reasoning_only', 'empty'];

/** What the lines of a run add up to; of a log that was read back it says the same. */
export function summarize(lines: Iterable<GatewayLine>): GatewayCounts {
  const counts: GatewayCounts = { requests: 0, answered: 0, refused: 0, repairs: 0, tokens: { input: 0, output: 0 }, last: null };
  for (const { status, upstream_status, shape, cause, refused, repair, tokens } of lines) {
    counts.requests++;
    if (answers.includes(shape)) counts.answered++;
    if (refused) counts.refused++;
    if (repair) counts.repairs++;
    counts.tokens.input += tokens.input ?? 0;
    counts.tokens.output += tokens.output ?? 0;
    counts.last = { status, upstream_status, shape, cause, refused };
  }
  return counts;
}
