import { join, relative } from 'node:path';
import { UserError } from '../errors.ts';
import type { Ports } from '../ports.ts';
import { lastSuite, readSuite } from '../suite/read.ts';
import { suitesBeside } from '../suite/record.ts';
import { leaveOutCommand, tryScenarios } from './assertions.ts';
import type { BundleMutant } from './bundle-mutant.ts';
import { tryBundle } from './bundles.ts';
import { families } from './families.ts';
import type { Judge } from './judging.ts';
import { limits } from './limits.ts';
import { makeRandom, type Random } from './random.ts';
import { chooseSpecimens, type Verify } from './specimen.ts';
import { type Stock, takeStock } from './suite.ts';
import { makeTable, renderSurvivors, renderTable, type KillTable } from './table.ts';

export interface Options {
  /** Scenarios that are tried, and mutants of each kind of each bundle; undefined: all. */
  sample: number | undefined;
  seed: number;
  /** Absolute folder of a suite; undefined: the last one. */
  suite: string | undefined;
  /** Every byte of every file instead of some. */
  everyByte: boolean;
  /** Id of the one mutant that is tried, out of all. */
  only: string | undefined;
}

/** What is on trial. */
export interface OnTrial {
  judge: Judge;
  verify: Verify;
}

export interface Output {
  print(text: string): void;
  /** How far it is; shown where somebody looks on. */
  progress(text: string): void;
}

/** One trial while it goes on. */
interface Trial extends OnTrial {
  project: string;
  options: Options;
  stock: Stock;
  random: Random;
  /** Why it cannot end well, beside survivors. */
  failures: string[];
  output: Output;
  ports: Ports;
  isChosen(id: string): boolean;
}

/** Bytes of each file that are flipped where neither all are wanted nor a sample: with the first and the last. */
const BYTES = 32;
/** Green scenarios whose bundle is gone, as a share of those that had one, above which too little is shown. */
const MOST_MISSING = 0.1;

/**
 * Tries whether a lie would be noticed: part 1 in what scenarios expect, part 2 in what bundles hold. Nothing is run again:
 * both work on what a suite left.
 *
 * @param project absolute root
 * @returns 0 where every mutant was noticed and there was something to try, else 1
 * @throws {UserError} where there is no suite to read, or a scenario file does not load any more
 */
export async function runHonesty(project: string, options: Options, onTrial: OnTrial, output: Output, ports: Ports): Promise<0 | 1> {
  const suite = await readSuite(await suiteFolder(project, options.suite, ports), ports);
  const stock = await takeStock(suite.results, project, ports);
  const trial: Trial = {
    ...onTrial,
    project,
    options,
    stock,
    random: makeRandom(options.seed),
    failures: [],
    output,
    ports,
    isChosen: id => options.only === undefined || id === options.only,
  };
  reportStock(suite.plan.scenarios.length - suite.results.length, relative(project, suite.dir), trial);
  const tables = [await tryAllScenarios(trial), await tryAllBundles(trial)];

  const mutants = tables.reduce((sum, table) => sum + table.total(), 0);
  const survivors = tables.reduce((sum, table) => sum + table.survivors.length, 0);
  if (options.only !== undefined && mutants === 0) trial.failures.push(`no mutant has the id ${options.only} in this suite`);
  const again = `npm run honesty -- --suite ${relative(project, suite.dir)}`;
  for (const table of tables) if (table.survivors.length > 0) output.print(`\n${renderSurvivors(table, again)}`);
  const end = `${mutants} mutants, ${mutants - survivors} killed, ${survivors} survived (seed ${options.seed})`;
  output.print(['', ...trial.failures.map(failure => `failure: ${failure}`), end].join('\n'));
  return survivors === 0 && trial.failures.length === 0 ? 0 : 1;
}

async function suiteFolder(project: string, named: string | undefined, ports: Ports): Promise<string> {
  const suites = suitesBeside(join(project, 'reports', 'runs'));
  const dir = named ?? (await lastSuite(suites, ports));
  if (dir !== undefined) return dir;
  const hint = 'run npx vitest run first, or name a folder with --suite';
  throw new UserError({ at: relative(project, suites), message: 'no suite has left a record', hint });
}

