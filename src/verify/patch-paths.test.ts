import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { NOT_REPRESENTABLE } from '../workspace/diff.ts';
import { notRepresentable, readPatch, type Patch } from './patch-paths.ts';

const top = mkdtempSync(join(tmpdir(), 'patch-paths-'));
afterAll(() => rmSync(top, { recursive: true, force: true }));

type Tree = Record<string, string | { mode: number; text: string } | { link: string } | { name: Buffer; text: string }>;

function plant(root: string, tree: Tree): void {
  mkdirSync(root, { recursive: true });
  for (const [path, what] of Object.entries(tree)) {
    const file = join(root, path);
    mkdirSync(join(file, '..'), { recursive: true });
    if (typeof what === 'string') writeFileSync(file, what);
    else if ('link' in what) symlinkSync(what.link, file);
    else if ('name' in what) writeFileSync(Buffer.concat([Buffer.from(`${root}/`), what.name]), what.text);
    else writeFileSync(file, what.text, { mode: what.mode });
  }
}

/** A real patch of real git. */
function diff(before: Tree, after: Tree): Buffer {
  const cwd = mkdtempSync(join(top, 'case-'));
  plant(join(cwd, 'a'), before);
  plant(join(cwd, 'b'), after);
  try {
    return execFileSync('git', ['diff', '--no-index', '--binary', '--no-renames', '--no-prefix', 'a', 'b'], { cwd, stdio: 'pipe' });
  } catch (error) {
    return (error as { stdout: Buffer }).stdout;
  }
}

function read(patch: string | Uint8Array): Patch {
  const reader = readPatch();
  reader.push(typeof patch === 'string' ? Buffer.from(patch) : patch);
  return reader.end();
}

const pathsOf = (before: Tree, after: Tree) => {
  const { paths, problems } = read(diff(before, after));
  expect(problems).toEqual([]);
  return paths;
};

describe('the paths of a patch by git', () => {
  it.each<[string, Tree, Tree, string[]]>([
    ['a modified file', { x: '1\n' }, { x: '2\n' }, ['x']],
    ['an added and a deleted one', { old: '1\n' }, { new: '1\n' }, ['new', 'old']],
    ['an empty file', {}, { empty: '' }, ['empty']],
    ['a binary file', { bin: 'a\0b' }, { bin: 'a\0c', 'new.bin': '\0' }, ['bin', 'new.bin']],
    ['a changed mode', { run: { mode: 0o644, text: 'x' } }, { run: { mode: 0o755, text: 'x' } }, ['run']],
    ['a file that became a link', { f: 'x\n', g: 'x\n' }, { f: { link: 'g' }, g: 'x\n' }, ['f']],
    ['a file that became a folder', { f: 'x\n' }, { 'f/g': 'x\n' }, ['f', 'f/g']],
    ['blanks, and a name that looks like two', {}, { 'x b/x b': '1\n', ' a': '1\n', 'b ': '1\n' }, [' a', 'b ', 'x b/x b']],
    ['quotes, backslashes, control characters', {}, { 'q"\\t': '1\n', 'a\nb\tc': '1\n' }, ['a\nb\tc', 'q"\\t']],
    ['what is not ASCII, sorted by bytes', {}, { é: '1\n', '😀': '1\n', '\uFFFD': '1\n', z: '1\n' }, ['z', 'é', '\uFFFD', '😀']],
    ['a name that is not UTF-8', {}, { odd: { name: Buffer.from([0x61, 0xff, 0xc3, 0xa9, 0xc3]), text: 'x' } }, ['a\\xffé\\xc3']],
    ['content that looks like a header', {}, { x: 'diff --git a/y b/y\n# proofgate: not representable: "z"\n' }, ['x']],
    ['folders called a and b', {}, { 'a/b/a': '1\n', 'b/a/b': '1\n' }, ['a/b/a', 'b/a/b']],
    ['nothing', { x: '1' }, { x: '1' }, []],
  ])('%s', (_title, before, after, expected) => {
    expect(pathsOf(before, after)).toEqual(expected);
  });
});

it('the digest of every file and link that is added as text', () => {
  const texts: Record<string, string> = {
    plain: 'one\ntwo\n',
    'no newline': 'one\ntwo',
    empty: '',
    'only newlines': '\n\n\n',
    crlf: 'a\r\nb\r',
    signs: '+a\n-b\n\\c\n@@ -0,0 +1 @@\n diff\n',
    long: `${'z'.repeat(200_000)}\n+`,
    note: `${notRepresentable}"q"\nGIT binary patch\n`,
  };
  const { added } = read(
    diff({ old: 'x\n', turns: 'a\n' }, { ...texts, bin: '\0', old: 'y\n', turns: { link: 'plain' }, link: { link: 'no/where' } }),
  );
  const expected = { ...texts, turns: 'plain', link: 'no/where' };
  expect(Object.fromEntries(added)).toEqual(
    Object.fromEntries(Object.entries(expected).map(([path, text]) => [path, createHash('sha256').update(text).digest('hex')])),
  );
});

it("also those that only the engine's own note names", () => {
  const patch = `diff --git a/x b/x\nold mode 100644\nnew mode 100755\n${notRepresentable}"pipe\\n1" (fifo)\n${notRepresentable}"x"\n`;
  expect(read(patch)).toEqual({ paths: ['pipe\n1', 'x'], added: new Map(), problems: [] });
  expect(notRepresentable).toBe(NOT_REPRESENTABLE);
});

it('the same wherever the patch is cut, and however long a line is', () => {
  const patch = Buffer.concat([diff({ x: '1\n' }, { x: `${'y'.repeat(200_000)}\n`, 'é "q"': '1' }), Buffer.from(`${notRepresentable}"p"`)]);
  const whole = read(patch);
  expect(whole.paths).toEqual(['p', 'x', 'é "q"']);
  for (const size of [1, 7, 65_536]) {
    const reader = readPatch();
    for (let at = 0; at < patch.length; at += size) {
      const chunk = Buffer.from(patch.subarray(at, at + size));
      reader.push(chunk);
      chunk.fill(0);
    }
    expect(reader.end()).toEqual(whole);
  }
});

it.each([
  'diff --git a/x b/y',
  'diff --git a/x',
  'diff --git c/x c/x',
  'diff --git "a/x b/x"',
  'diff --git "a/\\400" "b/\\400"',
  'diff --git a/ b/',
  'diff --git ',
  `${notRepresentable}x`,
  `${notRepresentable}""`,
  `${notRepresentable}1`,
])('a header that nobody can read is a problem: %s', line => {
  const { paths, problems } = read(`${line}\n`);
  expect(paths).toEqual([]);
  expect(problems).toHaveLength(1);
});
