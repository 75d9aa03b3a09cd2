import { basename } from 'node:path';
import { admitBinary, binaryRecordName, lapse, modelRecordName, type Read, readRecord, recordsIn } from '../admission/index.ts';
import { backends } from '../backends/index.ts';
import { BinaryAdmission, ModelAdmission } from '../model/admission.ts';
import type { Plan } from '../model/plan.ts';
import { connections, upstreamOf } from '../preflight/upstream.ts';
import type { Ports } from '../ports.ts';
import type { Io } from './command.ts';
import { planOf } from './doctor-backends.ts';
import { type Item, lacking, present } from './doctor-item.ts';

const READMIT = 'Admit it again, if it shall still be used: proofgate admit --help.';

/** Every record of a model: whether it holds now, and for what. */
export async function lookAtModels({ admissions }: Plan, { files, clock }: Ports): Promise<Item[]> {
  const items: Item[] = [];
  for (const path of await recordsIn(admissions.models, files)) {
    const read = await readRecord(path, ModelAdmission, files);
    if (!read) continue;
    if ('problem' in read) {
      items.push(malformed(path, read.problem));
      continue;
    }
    const { provider, model, backends: ids, connection, stages } = read.value;
    const name = `${provider}/${model}`;
    const expected = modelRecordName(provider, model);
    const scope = `for ${ids.join(', ')} at stage ${stages.join(', ')} over ${connection}, until ${read.value.expires_at}`;
    if (expected === basename(path)) items.push(inForce(name, read, scope, clock.now()));
    else items.push(lacking(name, `${basename(path)} is not looked for`, `Rename it to ${expected}.`));
  }
  return items;
}

/** The executable that each backend would start, and every record of one. */
export async function lookAtBinaries(io: Io): Promise<Item[]> {
  const { files, clock } = io.ports;
  const items: Item[] = [];
  for (const backend of backends) {
    if (!backend.binary) continue;
    const plan = await planOf(backend, io);
    const path = await backend.binary(plan, io.ports);
    if (path === null) {
      const found = await backend.probe(plan, io.ports);
      items.push(lacking(backend.id, 'no executable', 'code' in found ? `${found.detail}.` : 'Name the executable, and admit it.'));
      continue;
    }
    const { sha256 } = await files.digest(path);
    const folders = plan.admissions.binaries;
    const found = await admitBinary({ backend: backend.id, sha256, stage: plan.stage, now: clock.now(), folders }, files);
    const what = `${path} (SHA-256 ${sha256})`;
    if ('problem' in found)
      items.push(lacking(backend.id, `${what}: ${found.problem}`, `proofgate admit binary ${path} --backend ${backend.id} … admits it.`));
    else items.push(present(backend.id, `${what}: admitted by ${found.ref.file} until ${found.ref.expires_at}`));
  }
  return [...items, ...(await binaryRecords(io))];
}

async function binaryRecords(io: Io): Promise<Item[]> {
  const { files, clock } = io.ports;
  const { admissions } = await planOf({ id: 'fake' }, io);
  const items: Item[] = [];
  for (const path of await recordsIn(admissions.binaries, files)) {
    const read = await readRecord(path, BinaryAdmission, files);
    if (!read) continue;
    if ('problem' in read) items.push(malformed(path, read.problem));
    else {
      const { backend, sha256, stages, expires_at } = read.value;
      const scope = `${backend} at stage ${stages.join(', ')}, SHA-256 ${sha256}, until ${expires_at}`;
      items.push(inForce(binaryRecordName(read.value), read, scope, clock.now()));
    }
  }
  return items;
}

const malformed = (path: string, problem: string): Item => lacking(basename(path), problem, 'Mend it: proofgate lint has the place.');

/** Whether a record holds now, for the stages that it names. */
function inForce(name: string, { value }: Read<ModelAdmission | BinaryAdmission>, scope: string, now: number): Item {
  const lapsed = lapse(value, { now, stage: value.stages[0]! });
  return lapsed ? lacking(name, `${lapsed}; ${scope}`, READMIT) : present(name, scope);
}

/** Whether each way to a provider has what it needs. Values are never said. */
export const lookAtEndpoints = ({ env }: Plan): Item[] =>
  (Object.keys(connections) as (keyof typeof connections)[]).map(connection => {
    const { url, key, keyRequired } = connections[connection];
    const set = [url, key].map(variable => `${variable} is ${env[variable] ? 'set' : 'not set'}`).join(', ');
    const upstream = upstreamOf(connection, env);
    return 'code' in upstream
      ? lacking(connection, set, `Set ${url}${keyRequired ? ` and ${key}` : ''} for a run with a model that is reached like this.`)
      : present(connection, set);
  });
