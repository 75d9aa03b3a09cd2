import { sha256 } from '../model/digest.ts';
import { join } from 'node:path';
import { reportText, serialize } from '../evidence/seal.ts';
import type { NormalizedEvent } from '../model/event.ts';
import type { Report } from '../model/report.ts';
import type { Files } from '../ports.ts';

/** A value as somebody who forges it sees it: anything may be changed into anything. */
// oxlint-disable-next-line typescript/no-explicit-any
export type Loose = any;

/**
 * Somebody who knows every rule of the bundle's outside: after any change the manifest, the digests in the report and the report's
 * own digest are made right again, and the event log can be chained again. What is left to find is what the files say.
 */
export interface Forger {
  text(path: string): Promise<string>;
  write(path: string, content: string | Uint8Array): Promise<void>;
  remove(path: string): Promise<void>;
  /** Changes a JSON document. */
  json(path: string, change: (value: Loose) => void): Promise<void>;
  /** Changes the lines of a line log, parsed. */
  lines(path: string, change: (lines: Loose[]) => Loose[] | void): Promise<void>;
  /** The same for the event log: numbers, run, nonce and chain are made right again. */
  events(change: (events: Loose[]) => Loose[] | void): Promise<void>;
  /** Makes manifest, digests and report fit each other again. */
  reseal(): Promise<void>;
}

export function forger(dir: string, files: Files): Forger {
  const text = (path: string) => files.readText(join(dir, path));
  const write = async (path: string, content: string | Uint8Array) => {
    await files.remove(join(dir, path));
    await files.write(join(dir, path), content);
  };
  const lines: Forger['lines'] = async (path, change) => {
    const parsed = (await text(path))
      .trimEnd()
      .split('\n')
      .map(line => JSON.parse(line) as Loose);
    const changed = change(parsed) ?? parsed;
    await write(path, changed.map(line => `${JSON.stringify(line)}\n`).join(''));
  };

  return {
    text,
    write,
    lines,
    remove: path => files.remove(join(dir, path)),

    async json(path, change) {
      const value: Loose = JSON.parse(await text(path));
      change(value);
      await write(path, serialize(value));
    },

    async events(change) {
      await lines('events.normalized.jsonl', events => {
        let prev = '';
        return (change(events) ?? events).map((event: NormalizedEvent, index: number) => {
          const linked = { ...event, seq: index + 1, prev: index === 0 ? sha256(event.run_id) : prev };
          prev = sha256(JSON.stringify(linked));
          return linked;
        });
      });
    },

    async reseal() {
      const report = JSON.parse(await text('report.json')) as Report;
      const entries = await files.walk(dir, { skip: ['report.json', 'manifest.json'], maxFileBytes: 0 });
      const paths = entries.filter(entry => entry.kind === 'file').map(entry => entry.path);
      const found = await Promise.all(paths.map(async path => ({ path, ...(await files.digest(join(dir, path))) })));
      const manifest = serialize({
        schema: 'proofgate/manifest/1',
        run_id: report.run_id,
        files: found.map(file => ({ path: file.path, bytes: file.bytes, sha256: file.sha256 })),
      });
      await write('manifest.json', manifest);
      await write(
        'report.json',
        reportText({
          ...report,
          artifacts: found.map(({ path, bytes, modified }) => ({ path, bytes, modified: new Date(modified).toISOString() })),
          artifact_digests: { ...Object.fromEntries(found.map(file => [file.path, file.sha256])), 'manifest.json': sha256(manifest) },
        }),
      );
    },
  };
}
