import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { backends } from '../backends/index.ts';
import { nodePorts } from '../node/ports.ts';
import { aProject } from '../testing/project.ts';
import { loadScenarios } from './load.ts';
import { rolesOfBackend } from './model-mistakes.ts';
import { makePlan } from './plan.ts';
import { endpointEnv } from './provider.ts';
import type { ScenarioSpec } from './schema.ts';

const ports = nodePorts();
const named = 'backend: case\nmodel: {provider: qwen-local, id: qwen3.6-35b-a3b}\n';

async function plan(text: string, { files = {}, env = {} }: { files?: Record<string, string>; env?: Record<string, string> } = {}) {
  await using project = await aProject({ ...files, 'scenarios/a.yaml': `scenario: 1\n${text}expect: {status: blocked}\n` });
  const root = { project: project.root, scenarios: join(project.root, 'scenarios') };
  const [scenario] = await loadScenarios(join(project.root, 'scenarios/a.yaml'), root, ports);
  const made = await makePlan(scenario!, { project: project.root, out: '/out', nonce: 'nonce', env }, ports);
  const below = (path: string) => path.replace(project.root, '');
  return { ...made, models: made.admissions.models.map(below), binaries: made.admissions.binaries.map(below), below };
}

describe('the model of a plan', () => {
  it('is what `model` says, and so is the environment', async () => {
    const { model, env } = await plan(named.replace('id:', 'runtime_provider: openai, id:'));
    expect(model).toEqual({ provider: 'qwen-local', id: 'qwen3.6-35b-a3b', runtime_provider: 'openai' });
    expect(env).toMatchObject({ CTO_HARNESS_CASE_MODEL_PROVIDER: 'qwen-local', CTO_HARNESS_CASE_MODEL: 'qwen3.6-35b-a3b' });
  });

  it('is what the environment says where there is no `model`', async () => {
    const both = 'env: {CTO_HARNESS_CASE_MODEL_PROVIDER: p, CTO_HARNESS_CASE_MODEL: m}\n';
    expect((await plan(both)).model).toEqual({ provider: 'p', id: 'm', runtime_provider: null });
  });

  it.each([
    ['half a name', 'env: {CTO_HARNESS_CASE_MODEL: m}\n'],
    ['a half that is taken back', `${named}env: {CTO_HARNESS_CASE_MODEL_PROVIDER: ""}\n`],
    ['what stands outside', ''],
  ])('is none for %s', async (_title, text) => {
    const outside = { CTO_HARNESS_CASE_MODEL_PROVIDER: 'p', CTO_HARNESS_CASE_MODEL: 'm' };
    expect((await plan(text, { env: outside })).model).toBeNull();
  });
});

describe('the folders of records', () => {
  const usual = { models: ['/admissions/models', '/more/models'], binaries: ['/admissions/binaries', '/more/binaries'] };
  const env = { PROOFGATE_ADMISSIONS: '/more' };

  it('are those of the project, and of PROOFGATE_ADMISSIONS outside', async () => {
    expect(await plan('', { env })).toMatchObject({ ...usual, given: { admissions: null } });
  });

  it.each([
    ['models', { ...usual, models: ['/scenarios/r/models'] }],
    ['binaries', { ...usual, binaries: ['/scenarios/r/binaries'] }],
  ])('are replaced by those of the scenario, of the kind that it has: %s', async (kind, folders) => {
    const made = await plan('given: {admissions: r}\n', { files: { [`scenarios/r/${kind}/a.json`]: '{}' }, env });
    expect(made).toMatchObject(folders);
    expect(made.below(made.given.admissions!)).toBe('/scenarios/r');
  });
});

describe('the Case of a plan', () => {
  const standIn = { 'fixtures/ca/ca': '#!/bin/sh\n' };
  const binOf = async (...args: Parameters<typeof plan>) => {
    const { env, below } = await plan(...args);
    return below(env['CTO_HARNESS_CASE_BIN'] ?? 'none');
  };

  it('is what the scenario names, else what the outside names, else the stand-in of the project', async () => {
    expect(await binOf('')).toBe('none');
    expect(await binOf('', { files: standIn })).toBe('/fixtures/ca/ca');
    expect(await binOf('', { files: standIn, env: { CTO_HARNESS_CASE_BIN: '/ca' } })).toBe('/ca');
    expect(await binOf('env: {CTO_HARNESS_CASE_BIN: mine}\n', { files: standIn, env: { CTO_HARNESS_CASE_BIN: '/ca' } })).toBe('mine');
  });
});

describe('a scripted model', () => {
  it('is told to whoever reads the evidence', async () => {
    expect((await plan(named)).given.scripted).toBe(false);
    expect((await plan(named.replace('}', ', script: [text: a]}'))).given.scripted).toBe(true);
  });

  const at = (given: ScenarioSpec['given'], env?: Record<string, string>) => endpointEnv({ given, env } as ScenarioSpec, 'http://x/v1');
  const LOCAL = 'CTO_HARNESS_CASE_LOCAL_BASE_URL';
  const BRIDGE = 'CTO_HARNESS_CASE_AUTH_BRIDGE_URL';

  it.each<[string, Parameters<typeof at>, Record<string, string>]>([
    ['as a local provider', [undefined], { [LOCAL]: 'http://x/v1' }],
    ['nowhere, where its address is absent', [{ provider: { base_url: 'absent' } }], {}],
    [
      'as a bridge too, where one is proven',
      [{ provider: { auth_bridge: 'proven' } }],
      { [LOCAL]: 'http://x/v1', [BRIDGE]: 'http://x/v1' },
    ],
    ['as a bridge alone', [{ provider: { auth_bridge: 'proven', base_url: 'absent' } }], { [BRIDGE]: 'http://x/v1' }],
    ['not as a bridge that is absent', [{ provider: { auth_bridge: 'absent' } }], { [LOCAL]: 'http://x/v1' }],
    ['not over what the scenario sets itself', [undefined, { [LOCAL]: 'http://mine/v1' }], {}],
  ])('is reached %s', (_title, args, env) => {
    expect(at(...args)).toEqual(env);
  });

  it('can be had by exactly the backends that use a model', () => {
    expect(Object.keys(rolesOfBackend).toSorted()).toEqual(
      backends
        .filter(one => one.usesModel)
        .map(({ id }) => id)
        .toSorted(),
    );
  });
});
