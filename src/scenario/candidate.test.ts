import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { serialize } from '../evidence/index.ts';
import type { LedgerEntry } from '../model/ledger.ts';
import { ordinaryGiven } from '../model/plan.ts';
import { nodePorts } from '../node/ports.ts';
import { digestOf as aDigest } from '../testing/decision.ts';
import { aProject, problemsOf } from '../testing/project.ts';
import { loadScenarios } from './load.ts';
import { makePlan } from './plan.ts';
import { digestOf } from './resolved.ts';

const ports = nodePorts();
const NONCE = 'challenge-1';
const LEDGER = `admissions/ledger/000001-${NONCE}.json`;

const challenge = (over: Partial<LedgerEntry> = {}): Record<string, string> => ({
  [LEDGER]: serialize({
    schema: 'proofgate/challenge/1',
    nonce: NONCE,
    seq: 1,
    prev: null,
    issued_at: '2026-11-20T00:00:00.000Z',
    expires_at: '2026-11-21T00:00:00.000Z',
    base_commit: 'a'.repeat(40),
    stage: 2,
    backend: 'case',
    binary: aDigest('b'),
    model: { provider: 'qwen-local', id: 'qwen3.6' },
    policy_digest: aDigest('c'),
    stage_digest: aDigest('d'),
    scenarios: [{ id: 'scenarios/a.yaml#a', digest: aDigest('e') }],
    ...over,
  } satisfies LedgerEntry),
});

const outside = {
  PATH: '/bin',
  AWS_SECRET: 'nobody asked for it',
  PROOFGATE_NONCE: NONCE,
  CTO_HARNESS_ALLOW_CASE: '1',
  CTO_HARNESS_CASE_STAGE: '2',
  CTO_HARNESS_CASE_BIN: '/opt/ca',
  CTO_HARNESS_CASE_LOCAL_BASE_URL: 'http://127.0.0.1:1/v1',
  CTO_HARNESS_CASE_LOCAL_API_KEY: 'a key of the provider',
  CTO_HARNESS_CASE_MODEL: 'another one',
};

/** The plan of a scenario in a project with these files. */
async function plan(files: Record<string, string>, text = 'backend: candidate\n', nonce = NONCE, expects = 'status: pass') {
  await using project = await aProject({ ...files, 'scenarios/a.yaml': `scenario: 1\n${text}expect: {${expects}}\n` });
  const root = { project: project.root, scenarios: join(project.root, 'scenarios') };
  const [scenario] = await loadScenarios(join(root.scenarios, 'a.yaml'), root, ports);
  const made = await makePlan(scenario!, { project: project.root, out: '/out', nonce, env: outside }, ports);
  return { ...made, digest: digestOf(scenario!) };
}
const said = (...asked: Parameters<typeof plan>) => problemsOf(plan(...asked));

describe('under a challenge the candidate runs', () => {
  it('as the challenge names it, with the switches of whoever starts the suite, in an ordinary world', async () => {
    const { PROOFGATE_NONCE: _, AWS_SECRET: __, ...mine } = outside;
    expect(await plan(challenge())).toMatchObject({
      backend: { id: 'case' },
      model: { provider: 'qwen-local', id: 'qwen3.6', runtime_provider: null },
      given: ordinaryGiven,
      nonce: NONCE,
    });
    const { env } = await plan(challenge());
    expect(env).toEqual({ ...mine, CTO_HARNESS_CASE_MODEL_PROVIDER: 'qwen-local', CTO_HARNESS_CASE_MODEL: 'qwen3.6' });
  });

  it('without any model where the challenge names none, whatever the environment says', async () => {
    const { model, env, backend } = await plan(challenge({ backend: 'fake', binary: null, model: null }));
    expect({ model, backend, name: env['CTO_HARNESS_CASE_MODEL'] }).toEqual({ model: null, backend: { id: 'fake' }, name: undefined });
  });

  it('and nothing of the environment reaches a scenario of another backend', async () => {
    const { env } = await plan(challenge(), 'backend: pi\n');
    expect(env).toEqual({ PATH: '/bin', CTO_HARNESS_CASE_BIN: '/opt/ca' });
  });
});

