import type { Task } from '../model/task.ts';
import type { Ports } from '../ports.ts';
import { type Asked, NotAsked, readAsked } from './asked.ts';
import { EXEC } from './exec.ts';
import { type Incoming, type Move, openFront } from './front.ts';
import { oracleCalls } from './oracle.ts';
import type { ModelScript, Reply, Role } from './script.ts';
import { beforeContent, repliesOf, turnOf, wordsOfExec, wordsOfTools } from './turns.ts';

/** A scripted model that can be asked. Disposal leaves no socket. */
export interface Playing extends AsyncDisposable {
  /** `http://127.0.0.1:PORT/v1`, for chat completions, responses and messages. */
  baseUrl: string;
}

/**
 * Plays `model.script` on the loopback until it is disposed of: OpenAI chat completions, OpenAI responses and Anthropic messages,
 * streamed and not, in what `@copilotkit/aimock` makes of a reply. The model of a request is echoed.
 *
 * Each role has one list; each request of the role takes the next reply, whatever conversation it belongs to, and the last one repeats.
 * A request that an SDK repeats (`x-stainless-retry-count` above 0) gets the same reply again. What cannot be read, and a role without
 * replies, is a 4xx that says so.
 *
 * @throws {UserError} for an oracle that cannot be written by tool calls
 */
export async function playScript(script: ModelScript, task: Task, ports: Ports): Promise<Playing> {
  const replies = repliesOf(script);
  const needsOracle = [...replies.values()].flat().some(reply => 'apply' in reply);
  const words = {
    tools: wordsOfTools(needsOracle ? await oracleCalls(task, ports) : []),
    exec: wordsOfExec(needsOracle ? task.oracle : null),
  };
  // loaded by whoever has a script: it takes longer than a whole scenario of the fake lane
  const { LLMock } = await import('@copilotkit/aimock');
  const backstage = new LLMock({ host: '127.0.0.1', port: 0, journalMaxEntries: 1 });
  for (const [role, list] of replies) {
    for (const [i, reply] of list.entries()) {
      for (const kind of ['tools', 'exec'] as const) {
        const response = turnOf(reply, role, words[kind]);
        if (response) backstage.addFixture({ match: { context: contextOf(role, i, kind) }, response });
      }
    }
  }
  backstage.addFixture({ match: { context: BEFORE_CONTENT }, response: beforeContent() });

  const last = new Map<Role, number>();
  /** The place of the reply to this request in the list of its role. */
  const place = ({ role }: Asked, list: readonly Reply[], isRepeated: boolean): number => {
    const before = last.get(role) ?? -1;
    const next = isRepeated && before >= 0 ? before : Math.min(before + 1, list.length - 1);
    last.set(role, next);
    return next;
  };

  function moveFor({ method, url, headers, body }: Incoming): Move {
    try {
      const asked = readAsked(method, new URL(url, 'http://127.0.0.1').pathname, body);
      const list = replies.get(asked.role);
      if (!list) throw new NotAsked(400, `the script says nothing to the ${asked.role}`);
      const i = place(asked, list, Number(headers['x-stainless-retry-count'] ?? 0) > 0);
      return moveOf(list, i, asked);
    } catch (error) {
      if (!(error instanceof NotAsked)) throw error;
      const { status, message } = error;
      return { kind: 'say', status, body: JSON.stringify({ error: { message, type: 'invalid_request_error' } }) };
    }
  }

  await backstage.start();
  try {
    const front = await openFront(backstage.url, moveFor);
    if (isRefusal(replies.get('probe')?.[0])) front.close();
    return {
      baseUrl: `${front.origin}/v1`,
      async [Symbol.asyncDispose]() {
        await front[Symbol.asyncDispose]();
        await backstage.stop();
      },
    };
  } catch (error) {
    await backstage.stop();
    throw error;
  }
}

const BEFORE_CONTENT = 'before-content';
const contextOf = (role: Role, i: number, kind: 'tools' | 'exec') => `${role}-${i}-${kind}`;
const isRefusal = (reply: Reply | undefined) => reply !== undefined && 'refuse' in reply;

function moveOf(list: readonly Reply[], i: number, { role, budget, tools }: Asked): Move {
  const reply = list[i]!;
  if ('refuse' in reply) return { kind: 'vanish' };
  if ('hang' in reply) return { kind: 'hang' };
  const tooEarly = 'min_tokens' in reply && budget < (reply.min_tokens ?? 0);
  const context = tooEarly ? BEFORE_CONTENT : contextOf(role, i, tools.includes(EXEC) ? 'exec' : 'tools');
  return { kind: 'play', context, cut: 'cut' in reply ? reply.cut : undefined, last: isRefusal(list[i + 1]) };
}
