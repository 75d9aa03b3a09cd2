import { join } from 'node:path';
import { findBackend } from '../backends/index.ts';
import { decideAndWrite, gateInWords, verifySaid } from '../commands/gate.ts';
import { findProject } from '../commands/project.ts';
import { formatProblem, UserError } from '../errors.ts';
import { openBase } from '../gate/base.ts';
import { type ChallengeRequest, issueChallenge } from '../gate/challenge.ts';
import type { GateAnswer } from '../gate/run-gate.ts';
import { exitCodes } from '../model/exit.ts';
import { parseMap } from '../model/json.ts';
import { ageMs } from '../model/policy.ts';
import type { Ports } from '../ports.ts';
import { statementFile } from '../promotion/place.ts';
import { endedSuite, signSuite } from '../promotion/sign-suite.ts';
import { namedBy } from '../scenario/gate-evidence.ts';
import type { GateSpec } from '../scenario/gate-keys.ts';
import { spoil } from '../scenario/mutate.ts';
import { makePlan } from '../scenario/plan.ts';
import type { Scenario } from '../scenario/scenario.ts';
import { readSuite } from '../suite/read.ts';
import { resultFile } from '../suite/record.ts';
import { type GateRoom, MAIN, openGateRoom } from './gate-room.ts';
import { evidenceIn, idInRoom, runEvidence } from './gate-suite.ts';
import type { Proof, Prove, World } from './proof.ts';

/**
 * The whole way of a candidate in a repository of its own: challenge, runs under its nonce, record, signature, one thing that is spoilt,
 * and the real gate. What the command line would refuse with 64 is an answer as well.
 */
export async function proveGate(scenario: Scenario, world: World, prove: Prove): Promise<Proof> {
  const { ports, suite } = world;
  const asked = scenario.spec.gate!;
  const ids = asked.evidence.map(word => idInRoom(word, scenario));
  const files = asked.evidence.map(word => namedBy(word, scenario).file);
  await using room = await openGateRoom(asked, { files, ids }, suite.project, ports);
  const evidence = await evidenceIn(room.root, asked.evidence, scenario, world);
  const own: World = {
    ...world,
    suite: { project: room.root, scenarios: join(room.root, 'scenarios'), out: join(room.root, 'reports', 'runs'), nonce: suite.nonce },
    engine: { ...world.engine, identity: { ...world.engine.identity, commit: room.commit } },
  };
  return await orRefused(async () => {
    const { entry, file: challenge } = await challengeIn(room, await candidateOf(asked, evidence[0]!, own), ports);
    const dir = await runEvidence(evidence, { ...own, suite: { ...own.suite, nonce: entry.nonce } }, prove);

    const sign = async () => {
      if (asked.signed_by === 'nobody') return;
      await signSuite(await endedSuite(dir, ports), room.root, room.keys[asked.signed_by ?? 'runner'], ports);
    };
    if (!asked.mutate?.then_signed) await sign();
    if (asked.again) await decideIn(room, asked, dir, own);
    if (asked.mutate) await spoilIn(room, { asked, scenario, dir, challenge }, ports);
    if (asked.mutate?.then_signed) await sign();
    return await decideIn(room, asked, dir, own);
  });
}

/** Who asks: with the executable and the model that the first of the evidence would be run with. */
async function candidateOf(
  { stage, backend = 'fake', model }: GateSpec,
  first: Scenario,
  { suite, ports }: World,
): Promise<ChallengeRequest> {
  const adapter = findBackend(backend);
  const plan = await makePlan(
    { ...first, spec: { ...first.spec, backend: adapter.id as 'fake' } },
    { ...suite, env: ports.host.env },
    ports,
  );
  const path = (await adapter.binary?.(plan, ports)) ?? null;
  const binary = path === null ? null : (await ports.files.digest(await ports.files.realPath(path))).sha256;
  const named = adapter.usesModel && plan.model ? { provider: plan.model.provider, id: plan.model.id } : null;
  return { stage, backend, binary, model: model ?? named };
}