describe('without a challenge it is a rehearsal', () => {
  const rehearsal = { backend: { id: 'fake' }, model: null, env: { PATH: '/bin', CTO_HARNESS_CASE_BIN: '/opt/ca' } };

  it('of the fake backend, whose contract says that the stage before was assumed', async () => {
    expect(await plan({})).toMatchObject({ ...rehearsal, given: { ...ordinaryGiven, prior_stage: 'promoted' } });
    expect(await plan(challenge(), undefined, 'another-1')).toMatchObject({ ...rehearsal, given: { prior_stage: 'promoted' } });
  });

  it('also where the challenge of the suite asks for other scenarios', async () => {
    const other = challenge({ scenarios: [{ id: 'scenarios/b.yaml#b', digest: aDigest('e') }] });
    expect(await plan(other)).toMatchObject({ ...rehearsal, given: { prior_stage: 'promoted' } });
  });

  it('and nothing is assumed at the first stage', async () => {
    expect(await plan({}, 'backend: candidate\nstage: 1\n')).toMatchObject({ ...rehearsal, given: ordinaryGiven });
  });
});

it('the digest of the scenario is the same, whoever runs it', async () => {
  const digests = await Promise.all([plan({}), plan(challenge()), plan(challenge({ backend: 'pi', binary: null }))]);
  expect(new Set(digests.map(({ digest }) => digest)).size).toBe(1);
});

it.each<[string, Record<string, string>, string]>([
  ['that is no JSON', { [LEDGER]: '{' }, `${LEDGER} is no challenge: who runs backend: candidate cannot be said`],
  [
    'of another nonce than its name',
    challenge({ nonce: 'another-1' }),
    `${LEDGER} is no challenge: who runs backend: candidate cannot be said`,
  ],
  [
    'that stands twice',
    { ...challenge(), [LEDGER.replace('000001', '000002')]: '{}' },
    `${LEDGER} and 000002-${NONCE}.json are of one nonce: which of them this suite answers cannot be said`,
  ],
  [
    'of a program that a scenario names',
    challenge({ backend: 'command', binary: null, model: null }),
    'scenarios/a.yaml:2:10 backend: the challenge is about command, which is whatever a scenario names',
  ],
])('a challenge %s is refused', async (_what, files, message) => {
  expect(await said(files)).toEqual([message]);
});

describe('what would make it no ordinary world is refused at its line', () => {
  it.each<[string, string[]]>([
    ['given: {prior_stage: promoted, tree: dirty}', ['scenarios/a.yaml:3:9 given.prior_stage', 'scenarios/a.yaml:3:32 given.tree']],
    ['model: {provider: a, id: b, script: [text: done]}', ['scenarios/a.yaml:3:1 model']],
    ['env: {CTO_HARNESS_ALLOW_CASE: "1"}', ['scenarios/a.yaml:3:1 env']],
    ['fake: [claim: completed]', ['scenarios/a.yaml:3:1 fake']],
  ])('%s', async (line, places) => {
    const found = await said({}, `backend: candidate\n${line}\n`);
    expect(found.map(one => one.split(': ')[0])).toEqual(places);
  });

  it('and what says nothing about the world is not', async () => {
    const text = 'backend: candidate\napproval: {answer: granted, actor: jp}\nlimits: {backend: 60s}\ntask: n1-string-slugify\nstage: 4\n';
    expect(await said({}, text)).toEqual([]);
    const spoilt = 'backend: candidate\ndo: verify\ngiven: {mutate: {file: patch.diff, flip: 3}}\n';
    expect(await said({}, spoilt, NONCE, 'exit: invalid')).toEqual([]);
  });
});
