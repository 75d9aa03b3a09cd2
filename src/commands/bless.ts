import { isAbsolute, join } from 'node:path';
import { bless as blessFiles, type Blessed, type Judged, wasInterrupted } from '../authoring/bless-files.ts';
import { selectScenarios } from '../authoring/select.ts';
import { createEngine, type Engine } from '../engine.ts';
import { UserError } from '../errors.ts';
import { exitCodes } from '../model/exit.ts';
import { showPath } from '../model/json.ts';
import type { Ports } from '../ports.ts';
import { count } from '../report/headline.ts';
import { newMemory } from '../scenario/memory.ts';
import { gapOf, missingNeeds, needsEnv } from '../scenario/needs.ts';
import { idOf } from '../scenario/resolved.ts';
import type { Scenario } from '../scenario/scenario.ts';
import { prove } from '../vitest/prove.ts';
import { git } from '../workspace/git.ts';
import type { Command, Io } from './command.ts';
import { scenarioRoot } from './explain-scenario.ts';
import { onDisk } from './on-disk.ts';
import { unwatched, watch } from './progress.ts';

export const bless: Command<{ really?: true; dryRun?: true }> = {
  name: 'bless',
  summary: 'Run a scenario, and have the literals that it expects follow what was seen.',
  about:
    'Only values, lists of values and digests are changed, in the file as it stands: comments, layout, quotes and matchers stay. What says how a run ends (status, blocker, blockers, exit, outcome, lifecycle), what must never happen, invariants, defaults and `each` are left red, unless --really. Read the diff: what is blessed is what will be expected.',
  arguments: [{ name: '<what>', help: 'A scenario file, `FILE#title`, `FILE:line`, or the title of a scenario.' }],
  options: [
    { flags: '--really', help: 'Also change how the run is expected to end, defaults, `each` and invariants.' },
    { flags: '--dry-run', help: 'Show what would be changed, and write nothing.' },
  ],
  exits: {
    0: 'Every scenario is green now, or would be with --dry-run.',
    1: 'Something is left red, or was not run; stdout says what and why.',
  },
  examples: [
    { line: 'proofgate bless scenarios/first-pass.yaml --dry-run', shows: 'what would be changed, as a diff' },
    { line: "proofgate bless 'scenarios/failures/node.yaml#no-diff'", shows: 'one row, its changes written to the file' },
  ],

  async run({ args: [word = ''], options }, io) {
    refuseInCi(io.ports.host.env);
    const root = scenarioRoot(io.project);
    const selection = await selectScenarios(word, { root, cwd: io.cwd }, io.ports, newMemory());
    refuseOutside(selection[0].file);
    using watcher = io.live ? watch(io) : unwatched;
    const engine = await createEngine(root.project, io.ports, watcher.progress);
    const nonce = io.ports.host.env['PROOFGATE_NONCE'] || io.ports.randomHex(16);
    const judged: Judged[] = [];
    const notRun: string[] = [];
    for (const scenario of selection) {
      const result = await runOne(scenario, { engine, nonce }, io);
      if (typeof result === 'string') notRun.push(`${idOf(scenario)}: ${result}`);
      else judged.push(result);
    }
    watcher[Symbol.dispose]();
    const blessed = await blessFiles(judged, options.really === true, root, io.ports);
    const diff = await diffOf(blessed, io.ports);
    if (!options.dryRun) await writeAll(blessed, root.project, io);
    io.print(inWords(blessed, { diff, notRun, ran: judged.length, dry: options.dryRun === true }));
    return blessed.left.length + notRun.length === 0 ? exitCodes.pass : exitCodes.fail;
  },
};

/** What a machine saw without anybody looking is no reason to expect it. */
function refuseInCi({ CI = '' }: Readonly<Record<string, string | undefined>>): void {
  if (['', '0', 'false'].includes(CI)) return;
  throw new UserError({
    at: `CI=${CI}`,
    message: 'bless is for people: nothing is blessed here',
    hint: 'run it where somebody reads the diff, and commit that',
  });
}

/** Elsewhere other defaults and invariants hold, and somebody else reads the diff. */
function refuseOutside(file: string): void {
  if (!file.startsWith('../') && !isAbsolute(file)) return;
  throw new UserError({ at: file, message: 'stands outside the project: nothing is blessed there', hint: 'run bless in its own project' });
}

/** @returns why its evidence cannot be blessed, where it cannot */
async function runOne(
  scenario: Scenario,
  { engine, nonce }: { engine: Engine; nonce: string },
  { ports, project, signal }: Io,
): Promise<Judged | string> {
  const { spec } = scenario;
  const world = await needsEnv(ports.host.env, project.root, ports.files);
  const missing = await missingNeeds(spec.needs ?? [], ports.exec, world);
  const gap = gapOf({ skip: spec.skip, todo: spec.todo, missing }, ports.host.env);
  if (gap) return `not run: ${gap.reason}`;
  const suite = { ...scenarioRoot(project), out: join(project.root, 'reports', 'runs'), nonce };
  const { evidence, ofRun } = await prove(scenario, { suite, engine, ports, signal });
  if (wasInterrupted({ evidence, ofRun }, spec.do === 'cli' || spec.do === 'gate'))
    return 'the run was interrupted: its evidence says nothing';
  return { scenario, evidence, ofRun };
}

/** Old or new, never half; and not over what somebody else wrote in the meantime. */
async function writeAll({ texts }: Blessed, project: string, { ports: { files } }: Io): Promise<void> {
  for (const [file, { before }] of texts) {
    if ((await files.readText(join(project, file))) === before) continue;
    throw new UserError({ at: file, message: 'was changed while the scenario was run: nothing was written', hint: 'run bless again' });
  }
  for (const [file, { after }] of texts) {
    const path = join(project, file);
    await onDisk(file, async () => {
      const mode = (await files.stat(path))?.mode;
      await files.replace(path, after);
      if (mode !== undefined) await files.chmod(path, mode);
    });
  }
}

/** A unified diff of every file that changes. */
async function diffOf({ texts }: Blessed, ports: Ports): Promise<string> {
  if (texts.size === 0) return '';
  await using scratch = await ports.files.scratch('proofgate-bless');
  for (const [file, { before, after }] of texts) {
    await ports.files.write(join(scratch.path, 'a', file), before);
    await ports.files.write(join(scratch.path, 'b', file), after);
  }
  const args = ['diff', '--no-index', '--no-color', '--no-ext-diff', '--no-textconv', '--no-renames', '--no-prefix', 'a', 'b'];
  return (await git(args, { cwd: scratch.path, okCodes: [0, 1] }, ports)).stdout.trimEnd();
}

interface Told {
  diff: string;
  notRun: readonly string[];
  ran: number;
  dry: boolean;
}

function inWords({ texts, changes, left }: Blessed, { diff, notRun, ran, dry }: Told): string {
  const names = [...texts.keys()].join(', ');
  const changed =
    changes.length === 0 ? 'nothing to change' : `${dry ? 'would change' : 'changed'} ${count(changes.length, 'value')} in ${names}`;
  return [
    ...(diff ? [diff] : []),
    `${count(ran, 'scenario')} run: ${changed}`,
    // what stands in one place for several scenarios is said once
    ...new Set(left.map(showLeft)),
    ...notRun.map(text => `left ${text}`),
  ].join('\n');
}

function showLeft({ mismatch, why, scenario }: Blessed['left'][number]): string {
  const { yaml, path } = scenario.origin(mismatch.path);
  const { line, col } = yaml.place(path);
  return `left red ${yaml.file}:${line}:${col}: ${showPath(mismatch.path)}: ${mismatch.message}\n  ${why}`;
}