function reportStock(withoutResult: number, name: string, { stock, output, failures }: Trial): void {
  const { green, missing, commands, others } = stock;
  const counts = [
    `${green.length} green scenarios with a bundle`,
    `${missing.length} whose bundle is gone`,
    `${commands.length} of a command line`,
  ];
  output.print(`suite ${name}: ${counts.join(', ')}, ${others} not green, ${withoutResult} without a result`);
  if (missing.length > 0) output.print(missing.map(id => `no bundle: ${id}`).join('\n'));
  if (missing.length > MOST_MISSING * (missing.length + green.length)) {
    failures.push(`the bundles of ${missing.length} of ${missing.length + green.length} green scenarios are gone: run the suite again`);
  }
}

/** Whether everything is enumerated: a single mutant is looked for among all of them. */
const isWhole = ({ sample, only }: Options): boolean => sample === undefined || only !== undefined;

/** Part 1. */
async function tryAllScenarios({ project, options, stock, random, failures, output, ports, ...rest }: Trial): Promise<KillTable> {
  const table = makeTable();
  const drawn = isWhole(options) ? stock.green : random.some(stock.green, options.sample!);
  const green = drawn.toSorted((a, b) => (a.id < b.id ? -1 : 1));
  const onScenario = (done: number) => output.progress(`assertions: ${done} of ${green.length} scenarios, ${table.total()} mutants`);
  const place = { project, scenarios: join(project, 'scenarios') };
  const { scenarios, problems, reduction } = await tryScenarios(green, { place, onScenario, ...rest }, table, ports);
  if (isWhole(options)) for (const _id of stock.commands) leaveOutCommand(table);
  output.print(`\n${renderTable('assertions', table)}`);
  const reduced = reduction.refused + reduction.enough;
  output.print(
    `of ${reduced} scenarios with one key left or none, ${reduction.refused} were refused at load; ${reduction.enough} load and say enough alone`,
  );
  failures.push(...problems);
  if (options.only === undefined && scenarios === 0) failures.push('no assertion was tried: the suite has no green scenario with a bundle');
  return table;
}

/** Part 2. */
async function tryAllBundles({ options, stock, random, failures, output, ports, verify, isChosen }: Trial): Promise<KillTable> {
  const table = makeTable();
  const { specimens, absent } = await chooseSpecimens(stock.green, verify, ports);
  const everyByte = options.everyByte || options.only !== undefined;
  const extent = { bytes: everyByte ? ('all' as const) : (options.sample ?? BYTES), random };
  const pick = (mutants: Iterable<BundleMutant>) => (isWhole(options) ? mutants : someOfEach(mutants, options.sample!, random));
  for (const specimen of specimens) {
    const onMutant = () => output.progress(`evidence: "${specimen.name}", ${table.total()} mutants`);
    await tryBundle(specimen, families, { verify, extent, pick, isChosen, onMutant }, table, ports);
  }
  output.print(`\n${renderTable('evidence', table)}`);
  output.print(specimens.map(({ name, dir, files }) => `bundle "${name}": ${dir}, ${files.size} files`).join('\n'));
  if (absent.length > 0) output.print(`the suite has no sound bundle of the kind: ${absent.join('; ')}`);
  if (options.only === undefined && table.total() === 0)
    failures.push('no bundle was tried: the suite has no green scenario with a sound bundle');
  // only a whole run over every kind of bundle shows that the list of what cannot be found is no longer than it must be
  if (options.only === undefined && options.sample === undefined && absent.length === 0) {
    const found = Object.entries(limits).filter(([name]) => !table.limits.has(`documented: ${name}`));
    failures.push(...found.map(([, words]) => `documented as not to be found, and always found: ${words}`));
  }
  return table;
}

/** Of every kind as many as are wanted, drawn over all of it; controls are always tried. */
function someOfEach(mutants: Iterable<BundleMutant>, count: number, random: Random): BundleMutant[] {
  const all = [...mutants];
  const drawn = new Set([...Map.groupBy(all, ({ kind }) => kind).values()].flatMap(same => random.some(same, count)));
  return all.filter(mutant => mutant.isSound || drawn.has(mutant));
}
