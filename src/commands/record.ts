import { basename, dirname, join, relative, resolve } from 'node:path';
import { type Recording, recordingOf } from '../authoring/record.ts';
import { readRecorded } from '../authoring/recorded.ts';
import { createEngine } from '../engine.ts';
import { UserError } from '../errors.ts';
import { judgeScenario } from '../scenario/judging.ts';
import { exitCodes } from '../model/exit.ts';
import { showPath } from '../model/json.ts';
import type { Ports } from '../ports.ts';
import { oneLine } from '../report/escape.ts';
import { gapOf, missingNeeds } from '../scenario/needs.ts';
import { verifyBundle } from '../verify/verify.ts';
import { prove } from '../vitest/prove.ts';
import type { Command, Io } from './command.ts';
import { scenarioRoot } from './explain-scenario.ts';
import { onDisk } from './on-disk.ts';
import { unwatched, watch } from './progress.ts';
import { shellWord } from './shell-word.ts';

export const record: Command<{ out?: string; untried?: true }> = {
  name: 'record',
  summary: 'Make a scenario of a run that took place.',
  about:
    'The bundle is verified first. What the run was becomes run keys, how it ended becomes expectations; times, identities, digests and paths become matchers or are left out. The scenario is run once before it is written: it is written where it is green.',
  arguments: [{ name: '<bundle>', help: 'The folder of a bundle.' }],
  options: [
    { flags: '--out <file>', help: 'File below scenarios/ that is written.', default: 'scenarios/recorded/NAME.yaml' },
    { flags: '--untried', help: 'Write it without running it.' },
  ],
  exits: {
    0: 'Written.',
    1: 'Not written: it is not green here; stdout says what differs.',
    [exitCodes.invalid]: 'The bundle contradicts itself, or was never sealed: nothing is made of it.',
  },
  examples: [
    { line: 'proofgate record reports/runs/NAME', shows: 'scenarios/recorded/NAME.yaml, a proof that the run ends like this again' },
    { line: 'proofgate record DIR --out scenarios/incidents/lost-newline.yaml', shows: 'the same under a name of your own' },
  ],

  async run({ args: [dir = ''], options }, io) {
    const { ports, project, cwd } = io;
    const root = scenarioRoot(project);
    const bundle = resolve(cwd, dir);
    const { verdict, problems } = await verifyBundle(bundle, ports);
    if (verdict !== 'consistent') {
      io.note(
        [
          `${dir}: is not consistent: nothing is made of it`,
          ...problems.map(one => `  ${oneLine(one.artifact)}: ${oneLine(one.problem)}`),
        ].join('\n'),
      );
      return exitCodes.invalid;
    }
    const file = options.out === undefined ? join(root.scenarios, 'recorded', `${nameOf(bundle)}.yaml`) : resolve(cwd, options.out);
    mustBeAScenario(file, root.scenarios, cwd);
    const recording = await recordingOf(await readRecorded(bundle, ports), file, root, ports);
    await mustBeFree(recording, io);
    const differing = options.untried ? [] : await tryIt(recording, io);
    if (differing.length > 0) {
      io.print(['not written: run again it is not green', ...differing, '--untried writes it as it is'].join('\n'));
      return exitCodes.fail;
    }
    for (const [path, text] of recording.texts) await onDisk(relative(cwd, path), () => writeNew(path, text, ports));
    const path = relative(cwd, file);
    io.print(
      [
        ...[...recording.texts.keys()].map(one => relative(cwd, one)),
        ...recording.notes.map(note => `  note: ${oneLine(note)}`),
        options.untried ? 'Not tried.' : 'Tried: green.',
        `Run it: npx vitest run ${shellWord(path)}`,
      ].join('\n'),
    );
    return exitCodes.pass;
  },
};

/** The name of a bundle as a file of scenarios may have it. */
const nameOf = (bundle: string): string =>
  basename(bundle)
    .toLowerCase()
    .replaceAll(/[^a-z0-9-]+/g, '-')
    .replaceAll(/^-+|-+$/g, '') || 'run';

function mustBeAScenario(file: string, scenarios: string, cwd: string): void {
  const at = relative(cwd, file);
  const isRun = /\.ya?ml$/.test(file) && !/^[_.]/.test(basename(file)) && !relative(scenarios, file).startsWith('..');
  if (isRun) return;
  throw new UserError({ at, message: 'would not be run by any test', hint: 'name a .yaml file below scenarios/, not beginning with _' });
}

async function mustBeFree({ texts }: Recording, { ports, cwd }: Io): Promise<void> {
  for (const path of texts.keys()) {
    if (await ports.files.stat(path))
      throw new UserError({ at: relative(cwd, path), message: 'is there already', hint: 'name another file with --out' });
  }
}

/** Runs the scenario once, its evidence thrown away. @returns what is not as it expects */
async function tryIt({ scenario, files }: Recording, io: Io): Promise<string[]> {
  const ports: Ports = { ...io.ports, files };
  const missing = await missingNeeds(scenario.spec.needs ?? [], ports.exec, ports.host.env);
  const gap = gapOf({ missing }, ports.host.env);
  if (gap) return [`  it cannot be tried here: ${gap.reason}`];
  using watcher = io.live ? watch(io) : unwatched;
  const root = scenarioRoot(io.project);
  await using scratch = await ports.files.scratch('proofgate-record');
  const suite = { ...root, out: scratch.path, nonce: ports.randomHex(16) };
  const engine = await createEngine(root.project, io.ports, watcher.progress);
  const { evidence } = await prove(scenario, { suite, engine, ports, signal: io.signal });
  return (await judgeScenario(scenario.spec, evidence)).map(({ path, message }) => `  ${showPath(path)}: ${message}`);
}

async function writeNew(path: string, text: string, { files }: Ports): Promise<void> {
  await files.makeDir(dirname(path));
  await files.replace(path, text);
}
