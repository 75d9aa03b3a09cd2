import { connect } from 'node:net';
import { resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { valueAt } from '../model/json.ts';
import { PROBE_TEXT } from '../model/gateway.ts';
import { nodePorts } from '../node/ports.ts';
import { loadTask } from '../scenario/task.ts';
import { type Playing, playScript } from './play.ts';
import type { ModelScript } from './script.ts';

const ports = nodePorts();
const task = await loadTask(resolve(import.meta.dirname, '../../fixtures/n1-string-slugify'), ports);
const play = (script: ModelScript) => playScript(script, task, ports);

interface How {
  user?: string;
  system?: string;
  headers?: Record<string, string>;
  signal?: AbortSignal;
}

const post = ({ baseUrl }: Playing, { user = 'fix it', system = 'You are pi.', headers = {}, signal }: How = {}) =>
  fetch(`${baseUrl}/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({
      model: 'm',
      messages: [
        { role: 'system', content: system },
        { role: 'user', content: user },
      ],
    }),
    ...(signal && { signal }),
  });

const say = async (playing: Playing, how?: How) => {
  const response = await post(playing, how);
  const body = (await response.json()) as unknown;
  return response.status === 200 ? valueAt(body, ['choices', 0, 'message', 'content']) : response.status;
};

/** `refused` where nobody listens, else how the request ended. */
const fate = (playing: Playing, how?: How) =>
  say(playing, how).catch((error: unknown) => valueAt((error as Error).cause, ['code']) ?? (error as Error).name);

const probe: How = { user: PROBE_TEXT };
const reviewer: How = { system: '# Reviewer — Code Review Agent' };
const repeated: How = { headers: { 'x-stainless-retry-count': '1' } };

describe('the order of replies', () => {
  it('is that of the list, across conversations, and the last one repeats', async () => {
    await using playing = await play([{ text: 'a' }, { status: 500 }, { text: 'c' }]);
    expect([await say(playing), await say(playing), await say(playing), await say(playing)]).toEqual(['a', 500, 'c', 'c']);
  });

  it('is one of its own for each role', async () => {
    await using playing = await play({ implementer: [{ text: 'i1' }, { text: 'i2' }], reviewer: [{ text: 'r1' }, { text: 'r2' }] });
    expect([await say(playing), await say(playing, reviewer), await say(playing), await say(playing, reviewer)]).toEqual([
      'i1',
      'r1',
      'i2',
      'r2',
    ]);
  });

  it('stands still for a request that an SDK repeats', async () => {
    await using playing = await play([{ status: 500 }, { text: 'b' }]);
    expect([await say(playing), await say(playing, repeated), await say(playing, repeated), await say(playing)]).toEqual([
      500,
      500,
      500,
      'b',
    ]);
    await using other = await play([{ text: 'a' }, { text: 'b' }]);
    expect([await say(other, repeated), await say(other)]).toEqual(['a', 'b']);
  });

  it('does not depend on another script that is played beside it', async () => {
    await using one = await play([{ text: 'a' }, { text: 'b' }]);
    await using other = await play([{ text: 'c' }, { text: 'd' }]);
    expect([await say(one), await say(other), await say(one), await say(other)]).toEqual(['a', 'c', 'b', 'd']);
  });

  it('has a plain text for a probe that the script does not name, and nothing for an implementer', async () => {
    await using playing = await play({ reviewer: [{ text: 'r' }] });
    expect(await say(playing, probe)).toBe('The scripted model is ready.');
    const response = await post(playing);
    expect([response.status, await response.text()]).toEqual([400, expect.stringContaining('the script says nothing to the implementer')]);
  });
});

describe('nothing listens', () => {
  it('from the start, where the probe is refused first', async () => {
    await using playing = await play({ probe: [{ refuse: true }], implementer: [{ text: 'a' }] });
    expect([await fate(playing, probe), await fate(playing)]).toEqual(['ECONNREFUSED', 'ECONNREFUSED']);
  });

  it('as soon as the reply before is out, whoever asks', async () => {
    await using playing = await play({ probe: [{ text: 'p' }, { text: 'q' }, { refuse: true }], implementer: [{ text: 'a' }] });
    expect([await fate(playing, probe), await fate(playing, probe), await fate(playing), await fate(playing, probe)]).toEqual([
      'p',
      'q',
      'ECONNREFUSED',
      'ECONNREFUSED',
    ]);
  });

  it('after the request that finds it so, where it is the first reply of an agent', async () => {
    await using playing = await play([{ refuse: true }]);
    expect(await fate(playing, probe)).toBe('The scripted model is ready.');
    expect([await fate(playing), await fate(playing)]).toEqual(['UND_ERR_SOCKET', 'ECONNREFUSED']);
  });
});

describe('silence', () => {
  it('lasts as long as somebody waits, and holds up nobody else', async () => {
    await using playing = await play({ implementer: [{ hang: true }], reviewer: [{ text: 'r' }] });
    const waiting = fate(playing, { signal: AbortSignal.timeout(300) });
    expect(await say(playing, reviewer)).toBe('r');
    expect(await waiting).toBe('TimeoutError');
  });

  it('ends with the script', async () => {
    const playing = await play([{ hang: true }]);
    const waiting = fate(playing);
    await pause(50);
    await playing[Symbol.asyncDispose]();
    expect(await waiting).toBe('UND_ERR_SOCKET');
  });
});

describe('disposal', () => {
  it.each<[string, ModelScript]>([
    ['idle connections', [{ text: 'a' }]],
    ['a listener that is closed already', { probe: [{ refuse: true }] }],
    ['a body that was cut', [{ cut: 3 }]],
  ])('leaves no socket: %s', async (_title, script) => {
    const before = sockets();
    const playing = await play(script);
    expect(sockets()).toBeGreaterThan(before);
    await fate(playing);
    await playing[Symbol.asyncDispose]();
    const left = await new Promise(settle => {
      const { hostname, port } = new URL(playing.baseUrl);
      connect(Number(port), hostname, () => settle('connected')).on('error', error => settle(valueAt(error, ['code'])));
    });
    expect(left).toBe('ECONNREFUSED');
    await expect.poll(sockets).toBeLessThanOrEqual(before);
  });
});

/** Servers and connections of this process, those of its client among them: these end with their other end. */
const sockets = () => process.getActiveResourcesInfo().filter(name => name.startsWith('TCP')).length;

describe('what is no request for a model is refused in words', () => {
  const send = async (path: string, body: string, method = 'POST') => {
    await using playing = await play([{ text: 'a' }]);
    const response = await fetch(`${new URL(playing.baseUrl).origin}${path}`, { method, ...(method === 'POST' && { body }) });
    return [response.status, valueAt(await response.json(), ['error', 'message'])];
  };
  const user = [{ role: 'user', content: 'x' }];

  it.each<[string, string, unknown, number, string]>([
    ['a path', '/v1/embeddings', {}, 404, 'the scripted model has no /v1/embeddings: it serves'],
    ['a control path of aimock', '/__aimock/reset', {}, 404, 'the scripted model has no /__aimock/reset'],
    ['no JSON', '/v1/chat/completions', undefined, 400, 'the body is no JSON'],
    ['no map', '/v1/responses', [], 400, 'the body is not one of openai-responses: the whole: '],
    ['no model', '/v1/messages', { messages: user }, 400, 'the body is not one of anthropic-messages: model: '],
    ['no message', '/v1/chat/completions', { model: 'm', messages: [] }, 400, 'the body is not one of openai-completions: messages: '],
    [
      'an item of no kind',
      '/v1/responses',
      { model: 'm', input: [{ text: 'x' }] },
      400,
      'the body is not one of openai-responses: input: ',
    ],
    ['a budget of none', '/v1/messages', { model: 'm', messages: user, max_tokens: 0 }, 400, 'anthropic-messages: max_tokens: '],
  ])('%s', async (_title, path, body, status, message) => {
    expect(await send(path, body === undefined ? '{' : JSON.stringify(body))).toEqual([status, expect.stringContaining(message)]);
  });

  it('another method', async () => {
    expect(await send('/v1/messages', '', 'GET')).toEqual([405, '/v1/messages takes POST, not GET']);
  });

  it('takes no place in the order', async () => {
    await using playing = await play([{ text: 'a' }, { text: 'b' }]);
    await fetch(`${playing.baseUrl}/chat/completions`, { method: 'POST', body: '{}' });
    expect(await say(playing)).toBe('a');
  });
});
