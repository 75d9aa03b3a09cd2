import { execFileSync } from 'node:child_process';
import { copyFile, mkdir, readdir, readFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { execa } from 'execa';
import type { Stage } from '../model/units.ts';
import { nodePorts } from '../node/ports.ts';
import { type Said, commandLine, quietPorts } from './command-line.ts';
import { policyText, stageRecord } from './gate-room.ts';
import { vitest, withScenarios } from './suite-project.ts';
import { aVendor } from './vendor.ts';

const home = resolve(import.meta.dirname, '../..');
const COMMIT = '59eb279b846fc5f37c406eedd79e02fa1d28cbba';
const BUNDLE = 'fixtures/sources/proofgate-model.bundle';
const DAY_MS = 86_400_000;

/** What a scratch project asks at each stage: what this repository asks, as far as it is quick, and a repository of an owner at stage 5. */
const scenarios = async (): Promise<Record<string, string>> => {
  const ours = async (stage: number) => readFile(join(home, `scenarios/candidate/stage${stage}.yaml`), 'utf8');
  return {
    'candidate/_defaults.yaml': await readFile(join(home, 'scenarios/candidate/_defaults.yaml'), 'utf8'),
    'candidate/stage1.yaml': await ours(1),
    'candidate/stage2.yaml': 'scenario: 1\nstage: 2\nexpect: {status: pass, exit: zero, changed_files: [strings.js]}\n',
    'candidate/stage3.yaml': await ours(3),
    'candidate/stage4.yaml': await ours(4),
    'candidate/stage5.yaml':
      'scenario: 1\nstage: 5\ntask: o1-duration-rounds\napproval: {answer: granted, actor: jp}\nexpect: {status: pass, exit: zero, report: {handover: {kind: owned_branch, approved_by: jp}}}\n',
    'candidate/stage6.yaml': await ours(6),
    'lane/fake.yaml': 'scenario: 1\nexpect: {status: pass, exit: zero}\n',
  };
};

/** What became of one try to be promoted. */
interface Climb {
  nonce: string;
  /** Of the suite: exit, and everything that it said. */
  suite: { exit: number | undefined; all: string };
  /** Of the gate, and the codes of its reasons, each once. */
  exit: number;
  codes: string[];
  details: string[];
}

/** Who asks, as `proofgate challenge` is told it. */
type Who = readonly string[];

/** A project of somebody who promotes agents: keys, policy, records of all stages, an admitted source, a repository of an owner, a vendor. Removes itself. */
export async function aLadder() {
  const { files, clock } = nodePorts();
  const made = await withScenarios(await scenarios());
  const { root } = made;
  const keys = await files.scratch('ladder-keys');
  const vendor = await aVendor();
  const say = (argv: string[]): Promise<Said> => commandLine(root, argv, { ports: quietPorts() });
  const says = async (...argv: string[]): Promise<string> => {
    const { exit, out, err } = await say(argv);
    if (exit !== 0) throw new Error(`proofgate ${argv.join(' ')} ended with ${exit}: ${err || out}`);
    return out;
  };
  const git = (...args: string[]) => execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@example.org', ...args], { cwd: root });
  const put = (path: string, text: string) => files.write(join(root, path), text);
  const commit = (message: string) => {
    git('add', '-A');
    git('commit', '-qm', message, '--allow-empty');
  };

  await put('.gitignore', 'node_modules\nreports\n/owned\n');
  const ids: string[] = [];
  for (const name of ['runner', 'approver']) {
    await says('keys', 'new', name, '--into', keys.path);
    const file = join(keys.path, `${name}.public.pem`);
    await mkdir(join(root, 'admissions/keys'), { recursive: true });
    await copyFile(file, join(root, `admissions/keys/${name}.pem`));
    ids.push((await says('keys', 'id', file)).trim());
  }
  await put('admissions/policy.yaml', policyText([ids[0]!], [ids[1]!]));
  for (const number of [1, 2, 3, 4, 5, 6] as const)
    await put(
      `admissions/stages/${(await readdir(join(home, 'admissions/stages'))).find(name => name.startsWith(`${number}-`))}`,
      stageRecord(number, [`candidate/stage${number}.yaml`, ...(number === 2 ? ['lane/fake.yaml'] : [])]),
    );
  await mkdir(dirname(join(root, BUNDLE)), { recursive: true });
  await copyFile(join(home, BUNDLE), join(root, BUNDLE));
  const source = ['--id', 'proofgate-model-1', '--source-url', 'https://example.org/it.git', '--commit', COMMIT, '--license', 'MIT'];
  await says(
    'admit',
    'source',
    BUNDLE,
    ...source,
    '--retrieved-by',
    'git bundle',
    '--by',
    'jp',
    '--stages',
    '3,4,6',
    '--mode',
    'sandbox_remote',
  );
  git('init', '-q', '-b', 'main');
  git('clone', '-q', '-b', 'main', BUNDLE, 'owned');
  const now = clock.now();
  await put(
    'admissions/owned/model-repository.json',
    JSON.stringify({
      ...(JSON.parse(await readFile(join(home, 'scenarios/stage5/records/declared/owned/model-repository.json'), 'utf8')) as object),
      path: 'owned',
      admitted_at: new Date(now).toISOString(),
      expires_at: new Date(now + 30 * DAY_MS).toISOString(),
    }),
  );
  commit('what is protected');

  return {
    root,
    vendor,
    say,
    says,
    commit,
    put,
    text: (path: string) => readFile(join(root, path), 'utf8'),
    /** Challenge, suite, signature, decision, whatever it is; then the ledger is committed. `during`: done between challenge and suite, and undone. */
    async climb(
      stage: Stage,
      who: Who,
      env: Record<string, string> = {},
      during?: (file: string) => Promise<() => Promise<void>>,
    ): Promise<Climb> {
      const asked = JSON.parse(await says('challenge', '--stage', String(stage), ...who, '--json')) as {
        nonce: string;
        file: string;
        files: string[];
        own: { switches: Record<string, string> };
      };
      const { nonce } = asked;
      const undo = await during?.(asked.file);
      const outside = { CTO_HARNESS_CASE_API_BASE_URL: vendor.baseUrl, CTO_HARNESS_CASE_API_KEY: vendor.key, ...asked.own.switches };
      const suite = await vitest(root, ['run', ...asked.files], { PROOFGATE_NONCE: nonce, PROOFGATE_KEEP: 'all', ...outside, ...env });
      await undo?.();
      await say(['sign', `reports/suites/${nonce}`, '--key', join(keys.path, 'runner.private.pem')]);
      const { exit, out, err } = await say(['gate', '--stage', String(stage), ...who.slice(0, 2), '--json']);
      if (out === '') throw new Error(err);
      const { decision } = JSON.parse(out) as { decision: { reasons: { code: string; detail: string }[] } };
      await say(['sign', asked.file.replace('.json', '.decision.json'), '--key', join(keys.path, 'approver.private.pem')]);
      commit(`stage ${stage} was decided`);
      return {
        nonce,
        suite: { exit: suite.exitCode, all: suite.all ?? '' },
        exit,
        codes: [...new Set(decision.reasons.map(({ code }) => code))],
        details: decision.reasons.map(({ detail }) => detail),
      };
    },
    /** Folders of all suites so far, relative to the project. */
    suites: async () => (await readdir(join(root, 'reports/suites'))).map(name => `reports/suites/${name}`),
    /** Whether a text stands in anything that the suites left. */
    async isLeft(text: string): Promise<boolean> {
      const { exitCode } = await execa('grep', ['-rqF', '--', text, join(root, 'reports')], { reject: false });
      if (exitCode !== 0 && exitCode !== 1) throw new Error('what the suites left cannot be read');
      return exitCode === 0;
    },
    async [Symbol.asyncDispose]() {
      await vendor[Symbol.asyncDispose]();
      await keys[Symbol.asyncDispose]();
      await made[Symbol.asyncDispose]();
    },
  };
}
