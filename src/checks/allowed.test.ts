import { describe, expect, it } from 'vitest';
import type { ChangedFile } from '../model/facts.ts';
import { aChange } from '../testing/samples.ts';
import { disallowed } from './allowed.ts';

const isDisallowed = (change: Partial<ChangedFile>, ...allowedPaths: string[]) => disallowed([aChange(change)], allowedPaths).length === 1;

describe('a path is allowed', () => {
  it.each([
    ['by its own name', 'strings.js', 'strings.js'],
    ['by a glob of one level', 'src/days.js', 'src/*.js'],
    ['by a glob of all levels', 'src/a/b/days.js', 'src/**'],
    ['by a glob, also where it is a dot file', 'src/.cache/.x', 'src/**'],
    ['by one of two alternatives', 'b.js', '{a,b}.js'],
    ['by its own name, also where that would be a glob', 'routes/[id].js', 'routes/[id].js'],
    ['by its own name, also where that begins like a negation', '!x.js', '!x.js'],
  ])('%s', (_title, path, entry) => {
    expect(isDisallowed({ path }, entry)).toBe(false);
  });
});

describe('a path is not allowed', () => {
  it.each([
    ['beside the named file', 'package.json', 'strings.js'],
    ['that only begins like a named one', 'strings.js.bak', 'strings.js'],
    ['below a folder that is named without a glob', 'src/days.js', 'src'],
    ['below a folder that is named with a slash', 'src/days.js', 'src/'],
    ['one level deeper than the glob', 'src/a/days.js', 'src/*.js'],
    ['beside a folder of a similar name', 'src2/days.js', 'src/**'],
    ['by anything that looks like a negation', 'x.js', '!y.js'],
    ['inside of a git directory', 'src/.git/hooks/pre-commit', 'src/**'],
    ['that is a git directory, in any case', 'src/.GIT', '**'],
    ['whose name has a line break', 'src/a\nb', 'src/**'],
  ])('%s', (_title, path, entry) => {
    expect(isDisallowed({ path }, entry)).toBe(true);
  });

  it('where nothing is allowed', () => {
    expect(isDisallowed({ path: 'a' })).toBe(true);
  });
});

describe('an allowed path must stay a plain file', () => {
  it.each([
    ['an oddity', { oddity: 'hard_link' }],
    ['another type', { change: 'type', kind: 'file' }],
    ['another mode', { change: 'mode' }],
    ['a FIFO', { change: 'added', kind: 'fifo', oddity: 'fifo' }],
    ['a kind nobody thought of', { change: 'added', kind: 'door' }],
    ['a link that leads elsewhere now', { change: 'modified', kind: 'link', target: 'b' }],
  ] as const)('%s is refused', (_title, change) => {
    expect(isDisallowed({ path: 'src/a', ...change }, 'src/**')).toBe(true);
  });

  it('a deleted file and a deleted link are plain enough', () => {
    expect(isDisallowed({ path: 'src/a', change: 'deleted' }, 'src/**')).toBe(false);
    expect(isDisallowed({ path: 'src/a', change: 'deleted', kind: 'link' }, 'src/**')).toBe(false);
  });

  it.each(['b.js', './b.js', 'sub/b.js', '../lib/b.js', './/../lib/./b.js', '..', '../../top.js', '...'])(
    'a new link to %s stays inside',
    target => {
      expect(isDisallowed({ path: 'src/a/link', change: 'added', kind: 'link', target }, 'src/**')).toBe(false);
    },
  );

  it.each([
    '/etc/passwd',
    '../../../etc',
    '../../..',
    '..//.././../x',
    'sub/../../../../x',
    'sub/../b.js',
    '...//../b',
    '../../.git/config',
    '',
    null,
  ])('a new link to %s does not', target => {
    expect(isDisallowed({ path: 'src/a/link', change: 'added', kind: 'link', target }, 'src/**')).toBe(true);
  });
});

it('names only what is not allowed, in order', () => {
  const files = ['b', 'a', 'src/x'].map(path => aChange({ path }));
  expect(disallowed(files, ['src/**']).map(file => file.path)).toEqual(['b', 'a']);
});
