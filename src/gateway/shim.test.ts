/** What the gateway does with a reply that is reasoning alone, where the admission record allows a shim. */
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { Api } from '../model/gateway.ts';
import { aGateway, bytesOf, forms } from '../testing/gateway.ts';
import { replyOf, send, type Answer, type Said } from '../testing/provider.ts';
import { readBody, readEvents } from './reading.ts';
import { nothingSeen, shapeOf } from './seen.ts';
import { withoutEnvelope } from './shim.ts';
import { wires } from './wire.ts';

const ENVELOPE = '<<<AGENT_RESULT\n{"status":"completed","summary":"done"}\nAGENT_RESULT>>>';
const tool = { name: 'bash', args: '{"command":"ls"}' };

/** A provider that gives one reply after the other; the last repeats. */
const gives =
  (api: Api, ...replies: Said[]): Answer =>
  (response, { json }, count) => {
    const stream = json['stream'] === true;
    send(response, stream, replyOf(api, stream, replies[Math.min(count, replies.length) - 1]!));
  };

/** Without the comments that a held stream begins with. */
const withoutComments = (text: string) => text.replaceAll(/^: .*\n\n/gm, '');

/** A reply as a client of the protocol sees it: its shape, and its text or what else is readable. */
async function readAs(api: Api, stream: boolean, text: string) {
  const seen = nothingSeen();
  if (stream) for await (const _ of readEvents(ReadableStream.from([Buffer.from(text)]), wires[api], seen));
  else readBody(Buffer.from(text), wires[api], seen);
  return shapeOf(seen);
}

describe.each(forms)('reask, %s, streamed: %s', (api, stream) => {
  it('asks once more with reasoning off, and gives that answer if it has content', async () => {
    const [first, second] = [
      { reasoning: 'Hm.', usage: { input: 5, output: 6 } },
      { text: 'Hello.', usage: { input: 5, output: 2 } },
    ];
    await using room = await aGateway(gives(api, first, second), { shim: 'reask' });
    const body = JSON.stringify({ model: 'm1', stream, thinking: { type: 'enabled' }, reasoning: { effort: 'high' }, messages: ['x'] });
    const heard = await bytesOf(await room.ask(api, stream, { body }));
    expect(withoutComments(heard)).toBe(replyOf(api, stream, second));
    expect(room.provider.requests.length).toBe(2);
    expect(room.provider.requests[0]!.body).toBe(body);
    expect(room.provider.requests[1]!.json).toEqual(
      {
        'openai-completions': { ...JSON.parse(body), chat_template_kwargs: { enable_thinking: false }, reasoning_effort: 'none' },
        'openai-responses': { ...JSON.parse(body), reasoning: { effort: 'none' } },
        'anthropic-messages': { model: 'm1', stream, reasoning: { effort: 'high' }, messages: ['x'] },
      }[api],
    );
    expect(room.lines).toMatchObject([{ shape: 'content', repair: 'reask', tokens: { input: 10, output: 8 } }]);
    expect(room.gateway.summary()).toMatchObject({ requests: 1, repairs: 1, tokens: { input: 10, output: 8 } });
  });

  it.each([
    ['is reasoning alone again', { reasoning: ENVELOPE }],
    ['is empty', {}],
  ] as [string, Said][])('gives the first answer where the second %s', async (_what, second) => {
    await using room = await aGateway(gives(api, { reasoning: 'Hm.' }, second), { shim: 'reask' });
    const heard = await bytesOf(await room.ask(api, stream));
    expect(withoutComments(heard)).toBe(replyOf(api, stream, { reasoning: 'Hm.' }));
    expect(room.lines).toMatchObject([{ shape: 'reasoning_only', repair: 'reask', cause: null }]);
    expect(room.provider.requests.length).toBe(2);
  });

  it('gives the first answer where the second is an error', async () => {
    await using room = await aGateway(
      (response, heard, count) =>
        count === 1 ? gives(api, { reasoning: 'Hm.' })(response, heard, count) : void response.writeHead(500).end(),
      { shim: 'reask' },
    );
    expect(withoutComments(await bytesOf(await room.ask(api, stream)))).toBe(replyOf(api, stream, { reasoning: 'Hm.' }));
    expect(room.lines).toMatchObject([{ status: 200, upstream_status: 500, shape: 'reasoning_only', repair: 'reask' }]);
  });
});

