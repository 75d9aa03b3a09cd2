import { sha256 } from '../model/digest.ts';
import { join, resolve } from 'node:path';
import type { Evidence } from '../expect/evidence.ts';
import { NormalizedEvent } from '../model/event.ts';
import { isMap, parseMap } from '../model/json.ts';
import type { Files, Ports } from '../ports.ts';

/** The bundle that lies on disk: what is judged is what a reader would find, not what the engine says. */
export async function readEvidence(
  { dir, exit, scenarioDir }: { dir: string; exit: number; scenarioDir: string },
  { files }: Pick<Ports, 'files'>,
): Promise<Evidence> {
  const entries = await files.walk(dir);
  const report = parseMap((await textOf(join(dir, 'report.json'), files)) ?? '') ?? null;
  return {
    report,
    sealed: report?.['sealed'] === true && (await hasItsManifest(dir, report, files)),
    exit,
    events: eventsIn(await textOf(join(dir, 'events.normalized.jsonl'), files)),
    paths: entries.filter(({ kind }) => kind === 'file').map(({ path }) => path),
    read: path => files.readBytes(join(dir, path)),
    readBeside: async path => {
      const absolute = resolve(scenarioDir, path);
      return (await files.stat(absolute))?.kind === 'file' ? files.readBytes(absolute) : undefined;
    },
  };
}

/** A report whose manifest is missing or differs is no sealed one to any reader. */
async function hasItsManifest(dir: string, report: Record<string, unknown>, files: Files): Promise<boolean> {
  const digests = report['artifact_digests'];
  const text = await textOf(join(dir, 'manifest.json'), files);
  return text !== undefined && isMap(digests) && digests['manifest.json'] === sha256(text);
}

async function textOf(path: string, files: Files): Promise<string | undefined> {
  if ((await files.stat(path))?.kind !== 'file') return undefined;
  try {
    return await files.readText(path);
  } catch {
    // What cannot be read is not there for an expectation; the bundle's own verdict has the reason.
    return undefined;
  }
}

/** Lines that are not events are no evidence of an event. */
const eventsIn = (text: string | undefined): NormalizedEvent[] =>
  (text ?? '').split('\n').flatMap(line => {
    const { success, data } = NormalizedEvent.safeParse(parseMap(line));
    return success ? [data] : [];
  });
