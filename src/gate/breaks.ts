import { basename, join } from 'node:path';
import { modelName } from '../model/ledger.ts';
import { type Read, readRecord, recordsIn } from '../admission/index.ts';
import { UserError } from '../errors.ts';
import { BinaryAdmission, ModelAdmission, OwnedRepository, SourceAdmission } from '../model/admission.ts';
import { Comparison } from '../model/comparison.ts';
import type { Candidate } from '../model/decision.ts';
import type { Files, Ports } from '../ports.ts';
import { KEYS, loadPublicKey } from '../promotion/index.ts';
import { accountsOf, type Standing } from './query.ts';

/** What can change under a promotion. */
export const changes = ['model', 'policy', 'stage', 'binary', 'source', 'comparison', 'key'] as const;
export type Change = (typeof changes)[number];

/** What does not count any more once something has changed. */
export interface Broken {
  /** What the name was taken for: files, or ids. */
  means: string[];
  promotions: { file: string; subject: string; why: string }[];
  admissions: { file: string; why: string }[];
  /** Runs that would be refused for want of the promotion before them. */
  closes: { backend: string; model: Candidate['model']; stage: number }[];
}

/** Something that matches a name: which promotions rest on it, and which records are about it. */
interface Changed {
  means: string[];
  /** Why a promotion lapses; undefined: it does not. */
  breaks(standing: Standing): string | undefined;
  admissions: { file: string; why: string }[];
}

/** @throws {UserError} for a name that nothing has */
export async function whatBreaks(project: string, change: Change, name: string, ports: Ports): Promise<Broken> {
  const { accounts } = await accountsOf(project, {}, ports);
  const all = accounts.flatMap(({ stands }) => stands);
  const { means, breaks, admissions } = await changed(project, change, name, all, ports.files);
  const judged = all.map(standing => ({ standing, why: breaks(standing) }));
  const kept = judged.filter(({ why }) => why === undefined).map(({ standing }) => standing.decision.value.subject);
  const lost = judged.flatMap(({ standing, why }) => (why === undefined ? [] : [{ standing, why }]));
  const closed = lost
    .map(({ standing }) => standing.decision.value)
    .filter(
      ({ subject, candidate }, i, them) =>
        candidate.stage < 6 && !kept.includes(subject) && them.findIndex(o => o.subject === subject) === i,
    );
  return {
    means,
    promotions: lost.map(({ standing: { file, decision }, why }) => ({ file, subject: decision.value.subject, why })),
    admissions,
    closes: closed.map(({ candidate: { backend, model, stage } }) => ({ backend, model, stage: stage + 1 })),
  };
}

