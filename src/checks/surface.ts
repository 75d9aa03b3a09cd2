import { posix } from 'node:path';
import picomatch from 'picomatch';
import type { ChangedFile } from '../model/facts.ts';

/** What decides how tests are found, loaded and judged, at any depth. Frozen unless `allowed_paths` names the very path. */
const surfaceNames = [
  // pytest and what Python reads by itself
  '{conftest,setup,noxfile,sitecustomize,usercustomize}.py',
  '{pytest,.pytest,tox}.{ini,toml}',
  '{setup.cfg,pyproject.toml,*.pth,*.egg-link,pyvenv.cfg}',
  // Node, its package managers and their lock files
  '{package.json,package-lock.json,npm-shrinkwrap.json,yarn.lock,pnpm-lock.yaml,bun.lock,bun.lockb,deno.lock}',
  '{.npmrc,.yarnrc,.yarnrc.yml,.pnp.*,pnpm-workspace.yaml,bunfig.toml,deno.json,deno.jsonc,node.config.json}',
  // test runners and what compiles tests for them
  '{vitest,vite,jest,ava,karma,playwright,cypress,babel,wdio}.{config,workspace,setup,conf}.*',
  '{.mocharc,.babelrc,.swcrc,.taprc,.jestrc}{,.*}',
  '{tsconfig,jsconfig}{,.*}.json',
  '.env{,.local,.test,.test.local}',
  // which interpreter a version manager picks
  '{.python-version,.node-version,.nvmrc,.tool-versions,mise.toml,.mise.toml}',
  // what runs a test command by another name
  '{Makefile,makefile,GNUmakefile,justfile,Justfile,.justfile,Taskfile.yml,Taskfile.yaml,Rakefile,CMakeLists.txt}',
] as const;

/** Folders that are surface with all that is in them. */
const surfaceFolders = ['node_modules', '.git', 'site-packages'] as const;

/** What a task makes of the surface. */
export interface SurfaceRules {
  allowedPaths: readonly string[];
  /** Paths of the canonical tests, relative to the workspace. */
  canonical: readonly string[];
  /** Module names that no new module may take: of the standard library and of the runner. Empty for tasks without Python. */
  reserved: readonly string[];
}

/** Which of the changes touch the test surface. Expects only changes within `allowed_paths`: others are disallowed already. */
export function surfaceChanges(files: readonly ChangedFile[], rules: SurfaceRules): ChangedFile[] {
  const named = new Set(rules.allowedPaths);
  return files.filter(
    file => !named.has(file.path) && (isTestSurface(file.path, rules.canonical) || (file.change === 'added' && shadows(file, rules))),
  );
}

const isSurfaceName = picomatch([...surfaceNames], { dot: true });

/** Whether a path is one that decides how tests run: a canonical test, or a name of the list. */
export function isTestSurface(path: string, canonical: readonly string[]): boolean {
  const parts = path.split('/');
  return (
    parts.some(part => (surfaceFolders as readonly string[]).includes(part)) ||
    isSurfaceName(posix.basename(path)) ||
    canonical.some(test => test === path || test.startsWith(`${path}/`))
  );
}

/** Modules of pytest that Python would rather take from a folder that comes first. */
export const runnerModules = [
  'pytest',
  '_pytest',
  'pluggy',
  'py',
  'iniconfig',
  'packaging',
  'pygments',
  'exceptiongroup',
  'tomli',
  'pytest_identities',
] as const;

/** Whether a new file would be imported instead of a reserved module: directly below a folder that Python searches. A folder counts as a package only. */
function shadows({ path, kind }: ChangedFile, { reserved, canonical }: SurfaceRules): boolean {
  const folders = new Set(['.', 'src', ...canonical.map(test => posix.dirname(test))]);
  return [...folders].some(folder => {
    const below = folder === '.' ? path : path.startsWith(`${folder}/`) ? path.slice(folder.length + 1) : undefined;
    // a link may lead to a folder, and then its own name is that of a package
    const name = below === undefined ? undefined : kind === 'link' && !below.includes('.') ? below : moduleName(below);
    return name !== undefined && reserved.includes(name);
  });
}

/** `json/__init__.py`, `json.py` and `json.cpython-311-x86_64-linux-gnu.so` are all `json`. */
function moduleName(path: string): string | undefined {
  const [first = '', second, ...deeper] = path.split('/');
  const isModule = (name: string) => /\.(py|pyc|pyd|so)$/.test(name);
  if (second === undefined) return isModule(first) ? first.slice(0, first.indexOf('.')) : undefined;
  return deeper.length === 0 && isModule(second) && second.startsWith('__init__.') ? first : undefined;
}
