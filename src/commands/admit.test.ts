import { chmod, mkdir, readdir, readFile, realpath, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { BinaryAdmission, ModelAdmission } from '../model/admission.ts';
import { commandLine, quietPorts } from '../testing/command-line.ts';
import { aProject } from '../testing/project.ts';

const project = (files: Record<string, string> = {}) => aProject({ 'package.json': '{}', 'fixtures/README.md': 'tasks\n', ...files });
const MODEL = ['model', 'qwen-local', 'qwen3.6-35b-a3b'];
const RECORD = 'admissions/models/CTO-CASE-MODEL-PROVIDER-ADMISSION.qwen-local-qwen3.6-35b-a3b.json';
const commit = '7959ac917cdeb0983b4aaa20bb9f42021747fed8';
const SOURCE = [
  '--backend',
  'case',
  '--source-url',
  'https://github.com/workos/case.git',
  '--commit',
  commit,
  '--built-by',
  'bun run build:binary',
];
const by = ['--by', 'jp'];

const read = async (root: string, path: string) => JSON.parse(await readFile(join(root, path), 'utf8')) as unknown;
const DAY = 86_400_000;

describe('admit model', { concurrent: true }, () => {
  it('writes a record under the name of the seeds: the narrowest that works, for 90 days', async () => {
    await using place = await project();
    const before = Date.now();
    const { exit, out } = await commandLine(place.root, ['admit', ...MODEL, ...by]);
    expect(exit).toBe(0);
    const record = ModelAdmission.parse(await read(place.root, RECORD));
    expect(record).toMatchObject({
      provider: 'qwen-local',
      model: 'qwen3.6-35b-a3b',
      admitted_by: 'jp',
      backends: ['case'],
      stages: [1, 2],
      connection: 'local',
      api: 'openai-completions',
      runtime_provider: 'openai',
      response_shape: { content: 'required', probe_max_tokens: 1024, shim: 'off' },
      core_promotion_status: 'not-promoted',
    });
    const days = (Date.parse(record.expires_at) - before) / DAY;
    expect(days).toBeGreaterThanOrEqual(90);
    expect(days).toBeLessThan(90.1);
    expect(out.split('\n')).toEqual([
      RECORD,
      '  admits   qwen-local/qwen3.6-35b-a3b for case at stage 1, 2, as openai over openai-completions',
      `  until    ${record.expires_at}`,
      '  needs    CTO_HARNESS_CASE_LOCAL_BASE_URL at run time; no record has an address or a key',
      '',
    ]);
  });

  it('takes every part from the command line, and prints the record for programs', async () => {
    await using place = await project();
    const more = ['--backends', 'case,pi', '--stages', '2, 1', '--days', '3', '--connection', 'api_key', '--api', 'anthropic-messages'];
    const sizes = ['--context-window', '1000', '--max-tokens', '2048', '--limit-requests', '7', '--limit-tokens', '8', '--shim', 'reask'];
    const { out } = await commandLine(place.root, ['admit', ...MODEL, ...by, ...more, ...sizes, '--json']);
    const { file, record } = JSON.parse(out) as { file: string; record: ModelAdmission };
    expect(await read('/', file)).toEqual(record);
    expect(record).toMatchObject({
      backends: ['case', 'pi'],
      stages: [1, 2],
      connection: 'api_key',
      api: 'anthropic-messages',
      runtime_provider: 'anthropic',
      response_shape: { shim: 'reask' },
      context_window: 1000,
      max_tokens: 2048,
      limits: { requests: 7, tokens: 8 },
    });
  });

  it('ends on the day that is named, as it begins', async () => {
    await using place = await project();
    const day = new Date(Date.now() + 40 * DAY).toISOString().slice(0, 10);
    await commandLine(place.root, ['admit', ...MODEL, ...by, '--expires', day, '--runtime-provider', 'vllm']);
    expect(await read(place.root, RECORD)).toMatchObject({ expires_at: `${day}T00:00:00.000Z`, runtime_provider: 'vllm' });
  });

  it('takes the place of nothing, unless it is asked to, and then only of a record of the same model', async () => {
    await using place = await project({ 'elsewhere/models/.keep': '' });
    const admit = (...argv: string[]) => commandLine(place.root, ['admit', ...argv, ...by]);
    await admit(...MODEL);
    const first = await readFile(join(place.root, RECORD), 'utf8');
    const again = await admit(...MODEL, '--shim', 'fill');
    expect(again).toMatchObject({ exit: 64, out: '' });
    expect(again.err).toContain(`${RECORD}: is there already, and stands`);
    expect(await readFile(join(place.root, RECORD), 'utf8')).toBe(first);

    expect((await admit(...MODEL, '--shim', 'fill', '--replace')).exit).toBe(0);
    expect(await read(place.root, RECORD)).toMatchObject({ response_shape: { shim: 'fill' } });

    // another model whose name makes the same file
    const other = await admit('model', 'qwen-local', 'qwen3.6/35b-a3b', '--replace');
    expect(other).toMatchObject({ exit: 64, out: '' });
    expect(other.err).toContain('admits something else under the same name');
    expect(await read(place.root, RECORD)).toMatchObject({ model: 'qwen3.6-35b-a3b' });

    // what is malformed admits nothing, and may go
    await writeFile(join(place.root, RECORD), '{');
    expect((await admit(...MODEL)).exit).toBe(64);
    expect((await admit(...MODEL, '--replace')).exit).toBe(0);
  });

  it('of two at the same time one wins, and the record is whole', async () => {
    await using place = await project();
    const said = await Promise.all([1, 2, 3, 4, 5].map(n => commandLine(place.root, ['admit', ...MODEL, '--by', `person ${n}`])));
    expect(said.map(({ exit }) => exit).toSorted()).toEqual([0, 64, 64, 64, 64]);
    ModelAdmission.parse(await read(place.root, RECORD));
    expect(await readdir(join(place.root, 'admissions/models'))).toHaveLength(1);
  });

  it('a record that was made is one that a run and doctor take', async () => {
    await using place = await project();
    await commandLine(place.root, ['admit', ...MODEL, ...by, '--into', 'mine']);
    const ports = quietPorts({ PROOFGATE_ADMISSIONS: join(place.root, 'mine') });
    const { out } = await commandLine(place.root, ['doctor', 'qwen-local/qwen3.6-35b-a3b'], { ports });
    expect(out).toContain('ok      qwen-local/qwen3.6-35b-a3b  for case at stage 1, 2 over local, until ');
  });

  it.each([
    ['without a person', [...MODEL], '--by: is missing'],
    ['without a model', ['model', 'qwen-local', ...by], 'admit model: takes a provider and a model'],
    ['for a backend that is not there', [...MODEL, ...by, '--backends', 'cas'], 'no backend is called "cas"'],
    ['for a backend without a model', [...MODEL, ...by, '--backends', 'fake'], '--backends: fake talks to no model'],
    ['for a stage that is not there', [...MODEL, ...by, '--stages', '1,7'], 'It is a list of 1, 2, 3, 4, 5, 6'],
    ['for a stage twice', [...MODEL, ...by, '--stages', '1,1'], 'It is a list of 1, 2, 3, 4, 5, 6'],
    ['until a day that is no day', [...MODEL, ...by, '--expires', '2027-02-30'], 'It is a day such as 2027-01-31'],
    ['until a day that is over', [...MODEL, ...by, '--expires', '2020-01-01'], '--expires: is in the past'],
    ['for ever', [...MODEL, ...by, '--days', '4000'], '--days: is more than 366 days away'],
    ['with two ends', [...MODEL, ...by, '--days', '4', '--expires', '2027-01-01'], '--days: and --expires both say until when'],
    ['over a way that is not there', [...MODEL, ...by, '--connection', 'oauth'], 'auth_bridge'],
    ['with a name that no record has', ['model', 'p', 'm'.repeat(600), ...by], 'model: '],
    ['with an option of a binary', [...MODEL, ...by, '--commit', commit], '--commit: has no meaning for a model'],
    ['of no kind', ['modle', 'a', 'b', ...by], 'Did you mean "model"?'],
  ])('%s is refused with a hint, and nothing is written', async (_title, argv, message) => {
    await using place = await project();
    const { exit, out, err } = await commandLine(place.root, ['admit', ...argv]);
    expect({ exit, out }).toEqual({ exit: 64, out: '' });
    expect(err).toContain(message);
    expect(err).toMatch(/^ {2}hint: /m);
    expect(await readdir(place.root)).not.toContain('admissions');
  });

  it('an address or a key that is given at run time never gets into a record', async () => {
    await using place = await project();
    const ports = quietPorts({ CTO_HARNESS_CASE_LOCAL_BASE_URL: 'http://10.1.2.3:8000/v1' });
    const { exit, err } = await commandLine(place.root, ['admit', ...MODEL, '--by', 'jp at http://10.1.2.3:8000/v1'], { ports });
    expect(exit).toBe(64);
    expect(err).toContain('CTO_HARNESS_CASE_LOCAL_BASE_URL: its value would stand in the record');
    expect(err).not.toContain('10.1.2.3');
    expect(await readdir(place.root)).not.toContain('admissions');
  });
});

describe('admit binary', { concurrent: true }, () => {
  const program = '#!/bin/sh\necho ca\n';
  const place = async () => {
    const made = await project({ 'bin/ca-1': program });
    await chmod(join(made.root, 'bin/ca-1'), 0o755);
    await symlink('ca-1', join(made.root, 'bin/ca'));
    return made;
  };

  it('records what the link leads to, by its digest', async () => {
    await using made = await place();
    const { exit, out } = await commandLine(made.root, [
      'admit',
      'binary',
      'bin/ca',
      ...SOURCE,
      ...by,
      '--version',
      '1.2',
      '--into',
      'tried',
    ]);
    expect(exit).toBe(0);
    const { sha256, bytes } = await quietPorts().files.digest(join(made.root, 'bin/ca-1'));
    const path = `tried/binaries/case-ca-1-${sha256.slice(0, 12)}.json`;
    const record = BinaryAdmission.parse(await read(made.root, path));
    expect(record).toMatchObject({
      backend: 'case',
      name: 'ca-1',
      version: '1.2',
      sha256,
      bytes,
      source: { url: 'https://github.com/workos/case.git', commit },
      built_by: 'bun run build:binary',
      stages: [1, 2],
    });
    expect(out.split('\n')).toEqual([
      path,
      `  admits   ${await realpath(join(made.root, 'bin/ca-1'))} for case at stage 1, 2`,
      `  digest   ${sha256} (${program.length} bytes); anything else in its place is not admitted`,
      `  until    ${record.expires_at}`,
      '  read by  PROOFGATE_ADMISSIONS=tried proofgate run …',
      '',
    ]);
  });

  it.each([
    ['that is not there', ['bin/none'], 'bin/none: is not there (ENOENT)'],
    ['that is a folder', ['bin'], 'bin: is a dir, not a file'],
    ['that cannot be executed', ['package.json'], 'package.json: is not executable'],
    ['that is empty', ['bin/empty'], 'bin/empty: is empty'],
    ['without its source', ['bin/ca', ...by, '--backend', 'case'], '--source-url: is missing'],
    [
      'with a password',
      ['bin/ca', ...SOURCE.map(w => w.replace('github', 'me:secret@github')), ...by],
      '--source-url: has a password in it',
    ],
    ['of a branch', ['bin/ca', ...SOURCE.map(w => (w === commit ? 'main' : w)), ...by], '--commit: is no commit'],
    [
      'of a backend that starts none',
      ['bin/ca', ...SOURCE.map(w => (w === 'case' ? 'pi' : w)), ...by],
      '--backend: pi starts nothing that needs a record',
    ],
    ['and another', ['bin/ca', 'bin/ca-1', ...SOURCE, ...by], 'admit binary: takes the path of one executable'],
    ['with an option of a model', ['bin/ca', ...SOURCE, ...by, '--api', 'openai-responses'], '--api: has no meaning for a binary'],
  ])('%s is refused with a hint, and nothing is written', async (_title, argv, message) => {
    await using made = await place();
    await mkdir(join(made.root, 'bin'), { recursive: true });
    await writeFile(join(made.root, 'bin/empty'), '', { mode: 0o755 });
    const rest = argv.includes('--backend') ? [] : [...SOURCE, ...by];
    const { exit, out, err } = await commandLine(made.root, ['admit', 'binary', ...argv, ...rest]);
    expect({ exit, out }).toEqual({ exit: 64, out: '' });
    expect(err).toContain(message);
    expect(await readdir(made.root)).not.toContain('admissions');
  });
});