async function changed(project: string, change: Change, name: string, all: readonly Standing[], files: Files): Promise<Changed> {
  const nobody = (hint: string) => new UserError({ at: `${change} ${name}`, message: 'is nothing that is known here', hint });
  const restsOn = (found: readonly string[], { decision: { value } }: Standing) => found.find(file => file in value.inputs.admissions);
  const ofRecords = (found: readonly string[], why: string) => found.map(file => ({ file, why }));
  switch (change) {
    case 'policy':
      return { means: ['admissions/policy.yaml'], breaks: () => 'rests on the policy, byte for byte', admissions: [] };
    case 'stage': {
      if (!/^[1-6]$/.test(name)) throw nobody('name a stage, 1 to 6');
      const breaks = ({ decision: { value } }: Standing) =>
        value.candidate.stage === Number(name) ? `rests on the record of stage ${name}, byte for byte` : undefined;
      return { means: [`the record of stage ${name}`], breaks, admissions: [] };
    }
    case 'model': {
      const records = await named(project, 'models', ModelAdmission, name, ({ provider, model }) => [model, `${provider}/${model}`], files);
      const isOf = (model: Candidate['model']) => model !== null && [model.id, modelName(model)].includes(name);
      if (records.length === 0 && !all.some(({ decision: { value } }) => isOf(value.candidate.model)))
        throw nobody('name it as PROVIDER/MODEL, or by the file of its record in admissions/models');
      return {
        means: records,
        breaks: one => (isOf(one.decision.value.candidate.model) ? 'is of this model, and no other' : because(restsOn(records, one))),
        admissions: ofRecords(records, 'admits exactly this model'),
      };
    }
    case 'binary': {
      const records = await named(project, 'binaries', BinaryAdmission, name, ({ sha256, name: its }) => [sha256, its], files);
      const isOf = ({ digest }: Candidate) => name.length >= MIN_DIGEST && digest.startsWith(name);
      if (records.length === 0 && !all.some(({ decision: { value } }) => isOf(value.candidate)))
        throw nobody('name it by its SHA-256, at least 8 digits, or by the file of its record in admissions/binaries');
      return {
        means: records,
        breaks: one => (isOf(one.decision.value.candidate) ? 'is of exactly these bytes' : because(restsOn(records, one))),
        admissions: ofRecords(records, 'admits exactly these bytes'),
      };
    }
    case 'source': {
      const records = [
        ...(await named(project, 'sources', SourceAdmission, name, ({ id, url }) => [id, url], files)),
        ...(await named(project, 'owned', OwnedRepository, name, ({ id }) => [id], files)),
      ];
      if (records.length === 0) throw nobody('name it by its id: the file in admissions/sources or admissions/owned');
      return {
        means: records,
        breaks: one => because(restsOn(records, one)),
        admissions: ofRecords(records, 'admits exactly this source'),
      };
    }
    case 'comparison': {
      const records = await named(project, 'comparisons', Comparison, name, ({ candidate }) => [candidate], files);
      if (records.length === 0) throw nobody('name it by its candidate: the file in admissions/comparisons');
      return {
        means: records,
        breaks: one => because(restsOn(records, one)),
        admissions: ofRecords(records, 'is what stage 6 starts from'),
      };
    }
    case 'key': {
      const path = join(project, KEYS, name.endsWith('.pem') ? name : `${name}.pem`);
      const isFile = basename(name) === name && (await files.stat(path))?.kind === 'file';
      const keyid = isFile ? loadPublicKey(await files.readText(path), `${KEYS}/${basename(path)}`).keyid : name;
      const is = (one: string) => keyid.length >= MIN_DIGEST && one.startsWith(keyid);
      const known = all.some(({ signer, decision: { value } }) => [signer, ...value.keys.approvers, ...value.keys.runners].some(is));
      if (!isFile && !known) throw nobody(`name it by its file in ${KEYS}, or by its keyid, at least 8 digits`);
      const breaks = ({ signer, decision: { value } }: Standing) => {
        if (is(signer)) return 'is signed by this key';
        return [...value.keys.runners, ...value.keys.approvers].some(is) ? 'rests on a policy that names this key' : undefined;
      };
      return { means: [keyid], breaks, admissions: [] };
    }
  }
}

/** Fewer digits are no name of anything. */
const MIN_DIGEST = 8;

const because = (file: string | undefined): string | undefined => (file === undefined ? undefined : `rests on ${file}, byte for byte`);

/** Records of a kind that have a name: their file, with or without its ending, or one of their fields. */
async function named<T extends { expires_at: string }>(
  project: string,
  kind: string,
  schema: Parameters<typeof readRecord<T>>[1],
  name: string,
  fields: (value: T) => string[],
  files: Files,
): Promise<string[]> {
  const found: string[] = [];
  for (const path of await recordsIn([join(project, 'admissions', kind)], files)) {
    const file = `admissions/${kind}/${basename(path)}`;
    const read: Read<T> | { problem: string } | undefined = await readRecord(path, schema, files);
    const its = read && !('problem' in read) ? fields(read.value) : [];
    if ([file, basename(path), basename(path, '.json'), ...its].includes(name)) found.push(file);
  }
  return found;
}
