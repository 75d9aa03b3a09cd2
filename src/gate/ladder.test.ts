import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { quietPorts } from '../testing/command-line.ts';
import { aLadder } from '../testing/ladder.ts';

const MODEL = ['qwen-local', 'a-model-of-a-vendor'] as const;
const pi = ['--backend', 'pi', '--model', MODEL.join('/')];
const promoted = { exit: 0, codes: [], details: [] };

it('the real pi climbs from nothing to the last stage, one at a time and by its own work alone', { timeout: 600_000 }, async () => {
  await using ladder = await aLadder();
  await ladder.says('admit', 'model', ...MODEL, '--by', 'jp', '--backends', 'pi', '--stages', '1,2,3,4,5,6', '--connection', 'api_key');
  ladder.commit('a model is admitted');

  // who runs it without the challenge rehearses, and what fake shows is nothing about pi
  const rehearsed = await ladder.climb(1, pi, {}, async file => {
    const [there, elsewhere] = [join(ladder.root, file), join(ladder.root, 'reports/put-aside.json')];
    await ladder.put('reports/README.md', 'made\n');
    await rename(there, elsewhere);
    return () => rename(elsewhere, there);
  });
  expect(rehearsed.suite.all).toContain(
    'Rehearsed by fake, as no challenge asks for them, and nothing to a gate: scenarios of the candidate (1)',
  );
  expect(rehearsed).toMatchObject({ suite: { exit: 0 }, exit: 3, codes: ['candidate_differs'] });

  const early = await ladder.climb(2, pi);
  expect(early.suite.all).toContain('pi has no promotion for stage 1');
  expect(early).toMatchObject({ exit: 2, codes: ['scenario_blocked', 'prior_stage_missing'] });

  for (const stage of [1, 2, 3, 4, 5] as const) {
    const { suite, ...decided } = await ladder.climb(stage, pi);
    expect({ stage, ...decided }, suite.all).toEqual({ stage, ...promoted, nonce: decided.nonce });
  }
  await ladder.say(['compare', '--candidate', 'pi', '--into', 'admissions/comparisons', ...(await ladder.suites())]);
  ladder.commit('a comparison');
  // a codex that is installed here would have to be compared as well, and nobody ran it
  const isAlone = (await quietPorts().host.which('codex')) === undefined;
  expect(await ladder.climb(6, pi)).toMatchObject(isAlone ? promoted : { exit: 2, codes: ['scenario_blocked'] });

  expect(await ladder.say(['why-promoted', '--stage', isAlone ? '6' : '5', '--backend', 'pi'])).toMatchObject({ exit: 0 });
  expect([await ladder.isLeft(ladder.vendor.key), await ladder.isLeft(ladder.vendor.baseUrl)]).toEqual([false, false]);
});
