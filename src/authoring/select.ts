import { basename, join, relative, resolve } from 'node:path';
import { UserError } from '../errors.ts';
import type { Files, Ports } from '../ports.ts';
import { DEFAULTS } from '../scenario/defaults.ts';
import { scenarioFiles } from '../scenario/discover.ts';
import { loadScenarios, type ScenarioRoot } from '../scenario/load.ts';
import type { Memory } from '../scenario/memory.ts';
import { idOf } from '../scenario/resolved.ts';
import { type Scenario, titleOf } from '../scenario/scenario.ts';
import { didYouMean } from '../suggest.ts';

/** Where a word of the command line is read. */
export interface Where {
  root: ScenarioRoot;
  /** Relative paths start here. */
  cwd: string;
  /** What else the word could have been meant as, for a suggestion. */
  others?: { kind: string; names: readonly string[] };
}

/** The scenarios of one file, in the order of the file; never none. */
export type Selection = readonly [Scenario, ...Scenario[]];

/**
 * The scenarios that a word names: `FILE` (all of it), `FILE#title`, `FILE:line`, or a title that only one scenario has.
 * @throws {UserError} with every problem of the file, the candidates where several are meant, or what was probably meant.
 */
export async function selectScenarios(word: string, where: Where, ports: Pick<Ports, 'files'>, memory: Memory): Promise<Selection> {
  const reference = await readReference(word, where, ports.files);
  if (!reference) return byTitle(word, where, ports, memory);

  const { file, part } = reference;
  const loaded = await loadScenarios(file, where.root, ports, memory);
  if (part === undefined) return loaded as [Scenario, ...Scenario[]];
  return [typeof part === 'number' ? await atLine(loaded, part, word, ports.files) : titled(loaded, part, word)];
}

/** Whether a word can only be meant as a file, be it there or not. */
const looksLikeFile = (word: string): boolean => /\.ya?ml($|[#:])/.test(word);

interface Reference {
  /** Absolute. */
  file: string;
  /** A line, from 1; or a title. */
  part: number | string | undefined;
}

async function readReference(word: string, { root, cwd }: Where, files: Files): Promise<Reference | undefined> {
  const [, path = word, title, line] = /^(.+?\.ya?ml)(?:#(.+)|:(\d+)(?::\d+)?)?$/s.exec(word) ?? [];
  const part = line === undefined ? title : Number(line);
  for (const file of [resolve(cwd, path), resolve(root.project, path)]) {
    const stat = await files.stat(file);
    if (!stat) continue;
    if (stat.kind === 'dir') throw new UserError({ at: path, message: 'is a folder', hint: 'name a file of it, or a title' });
    if (basename(file) === DEFAULTS) {
      throw new UserError({ at: path, message: 'is no scenario: its keys go into every scenario below', hint: 'name a file below it' });
    }
    return { file, part };
  }
  if (!looksLikeFile(word)) return undefined;
  const known = (await scenarioFiles(root.scenarios, files)).map(file => relative(root.project, file));
  throw new UserError({
    at: path,
    message: 'there is no such file',
    hint: `${didYouMean(path, known)}proofgate list scenarios names them all.`,
  });
}

/** The scenario whose lines have this one: a row begins at its own line and ends where the next begins. */
async function atLine(loaded: readonly Scenario[], line: number, word: string, files: Files): Promise<Scenario> {
  const [first] = loaded;
  const path = first && join(first.dir, basename(first.file));
  const last = path === undefined ? 0 : (await files.readText(path)).split('\n').length;
  const found = first?.matrix === null ? first : loaded.findLast(one => startOf(one) <= line);
  if (found && line >= 1 && line <= last) return found;
  throw new UserError({
    at: word,
    message: line > last ? `the file has ${last} lines` : 'no scenario stands at that line',
    frame: framed(loaded.map(one => `${one.file}:${startOf(one)}  ${titleOf(one)}`)),
    hint: 'name one of these lines',
  });
}

const startOf = (scenario: Scenario): number => {
  const { yaml, path } = scenario.origin([]);
  return yaml.place(path, 'key').line;
};

/** By its whole title, else by the name of the row. */
function titled(loaded: readonly Scenario[], title: string, word: string): Scenario {
  const found = loaded.find(one => titleOf(one) === title) ?? loaded.find(one => one.name === title);
  if (found) return found;
  const titles = loaded.flatMap(one => [titleOf(one), one.name]);
  throw new UserError({
    at: word,
    message: 'no scenario of the file has this title',
    frame: framed(loaded.map(titleOf)),
    hint: `${didYouMean(title, titles)}Titles are listed above.`,
  });
}

async function byTitle(title: string, { root, others }: Where, ports: Pick<Ports, 'files'>, memory: Memory): Promise<Selection> {
  const { scenarios, broken } = await everyScenario(root, ports, memory);
  const whole = scenarios.filter(one => titleOf(one) === title);
  const found = whole.length > 0 ? whole : scenarios.filter(one => one.name === title);
  const [first, second] = found;
  if (first && !second) return [first];
  if (first) {
    throw new UserError({
      at: title,
      message: `${found.length} scenarios have this title`,
      frame: framed(found.map(idOf)),
      hint: 'say which of these',
    });
  }
  const unread = broken > 0 ? ` ${broken === 1 ? 'A file does' : `${broken} files do`} not load: proofgate lint says why.` : '';
  throw new UserError({
    at: title,
    message: others ? `is neither ${others.kind} nor the title of a scenario` : 'no scenario has this title',
    hint: `${didYouMean(title, [...(others?.names ?? []), ...titlesOf(scenarios)])}proofgate list scenarios names them all.${unread}`,
  });
}

/** What scenarios can be called by. */
const titlesOf = (scenarios: readonly Scenario[]): string[] => [...new Set(scenarios.flatMap(one => [titleOf(one), one.name, idOf(one)]))];

/** Every scenario of the project that loads, and how many files do not. */
async function everyScenario(
  root: ScenarioRoot,
  ports: Pick<Ports, 'files'>,
  memory: Memory,
): Promise<{ scenarios: Scenario[]; broken: number }> {
  const scenarios: Scenario[] = [];
  let broken = 0;
  for (const file of (await scenarioFiles(root.scenarios, ports.files)).filter(path => !basename(path).startsWith('_'))) {
    try {
      scenarios.push(...(await loadScenarios(file, root, ports, memory)));
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      broken += 1;
    }
  }
  return { scenarios, broken };
}

const framed = (lines: readonly string[]): string => lines.map(line => `  ${line}`).join('\n');
