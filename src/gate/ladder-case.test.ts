import { resolve } from 'node:path';
import { expect, it } from 'vitest';
import { aLadder } from '../testing/ladder.ts';

const CA = resolve(import.meta.dirname, '../../fixtures/ca/ca');
const MODEL = ['qwen-local', 'a-model-of-a-vendor'] as const;
const candidate = ['--backend', 'case', '--model', MODEL.join('/'), '--binary', CA];
const promoted = { exit: 0, codes: [], details: [] };

it('an executable of case climbs by its switches and no others', { timeout: 600_000 }, async () => {
  await using ladder = await aLadder();
  const built = ['--source-url', 'https://example.org/case.git', '--commit', 'a'.repeat(40), '--built-by', 'make'];
  await ladder.says('admit', 'binary', CA, '--backend', 'case', ...built, '--by', 'jp', '--stages', '1,2');
  await ladder.says('admit', 'model', ...MODEL, '--by', 'jp', '--backends', 'case', '--stages', '1,2', '--connection', 'api_key');
  ladder.commit('case is admitted');
  const env = { CTO_HARNESS_CASE_BIN: CA };

  const shut = await ladder.climb(1, candidate, { ...env, CTO_HARNESS_ALLOW_CASE: '0' });
  expect(shut.suite.all).toContain('backend_not_enabled');
  expect(shut).toMatchObject({ exit: 2, codes: ['scenario_blocked'] });

  for (const stage of [1, 2] as const) {
    const { suite, ...decided } = await ladder.climb(stage, candidate, env);
    expect({ stage, ...decided }, suite.all).toEqual({ stage, ...promoted, nonce: decided.nonce });
  }
  const { exit, out } = await ladder.say(['why-promoted', '--stage', '2', '--backend', 'case', '--json']);
  expect({ exit, out }).toMatchObject({ exit: 0, out: expect.stringContaining(MODEL[1]) as string });
});
