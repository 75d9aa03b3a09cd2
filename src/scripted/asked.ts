import { z } from 'zod';
import { PROBE_TEXT, type Api } from '../model/gateway.ts';
import type { Role } from './script.ts';

/** What a request to the scripted model is about. */
export interface Asked {
  api: Api;
  role: Role;
  model: string;
  stream: boolean;
  /** Most tokens that the answer may have; Infinity where the request does not say. */
  budget: number;
  /** Names of the tools that are offered; only of the responses protocol, whose agents differ in them. */
  tools: readonly string[];
}

const parts = z.union([z.string(), z.array(z.looseObject({ type: z.string(), text: z.string().optional() }))]);
const Message = z.looseObject({ role: z.string(), content: parts.nullable().optional() });
const tokens = z.int().positive().nullable().optional();
const common = { model: z.string().min(1), stream: z.boolean().nullable().optional() };

const Chat = z.looseObject({ ...common, messages: z.array(Message).min(1), max_tokens: tokens, max_completion_tokens: tokens });
/** An item that is no message (a call, its result, reasoning) has a type and no role. */
const Item = z.union([Message, z.looseObject({ type: z.string(), role: z.undefined().optional() })]);
const Responses = z.looseObject({
  ...common,
  input: z.union([z.string(), z.array(Item).min(1)]),
  instructions: z.string().nullable().optional(),
  max_output_tokens: tokens,
  tools: z
    .array(z.looseObject({ name: z.string().optional() }))
    .nullable()
    .optional(),
});
const Messages = z.looseObject({ ...common, messages: z.array(Message).min(1), system: parts.optional(), max_tokens: tokens });

/** A request that no script can answer. */
export class NotAsked extends Error {
  readonly status: number;
  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** Reads a request in one of the three protocols. @throws {NotAsked} for anything else: the role of a request is never guessed */
export function readAsked(method: string, path: string, body: string): Asked {
  const api = apis[path];
  if (!api) throw new NotAsked(404, `the scripted model has no ${path}: it serves ${Object.keys(apis).join(', ')}`);
  if (method !== 'POST') throw new NotAsked(405, `${path} takes POST, not ${method}`);
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    throw new NotAsked(400, 'the body is no JSON');
  }
  try {
    return { api, ...readers[api](value) };
  } catch (error) {
    if (!(error instanceof z.ZodError)) throw error;
    const [issue] = error.issues;
    throw new NotAsked(400, `the body is not one of ${api}: ${issue?.path.join('.') || 'the whole'}: ${issue?.message}`);
  }
}

const apis: Readonly<Record<string, Api>> = {
  '/v1/chat/completions': 'openai-completions',
  '/v1/responses': 'openai-responses',
  '/v1/messages': 'anthropic-messages',
};

const readers: Record<Api, (value: unknown) => Omit<Asked, 'api'>> = {
  'openai-completions': value => {
    const { messages, max_tokens, max_completion_tokens, ...rest } = Chat.parse(value);
    return {
      ...commonOf(rest),
      role: roleOf(systemOf(messages), lastUserText(messages)),
      budget: max_completion_tokens ?? max_tokens ?? Infinity,
      tools: [],
    };
  },
  'openai-responses': value => {
    const { input, instructions, max_output_tokens, tools, ...rest } = Responses.parse(value);
    const items = typeof input === 'string' ? [{ role: 'user', content: input }] : input.filter(isMessage);
    return {
      ...commonOf(rest),
      role: roleOf(instructions ?? systemOf(items), lastUserText(items)),
      budget: max_output_tokens ?? Infinity,
      tools: (tools ?? []).flatMap(({ name }) => name ?? []),
    };
  },
  'anthropic-messages': value => {
    const { messages, system, max_tokens, ...rest } = Messages.parse(value);
    return { ...commonOf(rest), role: roleOf(textOf(system), lastUserText(messages)), budget: max_tokens ?? Infinity, tools: [] };
  },
};

type Message = z.output<typeof Message>;
const isMessage = (item: z.output<typeof Item>): item is Message => typeof item.role === 'string';
const commonOf = ({ model, stream }: { model: string; stream?: boolean | null | undefined }) => ({ model, stream: stream === true });

const textOf = (content: z.output<typeof parts> | null | undefined): string =>
  typeof content === 'string' ? content : (content ?? []).map(part => part.text ?? '').join('');
const systemOf = (messages: readonly Message[]): string =>
  textOf(messages.find(({ role }) => role === 'system' || role === 'developer')?.content);
const lastUserText = (messages: readonly Message[]): string => textOf(messages.findLast(({ role }) => role === 'user')?.content);

/** Prompts of the agents of Case begin with a heading that names them (protocol notes, section 8); pi and codex have none and are the implementer. */
function roleOf(system: string, user: string): Role {
  if (user === PROBE_TEXT) return 'probe';
  const heading = /^# (Verifier|Reviewer|Closer|Retrospective) — /.exec(system)?.[1];
  return heading === undefined ? 'implementer' : (heading.toLowerCase() as Role);
}
