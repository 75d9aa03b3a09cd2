import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

import { caAdmissions } from '../gen-admissions.ts';
import { BinaryAdmission, ModelAdmission } from '../model/admission.ts';
import { nodePorts } from '../node/ports.ts';
import { admitModel, modelRecordName } from './model.ts';
import { admitBinary, binaryRecordName } from './binary.ts';
import { readRecord } from './record.ts';

const { files, clock } = nodePorts();
const project = join(import.meta.dirname, '../..');
const folder = (kind: string) => join(project, 'admissions', kind);
const now = clock.now();

describe('the records of this project', () => {
  it.each(readdirSync(folder('models')))('%s is well formed, named after its model, and holds', async name => {
    const read = await readRecord(join(folder('models'), name), ModelAdmission, files);
    if (!read || 'problem' in read) throw new Error(read?.problem);
    const { provider, model, backends, stages } = read.value;
    expect(name).toBe(modelRecordName(provider, model));
    for (const backend of backends) {
      for (const stage of stages)
        expect(await admitModel({ provider, id: model, backend, stage, now, folders: [folder('models')] }, files)).toEqual(read);
    }
  });

  it.each(readdirSync(folder('binaries')))('%s is well formed, named after its digest, and holds', async name => {
    const read = await readRecord(join(folder('binaries'), name), BinaryAdmission, files);
    if (!read || 'problem' in read) throw new Error(read?.problem);
    const { backend, sha256, stages } = read.value;
    expect(name).toBe(binaryRecordName(read.value));
    for (const stage of stages)
      expect(await admitBinary({ backend, sha256, stage, now, folders: [folder('binaries')] }, files)).toEqual(read);
  });

  it('are the two models of the seeds, as each is reached', async () => {
    const connections = await Promise.all(
      readdirSync(folder('models')).map(async name => {
        const { provider, model, connection, api, runtime_provider, core_promotion_status } = ModelAdmission.parse(
          JSON.parse(await files.readText(join(folder('models'), name))),
        );
        return [`${provider}/${model}`, connection, api, runtime_provider, core_promotion_status];
      }),
    );
    expect(connections).toEqual([
      ['openai-codex/gpt-5.5', 'auth_bridge', 'openai-responses', 'openai', 'not-promoted'],
      ['qwen-local/qwen3.6-35b-a3b', 'local', 'openai-completions', 'openai', 'not-promoted'],
    ]);
  });

  it('admit the stand-ins for Case as they stand here, and no other executable (npm run gen)', async () => {
    const paths = ['fixtures/ca/ca', 'fixtures/ca/ca-exit-1'];
    const programs = Object.fromEntries(
      await Promise.all(paths.map(async path => [path, await files.readText(join(project, path))] as const)),
    );
    const there = await Promise.all(
      readdirSync(folder('binaries')).map(async name => [
        `admissions/binaries/${name}`,
        await files.readText(join(folder('binaries'), name)),
      ]),
    );
    expect(Object.fromEntries(there)).toEqual(caAdmissions(programs));
  });
});
