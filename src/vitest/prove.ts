import { extname, join } from 'node:path';
import { gapForChild, needsChild, runInChild } from '../child-run/index.ts';
import type { Io } from '../commands/command.ts';
import { findProject } from '../commands/project.ts';
import { verify } from '../commands/verify.ts';
import { UserError } from '../errors.ts';
import { parseMap } from '../model/json.ts';
import { headline } from '../report/headline.ts';
import { runPlan } from '../run.ts';
import { readEvidence } from '../scenario/bundle-evidence.ts';
import { newMemory } from '../scenario/memory.ts';
import { limitsOf, makePlan, partsOf } from '../scenario/plan.ts';
import { agentEnv, modelEnv } from '../scenario/provider.ts';
import { idOf } from '../scenario/resolved.ts';
import type { Scenario } from '../scenario/scenario.ts';
import { mutate } from '../scenario/mutate.ts';
import { NotHere, type Proof, type World } from './proof.ts';
import { proveGate } from './prove-gate.ts';
import { openScript } from './script.ts';

/** Does what a scenario says: a run, a run and the verification of its bundle, the command line as a child process, or a gate over runs. */
export function prove(scenario: Scenario, world: World): Promise<Proof> {
  const { do: does = 'run' } = scenario.spec;
  if (does === 'gate') return proveGate(scenario, world, prove);
  return { run: proveRun, verify: proveVerify, cli: proveCli }[does](scenario, world);
}

async function proveRun(scenario: Scenario, { suite, engine, ports, signal }: World): Promise<Proof> {
  const unscripted = await makePlan(scenario, { ...suite, env: ports.host.env }, ports);
  const lack = await gapForChild(unscripted, ports);
  if (lack !== undefined) throw new NotHere(lack);
  await using script = await openScript(scenario.spec, unscripted.task, ports);
  const plan = { ...unscripted, env: { ...unscripted.env, ...script.env } };
  const { dir, report, exit } = needsChild(plan, ports.host)
    ? await runInChild(plan, ports, signal, engine.calibrations).catch(atInterrupt(scenario))
    : await runPlan(plan, ports, signal, engine);
  const evidence = await readEvidence({ dir, exit, scenarioDir: scenario.dir }, ports);
  return { evidence, ofRun: evidence, bundle: dir, exit, ended: `the run ended: ${headline(report)}` };
}

/** An interrupt that never came is told at the line that asked for it. */
const atInterrupt =
  ({ problem }: Scenario) =>
  (error: unknown): never => {
    if (!(error instanceof UserError) || error.problems[0].at !== undefined) throw error;
    const [{ message, hint }] = error.problems;
    throw new UserError(problem(['given', 'interrupt', 'at'], message, hint), { cause: error });
  };

/** The bundle itself stays as it is: what is changed and verified is a copy. */
async function proveVerify(scenario: Scenario, world: World): Promise<Proof> {
  const { ports } = world;
  const run = await proveRun(scenario, world);
  await using scratch = await ports.files.scratch('proofgate-verify');
  const copy = join(scratch.path, 'bundle');
  await ports.files.copyTree(run.bundle!, copy);
  const { mutate: mutation } = scenario.spec.given ?? {};
  if (mutation) await mutate(copy, mutation, scenario, ports.files);
  const text = await verifyAs({}, copy, world);
  const json = await verifyAs({ json: true }, copy, world);
  const evidence = { ...run.evidence, ...text, sealed: true, report: parseMap(json.stdout) ?? null };
  return { ...run, evidence, exit: text.exit, ended: `verify ended with ${text.exit}: ${firstLine(text.stdout)}` };
}

/** The command as the command line has it; only what it prints goes elsewhere. */
async function verifyAs(options: { json?: true }, dir: string, { ports, suite, signal }: World) {
  const said = { stdout: '', stderr: '' };
  const io: Io = {
    ports,
    signal,
    project: await findProject(suite.project, ports.files),
    cwd: suite.project,
    print: text => void (said.stdout += `${text}\n`),
    note: text => void (said.stderr += `${text}\n`),
    paint: (_tone, text) => text,
    live: false,
  };
  const exit = await verify.run({ args: [dir], options }, io);
  return { exit, ...said };
}

const commandLine = join(import.meta.dirname, '..', `cli${extname(import.meta.filename)}`);

async function proveCli(scenario: Scenario, { suite, ports, signal }: World): Promise<Proof> {
  const { spec } = scenario;
  const limits = limitsOf(spec);
  await using home = await ports.files.scratch('proofgate-home');
  const out = gather(limits.outputBytes);
  const err = gather(limits.outputBytes);
  const { PATH = '', LANG, TMPDIR, PROOFGATE_ADMISSIONS } = ports.host.env;
  const ambient = Object.entries({ LANG, TMPDIR, PROOFGATE_ADMISSIONS }).filter((one): one is [string, string] => one[1] !== undefined);
  const { task } = await partsOf(scenario, suite.project, ports, newMemory());
  await using script = await openScript(spec, task, ports);
  const ofModel = { ...(await agentEnv(ports.host.env, suite.project, ports.files)), ...modelEnv(spec), ...script.env };
  const child = ports.supervise([ports.host.nodePath, commandLine, ...(spec.cli ?? [])], {
    cwd: suite.project,
    env: { ...Object.fromEntries(ambient), PATH, HOME: home.path, PROOFGATE_NONCE: suite.nonce, NO_COLOR: '1', ...ofModel, ...spec.env },
    timeoutMs: limits.runMs,
    signal,
    runId: `${suite.nonce}-${ports.randomHex(4)}`,
    onStdout: out.add,
    onStderr: err.add,
  });
  const { code, timedOut, spawnError } = await child.exit;
  signal.throwIfAborted();
  if (code === null) throw new Error(`the command line of ${idOf(scenario)} did not start: ${spawnError}`);
  const [stdout, stderr] = [out.text(), err.text()];
  const none = { sealed: true, events: [], paths: [], read: async () => new Uint8Array() };
  const readBeside = async (path: string) => {
    const absolute = join(scenario.dir, path);
    return (await ports.files.stat(absolute))?.kind === 'file' ? ports.files.readBytes(absolute) : undefined;
  };
  return {
    evidence: { ...none, readBeside, report: parseMap(stdout) ?? null, exit: code, stdout, stderr },
    ofRun: undefined,
    bundle: undefined,
    exit: code,
    ended: `the command line ended with ${code}${timedOut ? ', because its time was up' : ''}: ${firstLine(stderr || stdout)}`,
  };
}

/** Keeps the first bytes of a stream. */
function gather(limit: number) {
  const chunks: Uint8Array[] = [];
  let room = limit;
  return {
    add(chunk: Uint8Array) {
      if (room > 0) chunks.push(chunk.subarray(0, room));
      room -= chunk.length;
    },
    text: () => new TextDecoder().decode(Buffer.concat(chunks)),
  };
}

const firstLine = (text: string) => text.split('\n', 1)[0] ?? '';
