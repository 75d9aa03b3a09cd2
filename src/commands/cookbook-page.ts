import { join } from 'node:path';
import type { Ports } from '../ports.ts';

/** docs/cookbook.md: the scenarios of scenarios/cookbook/, in the order of their names. */

/** Folder of the project that the page is read from. */
const COOKBOOK = 'scenarios/cookbook';

const header = `# Cookbook

<!-- Generated from ${COOKBOOK}/ by \`npm run gen\`. Do not edit. -->

Scenarios for what teams ask first. Each is a file of this repository and green in every run of its suite. A copy is green in any
project that has proofgate, because the task that it runs comes with the package.

To make one yours: copy the file below your \`scenarios/\`, run it (\`npx vitest run scenarios/FILE\`), then put your own
\`task\` and \`backend\` into it. [language.md](language.md) has every key, [matching.md](matching.md) everything that can be expected.
`;

/** A scenario file as the page shows it. */
export interface Recipe {
  /** Relative to the project. */
  path: string;
  /** The comment at the head of the file: its first line says the problem. */
  problem: string;
  /** The lines after it. */
  about: string;
  /** The rest of the file. */
  code: string;
}

/** The page. */
export async function cookbookPage(project: string, ports: Pick<Ports, 'files'>): Promise<string> {
  const dishes = Map.groupBy(await recipesIn(project, ports), ({ path }) => titleOf(path));
  const titles = [...dishes.keys()];
  const list = [...dishes].map(([title, recipes]) => `1. [${mainOf(recipes).problem}](#${anchorOf(title)})`);
  const parts = titles.flatMap(title => sectionOf(title, dishes.get(title)!));
  return `${[header, ...list, '', ...parts].join('\n').trimEnd()}\n`;
}

/** Every file below the folder, sorted; defaults of a folder come before its scenarios. */
export async function recipesIn(project: string, { files }: Pick<Ports, 'files'>): Promise<Recipe[]> {
  const entries = (await files.walk(join(project, COOKBOOK))).filter(({ kind }) => kind === 'file');
  const paths = entries.map(({ path }) => join(COOKBOOK, path)).toSorted();
  return Promise.all(paths.map(async path => recipeOf(path, await files.readText(join(project, path)))));
}

/** Takes a file apart: the comment lines at its head, without the one for editors, and what follows. */
export function recipeOf(path: string, text: string): Recipe {
  const lines = text.trimEnd().split('\n');
  const end = lines.findIndex(line => !line.startsWith('#'));
  const [problem = '', ...about] = lines
    .slice(0, end)
    .map(line => line.replace(/^# ?/, ''))
    .filter(line => !line.startsWith('yaml-language-server:'));
  return { path, problem, about: about.join('\n'), code: lines.slice(end).join('\n') };
}

/** `scenarios/cookbook/01-no-change.yaml`, or a file of the folder `01-no-change` → `1. No change` */
function titleOf(path: string): string {
  const [, number = '', words = ''] = /^(\d+)-([^./]+)/.exec(path.slice(COOKBOOK.length + 1)) ?? [];
  const text = words.replaceAll('-', ' ');
  return `${Number(number)}. ${text.charAt(0).toUpperCase()}${text.slice(1)}`;
}

/** As GitHub makes the anchor of a heading. */
const anchorOf = (title: string): string =>
  title
    .toLowerCase()
    .replaceAll(/[^a-z0-9 -]/g, '')
    .replaceAll(' ', '-');

/** The scenario of a recipe, and not the defaults beside it. */
const mainOf = (recipes: readonly Recipe[]): Recipe => recipes.at(-1)!;

function sectionOf(title: string, recipes: readonly Recipe[]): string[] {
  const { problem, about } = mainOf(recipes);
  return [
    `## ${title}`,
    '',
    `**${problem}**`,
    ...(about ? [about] : []),
    '',
    ...recipes.flatMap(recipe => [`[${recipe.path}](../${recipe.path})`, '', '```yaml', recipe.code, '```', '']),
  ];
}
