import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { files } from './files.ts';

let dir: string;
beforeEach(() => void (dir = mkdtempSync(join(tmpdir(), 'proofgate-test-'))));
afterEach(() => files.remove(dir));
const at = (path: string) => join(dir, path);

it('a file is read as text, as bytes, in chunks, and digested', async () => {
  const content = 'ä'.repeat(400_000);
  writeFileSync(at('file'), content);
  const chunks: Uint8Array[] = [];
  for await (const chunk of files.readChunks(at('file'))) chunks.push(chunk);
  expect(await files.readText(at('file'))).toBe(content);
  expect(Buffer.from(await files.readBytes(at('file'))).toString()).toBe(content);
  expect(chunks.length).toBeGreaterThan(2);
  expect(Buffer.concat(chunks).toString()).toBe(content);
  expect(await files.digest(at('file'))).toMatchObject({ bytes: 800_000, sha256: createHash('sha256').update(content).digest('hex') });
});

it('nobody waits for a FIFO, whoever put it where a file was expected', async () => {
  execFileSync('mkfifo', [at('fifo')]);
  for (const read of [files.readText, files.readBytes, files.digest]) {
    await expect(read(at('fifo'))).rejects.toMatchObject({ code: 'EINVAL' });
    await expect(read(dir)).rejects.toMatchObject({ code: 'EISDIR' });
    await expect(read(at('absent'))).rejects.toMatchObject({ code: 'ENOENT' });
  }
  await expect(files.readChunks(at('fifo'))[Symbol.asyncIterator]().next()).rejects.toMatchObject({ code: 'EINVAL' });
});

it('a link is not digested in place of a file', async () => {
  writeFileSync(at('file'), '');
  symlinkSync('file', at('link'));
  await expect(files.digest(at('link'))).rejects.toMatchObject({ code: 'ELOOP' });
});

it('stat tells what is there without following, and undefined where nothing is', async () => {
  writeFileSync(at('file'), 'abc', { mode: 0o640 });
  symlinkSync('nowhere', at('link'));
  expect(await files.stat(at('file'))).toMatchObject({ kind: 'file', bytes: 3, mode: 0o640 });
  expect(await files.stat(at('link'))).toMatchObject({ kind: 'link' });
  expect(await files.stat(at('absent'))).toBeUndefined();
  expect(await files.stat(at('file/below'))).toBeUndefined();
});

it('a folder is listed in order of bytes', async () => {
  for (const name of ['b', 'a', 'Z', '\u{1F600}', '\uFFFD']) writeFileSync(at(name), '');
  expect(await files.list(dir)).toEqual(['Z', 'a', 'b', '\uFFFD', '\u{1F600}']);
});
