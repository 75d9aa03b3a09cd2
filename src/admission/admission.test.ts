import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import type { BinaryAdmission, ModelAdmission } from '../model/admission.ts';
import { nodePorts } from '../node/ports.ts';
import { admitBinary, admitModel, admissionFolders, modelRecordName } from './index.ts';

const { files } = nodePorts();
const room = await files.scratch('admission-test');
afterAll(() => room[Symbol.asyncDispose]());
const first = join(room.path, 'first');
const second = join(room.path, 'second');
beforeEach(() => Promise.all([files.remove(first), files.remove(second)]));

const NOW = Date.parse('2026-11-20T12:00:00Z');
const shared = {
  admitted_by: 'somebody',
  admitted_at: '2026-06-01T00:00:00Z',
  expires_at: '2027-06-01T00:00:00Z',
  stages: [1, 2] as ModelAdmission['stages'],
  core_promotion_status: 'not-promoted' as const,
  notice: 'authorizes nothing',
};
const model: ModelAdmission = {
  schema: 'proofgate/model-admission/1',
  provider: 'qwen-local',
  model: 'qwen3.6-35b-a3b',
  ...shared,
  backends: ['case'],
  connection: 'local',
  api: 'openai-completions',
  runtime_provider: 'openai',
  response_shape: { content: 'required', probe_max_tokens: 1024, shim: 'off' },
  context_window: 32_768,
  max_tokens: 4096,
  limits: { requests: 10, tokens: 1000 },
};
const name = 'CTO-CASE-MODEL-PROVIDER-ADMISSION.qwen-local-qwen3.6-35b-a3b.json';
const put = (folder: string, record: unknown, file = name) =>
  files.write(join(folder, file), typeof record === 'string' ? record : JSON.stringify(record));
const ask = (over: Partial<Parameters<typeof admitModel>[0]> = {}) =>
  admitModel(
    { provider: 'qwen-local', id: 'qwen3.6-35b-a3b', backend: 'case', stage: 2, now: NOW, folders: [first, second], ...over },
    files,
  );
const problem = async (answer: ReturnType<typeof ask>) => (found => ('problem' in found ? found.problem : 'admitted'))(await answer);

describe('a model is admitted', () => {
  it('by the record under its name, whose digest is that of its bytes', async () => {
    await put(first, model);
    const found = await ask();
    expect(found).toMatchObject({ value: model, ref: { file: name, expires_at: model.expires_at } });
    expect('ref' in found && found.ref.sha256).toBe(createHash('sha256').update(JSON.stringify(model)).digest('hex'));
  });

  it('also with text that looks like more of itself', async () => {
    await put(first, { ...model, notice: 'says "a": 1, and \\"b\\" : "c", twice: "a": {"a":[1]}' });
    expect(await ask()).toHaveProperty('value');
  });

  it('by the seeds’ own file names', () => {
    expect(modelRecordName('openai-codex', 'gpt-5.5')).toBe('CTO-CASE-MODEL-PROVIDER-ADMISSION.openai-codex-gpt-5.5.json');
  });

  it('by the first folder that has the record, also where that one refuses', async () => {
    await put(first, { ...model, backends: ['pi'] });
    await put(second, model);
    expect(await problem(ask())).toBe(`${name} holds for pi and not for case`);
    await files.remove(first);
    expect(await problem(ask())).toBe('admitted');
  });

  it.each<[string, unknown, string]>([
    ['no record', undefined, 'no record admits qwen-local/qwen3.6-35b-a3b'],
    ['one that has expired', { ...model, expires_at: '2026-11-20T12:00:00Z' }, 'expired on 2026-11-20T12:00:00Z'],
    ['one of the future', { ...model, admitted_at: '2026-11-20T12:00:01Z' }, 'is dated in the future'],
    ['one for another stage', { ...model, stages: [1, 3] }, 'holds for stage 1, 3 and not for stage 2'],
    ['one for another model', { ...model, model: 'qwen3' }, 'admits qwen-local/qwen3, and not qwen-local/qwen3.6-35b-a3b'],
    ['one with a key too many', { ...model, until: 'ever' }, 'is malformed'],
    ['one that says two things', JSON.stringify(model).replace('{', '{"expires_at":"2026-06-02T00:00:00Z",'), 'a name stands twice'],
    ['one that says two things deeper', JSON.stringify(model).replace('"shim"', '"shim":"reask","shi\\u006d"'), 'a name stands twice'],
    ['one with a key too few', { ...model, expires_at: undefined }, 'is malformed: expires_at'],
    ['one that promotes itself', { ...model, core_promotion_status: 'promoted' }, 'is malformed: core_promotion_status'],
    ['one with a small probe', { ...model, response_shape: { ...model.response_shape, probe_max_tokens: 32 } }, 'probe_max_tokens'],
    ['one that is no JSON', '{', 'is no JSON'],
  ])('not by %s', async (_what, record, why) => {
    if (record !== undefined) await put(first, record);
    expect(await problem(ask())).toContain(why);
  });

  it('not by what is no plain file', async () => {
    await files.makeDir(join(first, name));
    expect(await problem(ask())).toContain('is no plain file');
  });

  it('and a name cannot lead out of the folder', () => {
    expect(modelRecordName('../..', 'a/b')).not.toContain('/');
  });
});

describe('a binary is admitted', () => {
  const sha256 = 'a'.repeat(64);
  const binary: BinaryAdmission = {
    schema: 'proofgate/binary-admission/1',
    backend: 'case',
    name: 'ca',
    version: null,
    sha256,
    bytes: 3,
    source: { url: 'https://github.com/workos/case.git', commit: '7959ac917cdeb0983b4aaa20bb9f42021747fed8' },
    built_by: 'bun run build:binary',
    ...shared,
  };
  const question = { backend: 'case', sha256, stage: 2 as const, now: NOW, folders: [first, second] };
  const why = async (over = {}) => problem(admitBinary({ ...question, ...over }, files) as never);

  it('by any record with exactly its digest, in any of the folders', async () => {
    await put(second, binary, 'case-ca.json');
    expect(await admitBinary(question, files)).toMatchObject({ value: { sha256 }, ref: { file: 'case-ca.json' } });
  });

  it.each<[string, Partial<BinaryAdmission>, string]>([
    ['another digest', { sha256: 'b'.repeat(64) }, 'no record admits'],
    ['another backend', { backend: 'pi' }, 'no record admits'],
    ['a record that expired', { expires_at: '2026-06-02T00:00:00Z' }, 'case-ca.json expired'],
    ['another stage', { stages: [1] }, 'not for stage 2'],
  ])('not with %s', async (_what, over, expected) => {
    await put(first, { ...binary, ...over }, 'case-ca.json');
    expect(await why()).toContain(expected);
  });

  it('also where another record is broken, and that is told where none holds', async () => {
    await put(first, '{', 'broken.json');
    expect(await why()).toContain('broken.json is no JSON');
    await put(first, binary, 'case-ca.json');
    expect(await admitBinary(question, files)).toHaveProperty('value');
  });
});

it('a project has its own records, and those of the machine after them', () => {
  expect(admissionFolders('/p', undefined)).toEqual({
    models: ['/p/admissions/models'],
    binaries: ['/p/admissions/binaries'],
    sources: ['/p/admissions/sources'],
    owned: ['/p/admissions/owned'],
    comparisons: ['/p/admissions/comparisons'],
  });
  expect(admissionFolders('/p', '/m').binaries).toEqual(['/p/admissions/binaries', '/m/binaries']);
  expect(admissionFolders('/p', 'm').binaries).toEqual(['/p/admissions/binaries', '/p/m/binaries']);
});
