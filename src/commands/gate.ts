import { dirname, resolve } from 'node:path';
import { findBackend } from '../backends/index.ts';
import { createEngine } from '../engine.ts';
import { annotationsOf } from '../gate/annotations.ts';
import type { Decided } from '../gate/decide.ts';
import { junitOf } from '../gate/junit.ts';
import { addToLedger } from '../gate/ledger.ts';
import { type GateAnswer, type GateQuestion, runGate } from '../gate/run-gate.ts';
import { showDecision } from '../gate/show.ts';
import type { VerifySaid } from '../gate/rejudge.ts';
import { summaryOf } from '../gate/summary.ts';
import type { Decision } from '../model/decision.ts';
import { exitCodes } from '../model/exit.ts';
import { isMap } from '../model/json.ts';
import { LEDGER, ledgerFiles } from '../model/ledger.ts';
import type { Stage } from '../model/units.ts';
import type { Files, Ports } from '../ports.ts';
import { baseOption } from './challenge.ts';
import { asJson, type Command, type Io, jsonOption } from './command.ts';
import { onDisk } from './on-disk.ts';
import { stageOption } from './stage.ts';
import { verify } from './verify.ts';

interface GateOptions {
  stage?: Stage;
  backend?: string;
  suite?: string;
  base?: string;
  junit?: string;
  summary?: string;
  json?: true;
}

export const gate: Command<GateOptions> = {
  name: 'gate',
  summary: 'Decide whether a backend is promoted to a stage, on evidence that is derived again and never believed.',
  about:
    'Reads the open challenge, the suite that answers it, its bundles and what a runner signed; derives every verdict again, holds every required scenario against it once more, and calibrates the tasks afresh. Writes admissions/ledger/<seq>-<nonce>.decision.json, refusals included, and never over one. On GitHub it annotates the scenarios that keep it closed. docs/gate.md has the reasons.',
  arguments: [],
  options: [
    stageOption('The stage that is asked for, 1 to 6.'),
    { flags: '--engine, --backend <id>', help: 'Which coding agent.', default: 'fake' },
    { flags: '--suite <dir>', help: 'The folder of the suite.', default: 'reports/suites/<nonce of the open challenge>' },
    baseOption,
    { flags: '--junit <file>', help: 'Write the decision as JUnit XML too, one test case a scenario.' },
    { flags: '--summary <file>', help: 'Add the decision as Markdown to this file, as in "$GITHUB_STEP_SUMMARY".' },
    jsonOption,
  ],
  exits: {
    [exitCodes.pass]: 'promoted: the decision waits for the signature of an approver',
    [exitCodes.fail]: 'refused: a required scenario is red',
    [exitCodes.blocked]: 'undecided: a required scenario is missing, was left out or could not run',
    [exitCodes.refused]: 'refused by policy: stale, used before, signed by a stranger, expired, or an earlier stage is not promoted',
    [exitCodes.invalid]: 'invalid: some evidence is not what it says',
  },
  examples: [
    { line: 'proofgate gate --stage 2 --backend fake', shows: 'the decision, and what would open the gate where it stays closed' },
    { line: 'proofgate gate --stage 2 --junit gate.xml --summary "$GITHUB_STEP_SUMMARY"', shows: 'the same for a pipeline' },
    { line: 'proofgate gate --stage 2 --json', shows: '{exit, file, decision}' },
  ],

  async run({ options }, io) {
    const { ports, project, cwd, signal, print, note } = io;
    const { stage = 2, backend = 'fake' } = options;
    findBackend(backend, '--backend');
    const { identity: engine } = await createEngine(project.root, ports);
    const suite = options.suite === undefined ? undefined : resolve(cwd, options.suite);
    const where = { stage, backend, project: project.root, suite, ref: options.base };
    const question = { ...where, engine, verify: (dir: string) => verifySaid(dir, io), calibrations: new Map(), signal };
    const { answer, file } = await decideAndWrite(question, ports);
    await writeViews(answer, options, io);
    const { decision } = answer;
    print(options.json ? asJson({ exit: decision.exit, file, decision }) : gateInWords(answer, file));
    if (ports.host.env['GITHUB_ACTIONS'] === 'true') for (const line of annotationsOf(answer, answer.places)) note(line);
    return decision.exit;
  },
};

/**
 * Asks the gate and writes down what it decided. What was decided before stands: a second decision is told and not written.
 * @returns `file`: the decision, relative to the project; null where none was written
 */
export async function decideAndWrite(question: GateQuestion, ports: Ports): Promise<{ answer: GateAnswer; file: string | null }> {
  const answer = await runGate(question, ports);
  const { challenge, decision } = answer;
  if (challenge.decision !== null) return { answer, file: null };
  const name = ledgerFiles(challenge.entry).decision;
  await addToLedger(question.project, name, decision, ports);
  return { answer, file: `${LEDGER}/${name}` };
}

/** What the command says of it to a person. */
export const gateInWords = (answer: GateAnswer, file: string | null): string =>
  [...showDecision(answer), '', ...whatStands(answer.decision, file)].join('\n');

function whatStands({ exit, candidate: { stage, backend } }: Decision, file: string | null): string[] {
  if (file === null) return ['Nothing was written: what was decided before stands.'];
  if (exit === exitCodes.pass) return [`Wrote ${file}.`];
  return [
    `Wrote ${file}: this challenge is decided, and answered no more.`,
    `Once that is mended: proofgate challenge --stage ${stage} --backend ${backend}`,
  ];
}

async function writeViews(decided: Decided, { junit, summary }: GateOptions, { ports: { files }, cwd }: Io): Promise<void> {
  if (junit !== undefined) await onDisk(junit, () => writeAt(resolve(cwd, junit), junitOf(decided), files));
  if (summary === undefined) return;
  await onDisk(summary, async () => {
    const path = resolve(cwd, summary);
    const before = (await files.stat(path))?.kind === 'file' ? await files.readText(path) : '';
    await writeAt(path, `${before}${before === '' || before.endsWith('\n') ? '' : '\n'}${summaryOf(decided)}`, files);
  });
}

async function writeAt(path: string, text: string, files: Files): Promise<void> {
  await files.makeDir(dirname(path));
  await files.write(path, text);
}

/** The verify command as the command line has it; only what it prints goes elsewhere. */
export async function verifySaid(dir: string, io: Io): Promise<VerifySaid> {
  const as = async (options: { json?: true }) => {
    const out = { stdout: '', stderr: '' };
    const quiet: Io = {
      ...io,
      print: text => void (out.stdout += `${text}\n`),
      note: text => void (out.stderr += `${text}\n`),
      paint: (_tone, text) => text,
      live: false,
    };
    return { exit: await verify.run({ args: [dir], options }, quiet), ...out };
  };
  const report: unknown = JSON.parse((await as({ json: true })).stdout);
  return { ...(await as({})), report: isMap(report) ? report : null };
}