async function challengeIn({ root }: GateRoom, request: ChallengeRequest, ports: Ports) {
  await using base = await openBase(root, MAIN, ports);
  return await issueChallenge(request, base, root, ports);
}

interface Spoilt {
  asked: GateSpec;
  scenario: Scenario;
  /** Absolute folder of the suite. */
  dir: string;
  /** The challenge, relative to the room. */
  challenge: string;
}

/** Spoils the one thing that `gate.mutate` names. @throws {UserError} at its line, where there is nothing to spoil */
async function spoilIn({ root, protect }: GateRoom, { asked, scenario, dir, challenge }: Spoilt, ports: Ports): Promise<void> {
  const { file, of, ...change } = asked.mutate!;
  const id = idInRoom(of ?? asked.evidence[0]!, scenario);
  const refuse = (key: string, message: string) =>
    new UserError(scenario.problem(['gate', 'mutate', key], `gate.mutate.${key}: ${message}`, 'name what this gate has'));
  const result = (await readSuite(dir, ports)).results.find(one => one.id === id);
  const [, place = file, below = ''] = /^(@[a-z]+)\/(.+)$/.exec(file) ?? [];
  if (place === '@bundle' && !result?.bundle) throw refuse('file', `${id} left no bundle`);
  const path = {
    '@bundle': () => join(root, result?.bundle ?? '', below),
    '@suite': () => join(dir, below),
    '@base': () => join(root, below),
    '@result': () => join(dir, resultFile(id)),
    '@statement': () => join(dir, statementFile(id)),
    '@challenge': () => join(root, challenge),
  }[place]!();
  if ((await ports.files.stat(path))?.kind !== 'file') throw refuse('file', `there is no file ${file}`);
  await spoil(path, change, (key, message) => refuse(key, `${file} ${message}`), ports.files);
  if (place === '@base') await protect(below);
}

/** The gate, as the command line asks it. */
async function decideIn({ root, commit }: GateRoom, asked: GateSpec, dir: string, { engine, gated, ports, signal }: World): Promise<Proof> {
  const later: Ports = {
    ...ports,
    clock: { ...ports.clock, now: () => ports.clock.now() + (asked.after === undefined ? 0 : ageMs(asked.after)) },
  };
  const nobody = { print: () => {}, note: () => {}, paint: (_tone: unknown, text: string) => text, live: false };
  const io = { ports: later, signal, project: await findProject(root, ports.files), cwd: root, ...nobody };
  const question = {
    stage: asked.stage,
    backend: asked.backend ?? 'fake',
    project: root,
    suite: dir,
    ref: MAIN,
    engine: { ...engine.identity, commit },
    verify: (folder: string) => verifySaid(folder, io),
    calibrations: gated ?? new Map(),
    signal,
  };
  const { answer, file } = await decideAndWrite(question, later);
  const { decision } = answer;
  return proofOf(decision.exit, { stdout: `${gateInWords(answer, file)}\n`, stderr: '' }, answer);
}

/** What is refused before there is anything to decide ends as the command line would; a mistake of a scenario is one. */
async function orRefused(way: () => Promise<Proof>): Promise<Proof> {
  try {
    return await way();
  } catch (error) {
    if (!(error instanceof UserError) || error.problems.some(({ at = '' }) => at.startsWith('scenarios/'))) throw error;
    return proofOf(exitCodes.usage, { stdout: '', stderr: `${error.problems.map(formatProblem).join('\n')}\n` });
  }
}

function proofOf(exit: number, said: { stdout: string; stderr: string }, answer?: GateAnswer): Proof {
  const report = answer === undefined ? null : (parseMap(JSON.stringify(answer.decision)) ?? null);
  const none = { sealed: true, events: [], paths: [], read: async () => new Uint8Array(), readBeside: async () => undefined };
  const codes = [...new Set(answer?.decision.reasons.map(({ code }) => code))];
  const why = answer === undefined ? said.stderr.split('\n', 1)[0] : [answer.decision.verdict, ...codes].join(', ');
  return {
    evidence: { ...none, ...said, exit, report },
    ofRun: undefined,
    bundle: undefined,
    exit,
    ended: `the gate ended with ${exit}: ${why}`,
  };
}
