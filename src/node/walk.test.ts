import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, linkSync, mkdirSync, mkdtempSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, afterEach, describe, expect, it } from 'vitest';
import { remove } from './removal.ts';
import { walk } from './walk.ts';

const root = process.getuid?.() === 0;
const linux = process.platform === 'linux';
const sha256 = (bytes: string) => createHash('sha256').update(bytes).digest('hex');
let dir: string;
beforeEach(() => void (dir = mkdtempSync(join(tmpdir(), 'proofgate-test-'))));
afterEach(() => remove(dir));
const at = (path: string) => join(dir, path);
const bytesAt = (...bytes: number[]) => Buffer.concat([Buffer.from(`${dir}/`), Buffer.from(bytes)]);

describe('an ordinary tree', () => {
  it('is listed with modes, sizes and digests, folders included, sorted by bytes of the path', async () => {
    mkdirSync(at('a/deep'), { recursive: true });
    writeFileSync(at('a/deep/x'), 'x');
    writeFileSync(at('a-b'), '');
    writeFileSync(at('Z'), 'zz', { mode: 0o755 });
    writeFileSync(at('\u{1F600}'), '');
    writeFileSync(at('\uFFFD'), '');
    symlinkSync('a/deep/x', at('link'));
    const entries = await walk(dir);
    // an emoji sorts behind U+FFFD by bytes, and before it by UTF-16 units
    expect(entries.map(entry => entry.path)).toEqual(['Z', 'a', 'a-b', 'a/deep', 'a/deep/x', 'link', '\uFFFD', '\u{1F600}']);
    expect(entries[0]).toEqual({ path: 'Z', kind: 'file', mode: 0o755, bytes: 2, digest: sha256('zz') });
    expect(entries[1]).toMatchObject({ path: 'a', kind: 'dir', digest: null });
    expect(entries[5]).toMatchObject({ kind: 'link', target: 'a/deep/x', digest: sha256('a/deep/x') });
  });

  it('can be listed without some of its paths', async () => {
    mkdirSync(at('.git/objects'), { recursive: true });
    mkdirSync(at('sub/.git'), { recursive: true });
    mkdirSync(at('sub/out'));
    expect((await walk(dir, { skip: ['.git', 'sub/out'] })).map(entry => entry.path)).toEqual(['sub', 'sub/.git']);
  });

  it('of a repository inside is entered like any other: nothing hides in it', async () => {
    mkdirSync(at('nested'));
    execFileSync('git', ['init', '-q', at('nested')]);
    writeFileSync(at('nested/hidden'), 'x');
    const paths = (await walk(dir)).map(entry => entry.path);
    expect(paths).toEqual(expect.arrayContaining(['nested/.git', 'nested/.git/HEAD', 'nested/hidden']));
  });

  it('may be empty, but must be a folder, and not a link to one', async () => {
    expect(await walk(dir)).toEqual([]);
    await expect(walk(at('absent'))).rejects.toMatchObject({ code: 'ENOENT' });
    symlinkSync('/', at('link'));
    await expect(walk(at('link'))).rejects.toMatchObject({ code: 'ENOTDIR' });
  });
});

