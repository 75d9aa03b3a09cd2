import { resolve } from 'node:path';
import type { Files } from '../ports.ts';

/** The same files, as if this text already stood at the path: what is to be written is read as it will be, before it is. */
export function textOver(files: Files, path: string, text: string): Files {
  const isIt = (other: string) => resolve(other) === resolve(path);
  return {
    ...files,
    readText: async other => (isIt(other) ? text : files.readText(other)),
    readBytes: async other => (isIt(other) ? Buffer.from(text) : files.readBytes(other)),
    async stat(other) {
      if (!isIt(other)) return files.stat(other);
      return { kind: 'file', bytes: Buffer.byteLength(text), mode: 0o644, modified: 0, changed: 0 };
    },
  };
}
