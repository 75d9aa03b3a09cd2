import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import type { LedgerEntry } from '../model/ledger.ts';
import { type Stage, stageNames } from '../model/units.ts';
import type { Ports } from '../ports.ts';
import { type PrivateKey, makeKeyPair, parsePrivateKey } from '../promotion/keys.ts';
import { endedSuite, signSuite } from '../promotion/sign-suite.ts';
import { verifySaid } from '../commands/gate.ts';
import { findProject } from '../commands/project.ts';
import { commandLine, quietPorts, type Said } from './command-line.ts';
import { vitest, withScenarios } from './suite-project.ts';

/** A key of a test, with what a project has of it. */
interface Key extends PrivateKey {
  publicPem: string;
}

const aKey = (): Key => {
  const { privatePem, publicPem } = makeKeyPair();
  return { ...parsePrivateKey(privatePem, 'a test'), publicPem };
};

/** What a stage record has to have; `required` are globs below scenarios/. */
export const stageRecord = (number: Stage, required: readonly string[]): string =>
  JSON.stringify({
    stage: 1,
    number,
    name: stageNames[number],
    mutation_scope: 'a copy of the fixture',
    mutation_mode: 'workspace copy only',
    risk_class: 'artificial',
    entry: { prior_stage: number === 1 ? 'none' : 'promoted' },
    containment: 'observed',
    approval: { required: false, scope: 'the task' },
    required_artifacts: ['report.json'],
    required_scenarios: required,
    validator: ['npx', 'vitest', 'run', 'scenarios'],
    failure_modes: ['no_diff'],
    escalation: 'the owner',
    promotion: 'every required scenario is green',
    core_promotion_status: 'not-promoted',
    notice: 'authorizes nothing',
    last_reviewed: '2026-11-01',
    review_after_days: 90,
  });

/** The policy of a test project, as YAML (which JSON is). */
export const policyText = (runners: readonly string[], approvers: readonly string[], over: object = {}): string =>
  JSON.stringify({
    policy: 1,
    notice: 'promotes nothing by itself',
    expires_at: '2030-01-01T00:00:00Z',
    runner_keys: runners,
    approver_keys: approvers,
    max_age: { challenge: '12h', suite: '6h', run: '6h', admission: '90d', promotion: '30d' },
    calibration_times: 3,
    exempt: { fake: 2, command: 2 },
    denied_models: ['latest', '^gpt-4$'],
    hosts: 'any',
    ...over,
  });

/** A small set of required scenarios: a pass, a failure that has to be found, and a bundle whose one changed byte has to be found. */
const fewScenarios = {
  'gate/passes.yaml': 'scenario: 1\nexpect: {status: pass, exit: zero, report: {tests_passed: true}}\n',
  'gate/changes-nothing.yaml': 'scenario: 1\nfake: [{plan: [nothing]}, {claim: completed}]\nexpect: {status: fail, blocker: no_diff}\n',
  'gate/spoilt.yaml':
    'scenario: 1\ndo: verify\ngiven: {mutate: {file: patch.diff, flip: 3}}\nexpect: {exit: invalid, report: {verdict: invalid}}\n',
};

/** A project as it stands on the disk, and everything that somebody can do to it. */
export interface GateProject {
  root: string;
  ports: Ports;
  keys: Record<'runner' | 'approver' | 'stranger', Key>;
  git(...args: string[]): string;
  put(path: string, text: string): Promise<void>;
  text(path: string): Promise<string>;
}

const gitIn =
  (cwd: string) =>
  (...args: string[]) =>
    execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@example.org', ...args], { cwd, encoding: 'utf8', stdio: 'pipe' }).trim();

/** The project in a folder. */
export const projectAt = (root: string, { ports, keys }: Pick<GateProject, 'ports' | 'keys'>): GateProject => ({
  root,
  ports,
  keys,
  git: gitIn(root),
  put: (path, text) => ports.files.write(join(root, path), text),
  text: path => ports.files.readText(join(root, path)),
});

/** The verify command over a folder, as the gate is given it. */
export const verifyIn = (root: string, ports: Ports) => async (dir: string) =>
  verifySaid(dir, {
    ports,
    cwd: root,
    project: await findProject(root, ports.files),
    signal: new AbortController().signal,
    print: () => {},
    note: () => {},
    paint: (_tone, text) => text,
    live: false,
  });

/** A git project of somebody who promotes: policy, keys, stage record and scenarios on `main`. Removes itself. */
export async function aGateRoom({ scenarios = fewScenarios, policy = {} }: { scenarios?: Record<string, string>; policy?: object } = {}) {
  const ports = quietPorts();
  const made = await withScenarios(scenarios);
  const { root } = made;
  const keys = { runner: aKey(), approver: aKey(), stranger: aKey() };
  const project = projectAt(root, { ports, keys });
  const { put, git } = project;
  await put('.gitignore', 'node_modules\nreports\n');
  await put('fixtures/README.md', 'none of its own\n');
  await put('admissions/policy.yaml', policyText([keys.runner.keyid], [keys.approver.keyid], policy));
  for (const name of ['runner', 'approver', 'stranger'] as const) await put(`admissions/keys/${name}.pem`, keys[name].publicPem);
  await put('admissions/stages/2-artificial-fixture.yaml', stageRecord(2, ['gate/**']));
  git('init', '-q', '-b', 'main');
  git('add', '-A');
  git('commit', '-qm', 'what is protected');

  return {
    ...project,
    /** The command line, in this process. */
    say: (argv: string[], other: Ports = ports): Promise<Said> => commandLine(root, argv, { ports: other }),
    async challenge(...more: string[]): Promise<{ nonce: string; file: string; files: string[]; challenge: LedgerEntry }> {
      const { exit, out, err } = await commandLine(root, ['challenge', '--stage', '2', '--backend', 'fake', '--json', ...more], { ports });
      if (exit !== 0) throw new Error(err);
      return JSON.parse(out) as Awaited<ReturnType<typeof this.challenge>>;
    },
    /** Runs scenario files as a suite under a nonce. */
    run: (nonce: string, paths: readonly string[], env: Record<string, string> = {}) =>
      vitest(root, ['run', ...paths], { PROOFGATE_NONCE: nonce, PROOFGATE_KEEP: 'all', ...env }),
    /** Signs what a suite left, as `proofgate sign` does. */
    sign: async (nonce: string, key: PrivateKey = keys.runner) =>
      signSuite(await endedSuite(join(root, 'reports/suites', nonce), ports), root, key, ports),
    [Symbol.asyncDispose]: () => made[Symbol.asyncDispose](),
  };
}

export type GateRoom = Awaited<ReturnType<typeof aGateRoom>>;
