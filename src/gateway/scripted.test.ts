/** The gateway and the probe before a scripted model: what the script says is what the log says. */
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Shape } from '../model/gateway.ts';
import { nodePorts } from '../node/ports.ts';
import { loadTask } from '../scenario/task.ts';
import { playScript } from '../scripted/play.ts';
import type { ModelScript } from '../scripted/script.ts';
import { aGateway, apis, bytesOf, forms } from '../testing/gateway.ts';
import { probeProvider } from './index.ts';

const ports = nodePorts();
const task = await loadTask(resolve(import.meta.dirname, '../../fixtures/n1-string-slugify'), ports);

const question = (stream: boolean) => {
  const messages = [{ role: 'user', content: 'Mend it.' }];
  return JSON.stringify({ model: 'm1', stream, messages, input: messages, max_tokens: 4096 });
};

describe.each(forms)('a script that says, %s, streamed: %s', (api, stream) => {
  it.each([
    ['content', 200, { text: 'Hello.' }],
    ['tool_calls', 200, { tool: { name: 'bash', args: { command: 'ls' } } }],
    ['reasoning_only', 200, { reasoning: 'Hm.' }],
    ['content', 200, { text: 'Hello.', min_tokens: 256 }],
    ['error', 401, { status: 401 }],
    ['error', 429, { status: 429 }],
    ['error', 500, { status: 500 }],
    ['cut', stream ? 200 : 502, { cut: 40 }],
    ['refused', 502, { refuse: true }],
  ] as [Shape, number, object][])('%s has that shape', async (shape, status, reply) => {
    // a model that refuses has gone away after a reply
    const script = ('refuse' in reply ? [{ text: 'x' }, reply] : [reply]) as ModelScript;
    await using model = await playScript(script, task, ports);
    await using room = await aGateway(() => {}, { upstream: { baseUrl: model.baseUrl, key: 'sk-some-key' } });
    if ('refuse' in reply) await bytesOf(await room.ask(api, stream, { body: question(stream) }));
    const response = await room.ask(api, stream, { body: question(stream) });
    await bytesOf(response);
    await room.gateway[Symbol.asyncDispose]();
    expect([response.status, room.lines.at(-1)]).toEqual([status, expect.objectContaining({ status, shape })]);
    if (status === 200 && shape !== 'cut') expect(room.lines.at(-1)).toMatchObject({ echoed_model: 'm1', cause: null });
  });
});

describe.each(apis)('the probe of a scripted model, %s', api => {
  const found = async (script: ModelScript, maxTokens = 1024) => {
    await using model = await playScript(script, task, ports);
    const upstream = { baseUrl: model.baseUrl, key: null };
    return await probeProvider({ upstream, model: 'm1', api, maxTokens, shim: 'off', signal: new AbortController().signal }, ports);
  };

  it('finds one that was told nothing about it ready', async () => {
    expect(await found([{ text: 'x' }])).toMatchObject({ ok: true, attempts: [{ shape: 'content' }, { shape: 'content' }] });
  });

  it('is not misled by a model that thinks first: at 1024 tokens it answers, at 32 it seemed to do nothing but think', async () => {
    const script: ModelScript = { probe: [{ text: 'Fine.', min_tokens: 256 }] };
    expect(await found(script)).toMatchObject({ ok: true });
    expect(await found(script, 32)).toMatchObject({ ok: false, finding: { code: 'provider_response_shape' } });
  });

  it('finds one that is not there', async () => {
    expect(await found({ probe: [{ refuse: true }] })).toMatchObject({ ok: false, finding: { cause: 'connection_refused' } });
  });
});
