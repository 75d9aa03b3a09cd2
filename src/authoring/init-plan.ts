import { dirname, join } from 'node:path';
import type { Files } from '../ports.ts';
import { withScript } from './json-edit.ts';
import { config, FIRST, firstFailure, firstPass, TASK } from './init-texts.ts';
import { modeline } from './modeline.ts';
import { taskFiles } from './task-template.ts';

/** What setting up comes to in one folder. */
export interface InitPlan {
  /** Relative path to text: files that are made or added to. */
  writes: Map<string, string>;
  /** What is there already, a sentence each. */
  kept: string[];
  /** What somebody has to do by hand: why, and the lines to add. */
  left: { why: string; lines: string[] }[];
}

const SCRIPT = { name: 'proofgate', line: 'vitest run scenarios' } as const;

/** Works out what a folder lacks. Nothing that is there is ever replaced. */
export async function planInit(dir: string, files: Files): Promise<InitPlan> {
  const plan: InitPlan = { writes: new Map(), kept: [], left: [] };
  await planConfig(dir, files, plan);
  await planExamples(dir, files, plan);
  await planIgnored(dir, files, plan);
  await planScript(dir, files, plan);
  return plan;
}

const configNames = ['vitest', 'vite'].flatMap(name => ['ts', 'mts', 'cts', 'js', 'mjs', 'cjs'].map(end => `${name}.config.${end}`));

async function planConfig(dir: string, files: Files, plan: InitPlan): Promise<void> {
  const there = await present(configNames, dir, files);
  const [first] = there;
  if (first === undefined) {
    const isTypeScript = (await files.stat(join(dir, 'tsconfig.json'))) !== undefined;
    plan.writes.set(isTypeScript ? 'vitest.config.ts' : 'vitest.config.mjs', config);
    return;
  }
  for (const name of there) {
    if (!usesPlugin(await files.readText(join(dir, name)))) continue;
    plan.kept.push(`${name} has the plugin`);
    return;
  }
  plan.left.push({
    why: `${first} is there already, and is yours: add these two lines to it`,
    lines: [`import { scenarios } from 'proofgate/vitest';`, `  plugins: [scenarios()],`],
  });
}

/** Whether the plugin is imported and called; what is said of it in a comment does not count. */
function usesPlugin(text: string): boolean {
  const code = text.replaceAll(/\/\*[\s\S]*?\*\//g, '').replaceAll(/(^|\s)\/\/.*$/gm, '');
  return /['"]proofgate\/vitest['"]/.test(code) && /\bscenarios\s*\(/.test(code.replaceAll(/^\s*import\b.*$/gm, ''));
}

async function planExamples(dir: string, files: Files, plan: InitPlan): Promise<void> {
  const own = (await yamlBelow(join(dir, 'scenarios'), files)).map(path => `scenarios/${path}`);
  const others = own.filter(path => path !== FIRST.pass && path !== FIRST.fail);
  if (others.length > 0) {
    plan.kept.push(`scenarios/ has ${others.length} ${others.length === 1 ? 'file' : 'files'} of yours: no examples are needed`);
    return;
  }
  const texts = {
    ...Object.fromEntries(
      Object.entries(taskFiles(TASK, 'node', await modeline(join(dir, 'fixtures', TASK, 'task.yaml'), 'task', dir, files))).map(
        ([path, text]) => [`fixtures/${TASK}/${path}`, text],
      ),
    ),
    [FIRST.pass]: `${await modeline(join(dir, FIRST.pass), 'scenario', dir, files)}\n${firstPass}`,
    [FIRST.fail]: `${await modeline(join(dir, FIRST.fail), 'scenario', dir, files)}\n${firstFailure}`,
  };
  const there = await present(Object.keys(texts), dir, files);
  for (const [path, text] of Object.entries(texts)) if (!there.includes(path)) plan.writes.set(path, text);
  if (there.length > 0)
    plan.kept.push(`${there.length} of the ${Object.keys(texts).length} files of the first task and its scenarios are there`);
}

/** What runs leave behind is evidence, and no source. */
const ignored = ['/reports/runs/', '/reports/suites/'];

async function planIgnored(dir: string, files: Files, plan: InitPlan): Promise<void> {
  const path = join(dir, '.gitignore');
  const kind = (await files.stat(path))?.kind;
  if (kind !== undefined && kind !== 'file') {
    plan.left.push({ why: `.gitignore is a ${kind}: add these lines where it leads`, lines: [...ignored] });
    return;
  }
  const text = kind === undefined ? '' : await files.readText(path);
  const lines = text.split(/\r?\n/).map(line => line.trim());
  const covers = (line: string) => ['reports', 'reports/', '/reports', '/reports/', '/reports/*', 'reports/*'].includes(line);
  const missing = lines.some(covers) ? [] : ignored.filter(line => !lines.includes(line));
  if (missing.length === 0) {
    plan.kept.push('.gitignore has reports/');
    return;
  }
  const newline = text.includes('\r\n') ? '\r\n' : '\n';
  const before = text === '' || text.endsWith('\n') ? text : `${text}${newline}`;
  plan.writes.set('.gitignore', before + missing.map(line => `${line}${newline}`).join(''));
}

async function planScript(dir: string, files: Files, plan: InitPlan): Promise<void> {
  const path = join(dir, 'package.json');
  if ((await files.stat(path))?.kind !== 'file') return;
  const text = await files.readText(path);
  if (scriptIn(text) !== undefined) {
    plan.kept.push(`package.json has a script ${SCRIPT.name}`);
    return;
  }
  const edited = withScript(text, SCRIPT.name, SCRIPT.line);
  if (edited !== undefined) plan.writes.set('package.json', edited);
  else
    plan.left.push({
      why: 'package.json could not be changed without a risk: add this to its scripts',
      lines: [`"${SCRIPT.name}": "${SCRIPT.line}"`],
    });
}

function scriptIn(text: string): unknown {
  try {
    return (JSON.parse(text) as { scripts?: Record<string, unknown> } | null)?.scripts?.[SCRIPT.name];
  } catch {
    return undefined;
  }
}

/** Which of these the folder has. */
async function present(names: readonly string[], dir: string, files: Files): Promise<string[]> {
  const found = await Promise.all(names.map(name => files.stat(join(dir, name))));
  return names.filter((_, i) => found[i] !== undefined);
}

async function yamlBelow(dir: string, files: Files): Promise<string[]> {
  if ((await files.stat(dir))?.kind !== 'dir') return [];
  return (await files.walk(dir)).filter(({ path, kind }) => kind === 'file' && /\.ya?ml$/.test(path)).map(({ path }) => path);
}

/** Packages that the tests will need and that are not installed for the folder: looked for in every node_modules upwards. */
export async function missingPackages(dir: string, files: Files): Promise<string[]> {
  const names = ['proofgate', 'vitest'];
  const found = await Promise.all(names.map(name => isInstalled(name, dir, files)));
  return names.filter((_, i) => !found[i]);
}

async function isInstalled(name: string, dir: string, files: Files): Promise<boolean> {
  for (let at = dir; ; at = dirname(at)) {
    if ((await files.stat(join(at, 'node_modules', name, 'package.json'))) !== undefined) return true;
    if (at === dirname(at)) return false;
  }
}