describe('a hostile tree', () => {
  it('with a FIFO, a socket or a device does not block, and they are named for what they are', async () => {
    execFileSync('mkfifo', [at('fifo')]);
    const server = createServer().listen(at('socket'));
    await new Promise(resolve => server.once('listening', resolve));
    const entries = await walk(dir);
    server.close();
    expect(entries.map(({ kind, digest }) => [kind, digest])).toEqual([
      ['fifo', null],
      ['socket', null],
    ]);
  });

  it.runIf(root && linux)('with devices (needs root)', async () => {
    execFileSync('mknod', [at('char'), 'c', '1', '5']);
    execFileSync('mknod', [at('block'), 'b', '7', '99']);
    expect((await walk(dir)).map(({ kind, digest }) => [kind, digest])).toEqual([
      ['block_device', null],
      ['char_device', null],
    ]);
  });

  it('with a sparse file of a terabyte costs nothing', async () => {
    writeFileSync(at('huge'), '');
    truncateSync(at('huge'), 2 ** 40);
    expect(await walk(dir)).toMatchObject([{ path: 'huge', kind: 'file', bytes: 2 ** 40, digest: null, oddity: 'too_large' }]);
  });

  it('is read up to the limit and not beyond', async () => {
    writeFileSync(at('just'), 'x'.repeat(10));
    writeFileSync(at('over'), 'x'.repeat(11));
    const [just, over] = await walk(dir, { maxFileBytes: 10 });
    expect(just).toMatchObject({ bytes: 10, digest: sha256('x'.repeat(10)) });
    expect(over).toMatchObject({ bytes: 11, digest: null, oddity: 'too_large' });
  });

  it('with a file that tells no size is still held to the limit (as in /proc)', async () => {
    if (!linux) return;
    const entries = await walk('/proc/self/fdinfo', { maxFileBytes: 1 });
    expect(new Set(entries.map(entry => entry.oddity))).toEqual(new Set(['too_large']));
  });

  it('with setuid, setgid and hard links is hashed and marked', async () => {
    for (const [name, mode] of [
      ['setuid', 0o4755],
      ['setgid', 0o2755],
    ] as const) {
      writeFileSync(at(name), name);
      chmodSync(at(name), mode);
    }
    writeFileSync(at('one'), '1');
    linkSync(at('one'), at('two'));
    expect((await walk(dir)).map(({ path, oddity, digest }) => [path, oddity, digest])).toEqual([
      ['one', 'hard_link', sha256('1')],
      ['setgid', 'setuid', sha256('setgid')],
      ['setuid', 'setuid', sha256('setuid')],
      ['two', 'hard_link', sha256('1')],
    ]);
  });

  it('with links in a circle, to itself, out of the tree, or to nowhere is not left', async () => {
    mkdirSync(at('d'));
    symlinkSync('..', at('d/up'));
    symlinkSync('self', at('self'));
    symlinkSync('/etc', at('out'));
    symlinkSync('nowhere', at('dangling'));
    expect((await walk(dir)).map(({ path, kind }) => `${path} ${kind}`)).toEqual([
      'd dir',
      'd/up link',
      'dangling link',
      'out link',
      'self link',
    ]);
  });

  it.runIf(linux)('with names that are not UTF-8 is complete, the bytes are shown', async () => {
    writeFileSync(bytesAt(0x61, 0xff, 0xc3, 0xa4), 'x');
    mkdirSync(bytesAt(0xfe));
    writeFileSync(bytesAt(0xfe, 0x2f, 0x62), 'y');
    writeFileSync(at('new\nline'), '');
    expect((await walk(dir)).map(({ path, oddity, digest }) => [path, oddity, digest])).toEqual([
      ['a\\xffä', 'name_not_utf8', sha256('x')],
      ['new\nline', undefined, sha256('')],
      ['\\xfe', 'name_not_utf8', null],
      ['\\xfe/b', 'name_not_utf8', sha256('y')],
    ]);
  });

  it.skipIf(root)('with what may not be read says so (not as root)', async () => {
    mkdirSync(at('shut'));
    writeFileSync(at('shut/x'), 'x');
    writeFileSync(at('secret'), 'x', { mode: 0 });
    chmodSync(at('shut'), 0);
    expect(await walk(dir)).toMatchObject([
      { path: 'secret', digest: null, oddity: 'unreadable' },
      { path: 'shut', kind: 'dir', oddity: 'unreadable' },
    ]);
  });

  it('nested deeper than a path can say is named where it becomes unreachable, and can be removed', async () => {
    execFileSync(
      'sh',
      ['-c', `i=0; while [ $i -lt 60 ]; do mkdir ${'n'.repeat(200)} && cd -P ${'n'.repeat(200)} || exit 1; i=$((i+1)); done`],
      {
        cwd: dir,
      },
    );
    const entries = await walk(dir);
    expect(entries.at(-1)).toMatchObject({ kind: 'dir', oddity: 'unreadable' });
    expect(entries.slice(0, -1).every(entry => entry.oddity === undefined)).toBe(true);
    await remove(dir);
    await expect(walk(dir)).rejects.toMatchObject({ code: 'ENOENT' });
  });
});
