import type { FixtureResponse, ToolCall } from '@copilotkit/aimock';
import { envelopeText } from './envelope.ts';
import { execCall, execOracle } from './exec.ts';
import type { Call } from './oracle.ts';
import { listsOf, type ModelScript, type Reply, type Role, roles } from './script.ts';
import { shellQuoted } from './shell.ts';

/** What an agent of Case says where the script has nothing for its role; the implementer has no such default, because it would be a guess. */
const defaults: { readonly [role in Role]?: readonly Reply[] } = {
  probe: [{ text: 'The scripted model is ready.' }],
  verifier: [{ envelope: 'completed' }],
  reviewer: [{ envelope: 'completed' }],
  closer: [{ envelope: 'completed' }],
  retrospective: [{ envelope: 'completed' }],
};

/** The replies to each role, its defaults among them; none where the script is silent. */
export const repliesOf = (script: ModelScript): ReadonlyMap<Role, readonly Reply[]> => {
  const lists = listsOf(script);
  return new Map(roles.flatMap(role => ((lists[role] ?? defaults[role]) ? [[role, (lists[role] ?? defaults[role])!]] : [])));
};

/** Tokens that every request is said to have cost: aimock counts for chat completions alone, and a limit has to hold for all three. */
const INPUT_TOKENS = 64;
const CHARACTERS_A_TOKEN = 4;
const REASONING = 'Let me think about what is asked before I say anything.';

/** How an agent is told to do what the script leaves to it: by the tools that it has. */
export interface Words {
  oracle: readonly Call[];
  shell(command: string): Call;
}

/** The tools of Case and pi. @param oracle what `oracleCalls` made */
export const wordsOfTools = (oracle: readonly Call[]): Words => ({
  oracle,
  shell: command => ({ name: 'bash', args: { command } }),
});

/** The one tool of Codex. @param diff the known good change; null where the script never plays it */
export const wordsOfExec = (diff: string | null): Words => ({ oracle: diff === null ? [] : [execOracle(diff)], shell: execCall });

/** A reply as aimock plays it; undefined for one that is no answer at all: that is the front's to do. */
export function turnOf(reply: Reply, role: Role, words: Words): FixtureResponse | undefined {
  if ('status' in reply) return { status: reply.status, error: { message: `scripted ${reply.status}`, type: errorTypes[reply.status] } };
  if ('refuse' in reply || 'hang' in reply) return undefined;
  if ('reasoning' in reply) return thinking(reply.reasoning);
  if ('cut' in reply) return said('cut '.repeat(Math.ceil(reply.cut / 4) + 1));
  const delayed = reply.min_tokens === undefined ? {} : { reasoning: REASONING };
  const over = { ...delayed, ...(reply.model === undefined ? {} : { model: reply.model }) };
  if ('text' in reply) return { ...said(reply.text), ...over };
  if ('envelope' in reply) return { ...said(envelopeText(reply, role)), ...over };
  return { ...called('tool' in reply ? [reply.tool] : 'apply' in reply ? words.oracle : [words.shell(commit(reply.commit))]), ...over };
}

/** What a request gets whose budget ends before the content begins. */
export const beforeContent = (): FixtureResponse => ({ ...thinking(REASONING), finishReason: 'length' });

const errorTypes = { 401: 'authentication_error', 429: 'rate_limit_error', 500: 'server_error' } as const;

const said = (content: string) => ({ content, ...cost(content) });
const thinking = (reasoning: string) => ({ content: '', reasoning, ...cost(reasoning) });

function called(calls: readonly { name: string; args?: unknown }[]): { toolCalls: ToolCall[] } & ReturnType<typeof cost> {
  const toolCalls = calls.map(({ name, args = {} }) => ({ name, arguments: JSON.stringify(args) }));
  return { toolCalls, ...cost(toolCalls.map(call => call.arguments).join('')) };
}

/** The books of an agent are no part of its answer (protocol notes of Case, section 4). */
const commit = (message: string): string => `git add -A -- ':!.case/' && git commit -m ${shellQuoted(message)}`;

function cost(text: string) {
  const output = Math.max(1, Math.ceil(text.length / CHARACTERS_A_TOKEN));
  const ofChat = { prompt_tokens: INPUT_TOKENS, completion_tokens: output };
  return { usage: { ...ofChat, input_tokens: INPUT_TOKENS, output_tokens: output, total_tokens: INPUT_TOKENS + output } };
}
