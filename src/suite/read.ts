import { join } from 'node:path';
import { z } from 'zod';
import { UserError } from '../errors.ts';
import type { Ports } from '../ports.ts';
import { PLAN, RESULTS, resultFile, SuitePlan, SuiteResult } from './record.ts';

export interface Suite {
  /** Absolute folder. */
  dir: string;
  plan: SuitePlan;
  /** Sorted by file; one for each scenario that came to its end. */
  results: SuiteResult[];
}

/** Reads what a suite left. @throws {UserError} for anything in it that is not what a suite writes */
export async function readSuite(dir: string, { files }: Pick<Ports, 'files'>): Promise<Suite> {
  const plan = await readJson(join(dir, PLAN), SuitePlan, files);
  const names = (await files.stat(join(dir, RESULTS))) ? await files.list(join(dir, RESULTS)) : [];
  const results: SuiteResult[] = [];
  const known = new Map(plan.scenarios.map(({ id, digest }) => [id, digest]));
  for (const name of names.filter(one => !one.startsWith('.'))) {
    const path = join(dir, RESULTS, name);
    const result = await readJson(path, SuiteResult, files);
    const { id, digest, nonce } = result;
    if (join(dir, resultFile(id)) !== path || known.get(id) !== digest || nonce !== plan.nonce) {
      throw new UserError({ at: path, message: `is no result of this plan: ${id}`, hint: 'run the suite again under a new nonce' });
    }
    results.push(result);
  }
  return { dir, plan, results };
}

/** Absolute folder of the suite that started last, or undefined. */
export async function lastSuite(suites: string, { files }: Pick<Ports, 'files'>): Promise<string | undefined> {
  const started = await Promise.all((await suiteFolders(suites, files)).map(async dir => ({ dir, at: await startOf(dir, files) })));
  return started.filter(({ at }) => at !== undefined).toSorted((a, b) => (a.at! < b.at! ? 1 : -1))[0]?.dir;
}

/** Absolute folders of suites; those that are being made have a dot name. */
export async function suiteFolders(suites: string, files: Ports['files']): Promise<string[]> {
  if ((await files.stat(suites))?.kind !== 'dir') return [];
  return (await files.list(suites)).filter(name => !name.startsWith('.')).map(name => join(suites, name));
}

/** When a suite began; undefined for a folder that is none. */
export async function startOf(dir: string, files: Ports['files']): Promise<string | undefined> {
  try {
    return (await readJson(join(dir, PLAN), SuitePlan, files)).started;
  } catch (error) {
    if (error instanceof UserError) return undefined;
    throw error;
  }
}

async function readJson<S extends z.ZodType>(path: string, schema: S, files: Ports['files']): Promise<z.output<S>> {
  const refuse = (message: string, cause?: unknown) =>
    new UserError({ at: path, message, hint: 'run the suite again: it writes its records anew' }, { cause });
  if ((await files.stat(path))?.kind !== 'file') throw refuse('is not there');
  let value: unknown;
  try {
    value = JSON.parse(await files.readText(path));
  } catch (error) {
    throw refuse('is no JSON', error);
  }
  const { data, error } = schema.safeParse(value);
  if (error) throw refuse(z.prettifyError(error), error);
  return data as z.output<S>;
}
