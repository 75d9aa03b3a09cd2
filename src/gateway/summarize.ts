import type { GatewayCounts, GatewayLine, Shape } from '../model/gateway.ts';

/** Replies in the form of the protocol that came to their end, whatever was in them. */
const answers: readonly Shape[] = ['content', 'tool_calls', 'reasoning_only', 'empty'];

/** One is enough to judge by; a provider chooses how many there are. */
const MAX_OTHERS = 10;

/** What the lines of a run add up to; of a log that was read back it says the same. */
export function summarize(lines: Iterable<GatewayLine>): GatewayCounts {
  const others = new Set<string>();
  const counts: Omit<GatewayCounts, 'other_models'> = {
    requests: 0,
    answered: 0,
    refused: 0,
    repairs: 0,
    tokens: { input: 0, output: 0 },
    last: null,
  };
  for (const { status, upstream_status, shape, cause, refused, repair, tokens, asked_model: asked, echoed_model: echo } of lines) {
    counts.requests++;
    const answered = answers.includes(shape);
    if (answered) counts.answered++;
    // a reply that came to its end names its model, as the probe made sure; one that was cut may not have come to that
    if (refused === null && asked !== null && (echo === null ? answered : !isEchoOf(echo, asked))) others.add(echo ?? '');
    if (refused) counts.refused++;
    if (repair) counts.repairs++;
    counts.tokens.input += tokens.input ?? 0;
    counts.tokens.output += tokens.output ?? 0;
    counts.last = { status, upstream_status, shape, cause, refused };
  }
  return { ...counts, other_models: [...others].toSorted().slice(0, MAX_OTHERS) };
}

/** The model itself, or a snapshot of it: followed by `-2026-05-01` or `-20260501`. */
export const isEchoOf = (echo: string | null, model: string): boolean =>
  echo === model || (echo !== null && echo.startsWith(`${model}-`) && /^-(\d{4}-\d{2}-\d{2}|\d{8})$/.test(echo.slice(model.length)));