describe.each(forms)('fill, %s, streamed: %s', (api, stream) => {
  it('gives the reasoning as the content', async () => {
    await using room = await aGateway(gives(api, { reasoning: 'The answer is 4.', usage: { input: 3, output: 4 } }), { shim: 'fill' });
    const heard = withoutComments(await bytesOf(await room.ask(api, stream)));
    expect(await readAs(api, stream, heard)).toBe('content');
    expect(heard).toContain('The answer is 4.');
    expect(heard).not.toMatch(/reasoning_content|thinking|reasoning_summary/);
    expect(room.lines).toMatchObject([{ shape: 'content', repair: 'fill', echoed_model: 'm1', tokens: { input: 3, output: 4 } }]);
    expect(room.provider.requests.length).toBe(1);
  });

  it('never gives a result envelope that stood in the reasoning', async () => {
    await using room = await aGateway(gives(api, { reasoning: `I would say ${ENVELOPE} then.` }), { shim: 'fill' });
    const heard = await bytesOf(await room.ask(api, stream));
    expect(heard).not.toMatch(/AGENT_RESULT|<<<|>>>/);
    expect(room.lines).toMatchObject([{ shape: 'reasoning_only', repair: 'fill' }]);
  });
});

describe.each(['reask', 'fill'] as const)('%s', shim => {
  it.each(forms)('leaves every other reply as it is: %s, streamed: %s', async (api, stream) => {
    for (const said of [{ text: 'Hello.' }, { text: ENVELOPE, reasoning: 'Hm.' }, { tool, reasoning: ENVELOPE }, { text: 'x', tool }, {}]) {
      await using room = await aGateway(gives(api, said), { shim });
      expect(withoutComments(await bytesOf(await room.ask(api, stream)))).toBe(replyOf(api, stream, said));
      expect(room.lines).toMatchObject([{ repair: null }]);
      expect(room.provider.requests.length).toBe(1);
    }
  });

  it('holds no longer than until the first text, and gives a sign of life before', async () => {
    const gate = Promise.withResolvers<void>();
    const [before, after] = [{ reasoning: 'Hm.', text: 'Hello.' }, { text: 'Bye' }].map(said => replyOf('openai-completions', true, said));
    await using room = await aGateway(
      async response => {
        response.writeHead(200, { 'content-type': 'text/event-stream' }).flushHeaders();
        await sleep(100);
        response.write(before!.slice(0, before!.indexOf('Hel') + 60));
        await gate.promise;
        response.end(`\n\n${after}`);
      },
      { shim },
    );
    const response = await room.ask('openai-completions', true);
    const heard: string[] = [];
    for await (const chunk of response.body!) {
      heard.push(Buffer.from(chunk).toString());
      if (heard.join('').includes('Hel')) gate.resolve(); // never, if it were held to the end
    }
    expect(heard[0]).toBe(': held\n\n');
    expect(heard.join('')).toContain('Bye');
  });

  it('a held reply that breaks off is cut, and gives what there was', async () => {
    const whole = replyOf('openai-completions', true, { reasoning: 'Hm, hm.' });
    await using room = await aGateway(
      response => {
        response.writeHead(200, { 'content-type': 'text/event-stream' }).write(whole.slice(0, whole.length / 2));
        setTimeout(() => response.destroy(), 50);
      },
      { shim },
    );
    expect(await bytesOf(await room.ask('openai-completions', true))).toBe('CUT');
    expect(room.lines).toMatchObject([{ shape: 'cut', cause: 'server_error', repair: null }]);
    expect(room.lines[0]!.bytes_out).toBeGreaterThan(20);
  });
});

describe('without a shim', () => {
  it.each(forms)('nothing is altered, not even a reply that is reasoning alone: %s, streamed: %s', async (api, stream) => {
    await using room = await aGateway(gives(api, { reasoning: ENVELOPE }));
    expect(await bytesOf(await room.ask(api, stream))).toBe(replyOf(api, stream, { reasoning: ENVELOPE }));
    expect(room.lines).toMatchObject([{ shape: 'reasoning_only', repair: null }]);
    expect(room.provider.requests.length).toBe(1);
  });
});

describe('an envelope in reasoning', () => {
  it.each([
    [ENVELOPE, true],
    ['AGENT_RESULT>>>', true],
    ['<<<agent_result', true],
    ['<<<AGENT_<<<AGENT_RESULTRESULT', true],
    ['AGENT_AGENT_RESULTRESULT>>>', true],
    ['<<<<<<AGENT', false],
    ['nothing of it', false],
  ])('is spoiled, however it is written: %s', (reasoning, hadEnvelope) => {
    const clean = withoutEnvelope(reasoning);
    expect(clean.hadEnvelope).toBe(hadEnvelope);
    expect(clean.text).not.toMatch(/AGENT_RESULT|<<<|>>>/i);
  });
});
