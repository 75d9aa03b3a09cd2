import { describe, expect, it } from 'vitest';
import type { ChangedFile } from '../model/facts.ts';
import { aChange } from '../testing/samples.ts';
import { isTestSurface, surfaceChanges } from './surface.ts';

const surface = (change: Partial<ChangedFile>, over: Partial<Parameters<typeof surfaceChanges>[1]> = {}) =>
  surfaceChanges([aChange(change)], { allowedPaths: ['**'], canonical: [], reserved: [], ...over }).length === 1;

describe('the test surface', () => {
  it.each([
    'conftest.py',
    'tests/unit/conftest.py',
    'pytest.ini',
    '.pytest.ini',
    'pytest.toml',
    'tox.ini',
    'setup.cfg',
    'setup.py',
    'pyproject.toml',
    'sitecustomize.py',
    'src/usercustomize.py',
    'src/evil.pth',
    'src/.evil.pth',
    'package.json',
    'src/package.json',
    'package-lock.json',
    '.npmrc',
    'node_modules/assert/index.js',
    'src/node_modules/x',
    'node_modules',
    'vitest.config.ts',
    'vite.config.mts',
    'vitest.workspace.ts',
    'jest.config.js',
    'jest.setup.ts',
    'ava.config.cjs',
    '.mocharc',
    '.mocharc.json',
    'babel.config.json',
    '.babelrc',
    'Makefile',
    'GNUmakefile',
    '.git/hooks/pre-commit',
    'src/.git',
    '.env',
    '.env.test',
    'tsconfig.json',
    'tsconfig.build.json',
    '.python-version',
  ])('%s', path => {
    expect(isTestSurface(path, [])).toBe(true);
  });

  it.each([
    'strings.js',
    'src/config.js',
    'src/setup.js',
    'docs/Makefile.md',
    'src/env.js',
    '.env.example',
    'git/x.js',
    'src/tests.js',
    'my-package.json',
    'src/conftest.pyi',
  ])('is not %s', path => {
    expect(isTestSurface(path, [])).toBe(false);
  });

  it('has every canonical test, and what stands where its folder should', () => {
    const canonical = ['test/days.test.js'];
    expect(isTestSurface('test/days.test.js', canonical)).toBe(true);
    expect(isTestSurface('test', canonical)).toBe(true);
    expect(isTestSurface('test/other.test.js', canonical)).toBe(false);
  });
});

describe('a task may allow a path of the surface', () => {
  it('by its very name, and by no glob', () => {
    expect(surface({ path: 'package.json' }, { allowedPaths: ['package.json'] })).toBe(false);
    expect(surface({ path: 'package.json' }, { allowedPaths: ['*.json', '**', 'package*'] })).toBe(true);
  });

  it('also to be deleted', () => {
    expect(surface({ path: 'conftest.py', change: 'deleted' })).toBe(true);
  });
});

describe('a new module may not take the name of a reserved one', () => {
  const rules = { reserved: ['json', 'pytest'], canonical: ['tests/test_a.py'] };

  it.each([
    'json.py',
    'json/__init__.py',
    'json.cpython-311-x86_64-linux-gnu.so',
    'src/json.py',
    'tests/pytest.py',
    'tests/json/__init__.py',
  ])('%s', path => {
    expect(surface({ path, change: 'added' }, rules)).toBe(true);
  });

  it.each(['json.txt', 'json/data.py', 'json/schema/__init__.py', 'strings/json.py', 'src/strings/json.py', 'jsonx.py', 'json'])(
    'but %s takes none',
    path => {
      expect(surface({ path, change: 'added' }, rules)).toBe(false);
    },
  );

  it('also by a link, which may lead to a package', () => {
    expect(surface({ path: 'json', kind: 'link', change: 'added' }, rules)).toBe(true);
    expect(surface({ path: 'strings', kind: 'link', change: 'added' }, rules)).toBe(false);
  });

  it('unless the seed has it already', () => {
    expect(surface({ path: 'json.py', change: 'modified' }, rules)).toBe(false);
  });

  it('unless the task names it', () => {
    expect(surface({ path: 'json.py', change: 'added' }, { ...rules, allowedPaths: ['json.py'] })).toBe(false);
  });
});
