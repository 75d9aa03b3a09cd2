import { z } from 'zod';
import { Cause } from './blocker.ts';

/** The fixed user message of the probe. A scripted model recognises the probe by it. */
export const PROBE_TEXT = 'This is a readiness probe. Answer with one short sentence of plain text and call no tool.';

/** The wire protocols that the gateway speaks. */
export const Api = z.enum(['openai-completions', 'openai-responses', 'anthropic-messages']);
export type Api = z.output<typeof Api>;

/** What the gateway may do with a reply that has neither text nor a tool call, only reasoning. */
export const Shim = z
  .enum(['off', 'reask', 'fill'])
  .describe(
    '`off`: nothing is altered. `reask`: the request is sent once more with reasoning off. `fill`: the reasoning is given as the content, never as a result envelope.',
  );
export type Shim = z.output<typeof Shim>;

/** What one exchange came to. */
export const Shape = z
  .enum(['content', 'tool_calls', 'reasoning_only', 'empty', 'error', 'malformed', 'cut', 'silent', 'refused'])
  .describe(
    [
      '`content`: text that is more than white space. `tool_calls`: at least one call, with text or without.',
      '`reasoning_only`: reasoning, and neither. `empty`: nothing of the three.',
      '`error`: an error status, a redirect, or an error inside the reply. `malformed`: neither JSON nor an event stream of the protocol.',
      '`cut`: it began and did not end. `silent`: it had not begun when the agent or the run ended. `refused`: by the gateway (`refused` says why), or nobody listens (`cause`).',
    ].join(' '),
  );
export type Shape = z.output<typeof Shape>;

/** Why the gateway did not pass a request on. */
export const Refusal = z
  .enum(['model', 'token', 'limit_requests', 'limit_tokens', 'limit_time', 'path', 'body'])
  .describe(
    'Why the gateway itself refused: another model, not the token of this run, a limit, another path, a body that is not JSON with a model.',
  );
export type Refusal = z.output<typeof Refusal>;

/** Never more than a name: what an agent or a provider chose is cut to this or left out. */
const Name = z.string().max(128);
const Count = z.int().nonnegative();
const HttpStatus = z.int().min(100).max(599);
const Ms = z.int().nonnegative();

const Tokens = z
  .strictObject({ input: Count.nullable(), output: Count.nullable() })
  .describe('As the provider counted them; null where it did not say.');

/** One line of backend/gateway.jsonl. No value of a header, no key, no URL, no prompt and no answer ever stands in it. */
export const GatewayLine = z.strictObject({
  seq: Count.min(1).describe('Gapless from 1, in the order in which exchanges ended.'),
  time: z.iso.datetime({ precision: 3 }).describe('When the request came. RFC 3339, UTC, milliseconds.'),
  method: Name,
  path: Name.describe('`?` where it is not a plain path.'),
  api: Api.nullable().describe('Protocol of the path; null for another path.'),
  asked_model: Name.nullable(),
  stream: z.boolean(),
  status: HttpStatus.nullable().describe('What the agent got; null when it was gone before.'),
  upstream_status: HttpStatus.nullable().describe(
    'What the provider answered (to the last request, where the shim sent two); null when it did not.',
  ),
  cause: Cause.nullable().describe(
    'connection_refused, unauthorized, rate_limited or server_error; null where nothing was wrong, or nobody knows whose doing it was.',
  ),
  shape: Shape,
  refused: Refusal.nullable(),
  echoed_model: Name.nullable().describe('The model that the reply says it is from.'),
  tokens: Tokens,
  first_byte_ms: Ms.nullable().describe('Until the first byte of the reply; null when none came.'),
  elapsed_ms: Ms,
  bytes_in: Count.describe('Of the body of the request.'),
  bytes_out: Count.describe('Of the body that the agent was given.'),
  repair: z.enum(['reask', 'fill']).nullable().describe('The repair that was tried; `shape` says what the agent got in the end.'),
  finish: Name.nullable().describe('The reason for the end, in the words of the protocol.'),
});
export type GatewayLine = z.output<typeof GatewayLine>;

/** What the lines of a run add up to. */
export const GatewayCounts = z.strictObject({
  requests: Count.describe('Lines of the log.'),
  answered: Count.describe('A reply in the form of the protocol came to its end, whatever was in it.'),
  refused: Count.describe('Refused by the gateway itself.'),
  repairs: Count.describe('Replies that the shim tried to repair.'),
  tokens: z
    .strictObject({ input: Count.describe('Of requests.'), output: Count.describe('Of replies.') })
    .describe('As the provider counted them; what it did not say counts as none.'),
  other_models: z
    .array(Name)
    .describe(
      'Models that replies said they were from and that were not asked, each once, sorted; the first ten. `` is a reply that named none.',
    ),
  last: GatewayLine.pick({ status: true, upstream_status: true, shape: true, cause: true, refused: true })
    .nullable()
    .describe('The last line of the log; null where there is none.'),
});
export type GatewayCounts = z.output<typeof GatewayCounts>;

/** What the gateway saw of a run. */
export const GatewayFacts = z.strictObject({
  ...GatewayCounts.shape,
  network: z
    .enum(['private', 'host'])
    .describe('`private`: nothing but the gateway existed for the agent. `host`: other destinations were watched for.'),
  refused_destinations: z.array(z.string()).describe('`host:port` that were asked for through the gateway as a proxy.'),
  connections: z.array(z.string()).describe('`address:port` that the agent was seen to be connected to beside the gateway.'),
});
export type GatewayFacts = z.output<typeof GatewayFacts>;
