import { join } from 'node:path';
import { systemCode } from '../errors.ts';
import { isMap } from '../model/json.ts';
import type { Ports } from '../ports.ts';
import type { BundleCheck } from '../verify/verify.ts';
import type { Files } from './shelf.ts';
import type { Green } from './suite.ts';

/** What verifies a bundle. On trial here. */
export type Verify = (dir: string, ports: Ports) => Promise<BundleCheck>;

/** A bundle that is sound, in memory, to be spoilt in copies. */
export interface Specimen {
  /** What it stands for. */
  name: string;
  /** Absolute. */
  dir: string;
  files: Files;
  /** Folders that hold no file. */
  folders: readonly string[];
  report: Record<string, unknown>;
  /** What verify says of it as it is. */
  exit: number;
}

/** The kinds of bundles that are worth spoiling, each once. */
const wanted: readonly { name: string; is(report: Record<string, unknown>): boolean }[] = [
  { name: 'fake, node', is: report => passes(report, 'fake') && String(report['tests_command']).startsWith('node') },
  { name: 'fake, python', is: report => passes(report, 'fake') && String(report['tests_command']).startsWith('python') },
  { name: 'command, with its baseline', is: report => passes(report, 'command') && isMap(report['baseline']) },
  // where an artifact is lost verify compares nothing with it
  { name: 'fail', is: report => report['status'] === 'fail' && !loses(report) },
  { name: 'blocked', is: report => report['status'] === 'blocked' },
];

const loses = (report: Record<string, unknown>): boolean =>
  /"(artifact_write_failure|secret_exposed|write_outside_roots|run_interrupted)"/.test(JSON.stringify(report['blockers'])) ||
  JSON.stringify(report['redactions']) !== '{}';

const passes = (report: Record<string, unknown>, backend: string) => report['status'] === 'pass' && report['backend'] === backend;

/** One bundle of each kind, the first that verify finds sound; and the kinds of which the suite has none. */
export async function chooseSpecimens(
  green: readonly Green[],
  verify: Verify,
  ports: Ports,
): Promise<{ specimens: Specimen[]; absent: string[] }> {
  const specimens: Specimen[] = [];
  for (const { dir } of green) {
    const left = wanted.filter(({ name }) => !specimens.some(specimen => specimen.name === name));
    if (left.length === 0) break;
    const report = await reportOf(dir, ports);
    const kind = report?.['sealed'] === true ? left.find(({ is }) => is(report)) : undefined;
    if (!kind || !report) continue;
    const { verdict, exit } = await verify(dir, ports);
    if (verdict === 'consistent') specimens.push({ ...(await readSpecimen(kind.name, dir, ports)), report, exit });
  }
  const absent = wanted.filter(({ name }) => !specimens.some(specimen => specimen.name === name)).map(({ name }) => name);
  return { specimens, absent };
}

async function reportOf(dir: string, { files }: Ports): Promise<Record<string, unknown> | undefined> {
  try {
    const report: unknown = JSON.parse(await files.readText(join(dir, 'report.json')));
    return isMap(report) ? report : undefined;
  } catch (error) {
    // a scenario may have spoilt it on purpose: then it is no sound one
    if (error instanceof SyntaxError || systemCode(error)) return undefined;
    throw error;
  }
}

async function readSpecimen(name: string, dir: string, { files }: Ports): Promise<Omit<Specimen, 'report' | 'exit'>> {
  const entries = await files.walk(dir, { maxFileBytes: 0 });
  const content = new Map<string, Uint8Array>();
  for (const { path, kind } of entries) if (kind === 'file') content.set(path, await files.readBytes(join(dir, path)));
  const folders = entries.filter(({ path, kind }) => kind === 'dir' && ![...content.keys()].some(file => file.startsWith(`${path}/`)));
  return { name, dir, files: content, folders: folders.map(({ path }) => path) };
}
