import { describe, expect, it } from 'vitest';
import type { GatewayLine } from '../model/gateway.ts';
import { emptyLine } from './lines.ts';
import { summarize } from './summarize.ts';

describe('models that were not asked, and answered', () => {
  const line = (over: Partial<GatewayLine>): GatewayLine => ({
    ...emptyLine,
    seq: 1,
    time: '2026-11-20T00:00:00.000Z',
    method: 'POST',
    path: '/v1/responses',
    api: 'openai-responses',
    asked_model: 'm1',
    stream: true,
    shape: 'content',
    bytes_in: 1,
    ...over,
  });

  it.each<[string, Partial<GatewayLine>, string[]]>([
    ['the same', { echoed_model: 'm1' }, []],
    ['a snapshot of it', { echoed_model: 'm1-2026-05-01' }, []],
    ['another', { echoed_model: 'm1-mini' }, ['m1-mini']],
    ['another, in a reply that broke off', { echoed_model: 'm2', shape: 'cut' }, ['m2']],
    ['a whole reply that names none', { echoed_model: null }, ['']],
    ['a reply that broke off before it named one', { echoed_model: null, shape: 'cut' }, []],
    ['an error', { echoed_model: null, shape: 'error' }, []],
    ['what the gateway refused', { echoed_model: null, shape: 'refused', asked_model: 'm2', refused: 'model' }, []],
  ])('%s', (_what, over, expected) => {
    expect(summarize([line(over)]).other_models).toEqual(expected);
  });

  it('stand there once each, sorted, and no more than ten', () => {
    const names = Array.from({ length: 12 }, (_, i) => `n${String(i).padStart(2, '0')}`);
    const lines = [...names, ...names].toReversed().map(echoed_model => line({ echoed_model }));
    expect(summarize(lines).other_models).toEqual(names.slice(0, 10));
  });
});
