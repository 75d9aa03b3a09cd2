import { truncateSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { createEngine, type Engine } from '../engine.ts';
import { UserError } from '../errors.ts';
import { loadScenarios } from '../scenario/load.ts';
import { quietPorts } from '../testing/command-line.ts';
import { aProject } from '../testing/project.ts';
import { NotHere, type Proof } from './proof.ts';
import { prove } from './prove.ts';

const ports = quietPorts();
let engine: Engine;
const gated: Engine['calibrations'] = new Map();
beforeAll(async () => void (engine = { ...(await createEngine(import.meta.dirname, ports)), calibrationTimes: 1 }));

const passes = '  - {case: passes, status: pass}\n';
const asks = (more: string, evidence = 'passes') =>
  `  - {case: asks, do: gate, gate: {stage: 2, evidence: [${evidence}]${more}}, exit: zero}\n`;
const table = (rows: string) => `scenario: 1\nmatrix: m\nrows:\n${rows}`;

/** A project of somebody, which is no git repository and has no policy, and what its gate makes of its runs. */
async function proofIn(files: Record<string, string>, prepare = async (_root: string) => {}): Promise<Proof> {
  await using project = await aProject({ 'package.json': '{}', ...files });
  await prepare(project.root);
  const root = { project: project.root, scenarios: join(project.root, 'scenarios') };
  const scenarios = await loadScenarios(join(root.scenarios, 'a.yaml'), root, ports);
  const scenario = scenarios.find(({ spec }) => spec.do === 'gate')!;
  const suite = { ...root, out: join(project.root, 'reports/runs'), nonce: 'a-nonce' };
  return await prove(scenario, { suite, engine, gated, ports, signal: new AbortController().signal });
}
const gateOver = (more: string, evidence?: string) => proofIn({ 'scenarios/a.yaml': table(passes + asks(more, evidence)) });
const codes = ({ evidence: { report } }: Proof) => (report!['reasons'] as { code: string }[]).map(({ code }) => code);

describe('a gate over runs', { timeout: 120_000 }, () => {
  it('has a policy, keys and a ledger of its own', async () => {
    const proof = await proofIn({
      'scenarios/a.yaml': table(passes + asks('')),
      'admissions/ledger/000001-of-the-project.json': 'not even JSON',
      'admissions/keys/of-the-project.pem': 'no key',
    });
    expect(proof).toMatchObject({ exit: 0, ended: 'the gate ended with 0: promoted', bundle: undefined });
    expect(proof.evidence).toMatchObject({ exit: 0, stderr: '', report: { verdict: 'promoted', reasons: [], earlier: [] } });
    expect(proof.evidence.stdout).toMatch(
      /^promoted: backend:fake@sha256:[\s\S]*Wrote admissions\/ledger\/000001-[0-9a-f]{32}\.decision\.json\.\n$/,
    );
  });

  it('has all that a task consists of, also what its own .gitignore leaves out', async () => {
    const task = 'fixtures/n1-string-slugify';
    const files = { 'scenarios/a.yaml': table(passes + asks('')), 'fixtures/.gitignore': '*.js\n' };
    const proof = await proofIn(files, root => ports.files.copyTree(join(import.meta.dirname, '../..', task), join(root, task)));
    expect([proof.exit, codes(proof)]).toEqual([0, []]);
  });

  it('has nothing that was installed beside a fixture, however large', async () => {
    const proof = await proofIn({ 'scenarios/a.yaml': table(passes + asks('')) }, async root => {
      await ports.files.write(join(root, 'fixtures/agent/node_modules/agent'), '');
      truncateSync(join(root, 'fixtures/agent/node_modules/agent'), 65 * 1024 * 1024);
    });
    expect([proof.exit, codes(proof)]).toEqual([0, []]);
  });

  it('takes the policy of the project, with what is laid over it', async () => {
    const policy = `policy: 1
notice: Promotes nothing by itself.
expires_at: 2020-01-01T00:00:00Z
runner_keys: []
approver_keys: []
max_age: {challenge: 30m, suite: 12h, run: 12h, admission: 90d, promotion: 30d}
calibration_times: 100
exempt: {}
denied_models: []
hosts: any
`;
    const files = { 'scenarios/a.yaml': table(passes + asks(', after: 1h')), 'admissions/policy.yaml': policy };
    expect(codes(await proofIn(files))).toEqual(['challenge_expired', 'prior_stage_missing']);
    const milder = table(passes + asks(', after: 1h, policy: {exempt: {fake: 2}, max_age: {challenge: 2h}}'));
    expect(codes(await proofIn({ ...files, 'scenarios/a.yaml': milder }))).toEqual([]);
  });

  it('counts what does not hold as it is, also where it is no test of its own', async () => {
    const red = 'scenario: 1\nfake: [{plan: [nothing]}, {claim: completed}]\nexpect: {status: pass}\n';
    const proof = await proofIn({
      'scenarios/a.yaml': table(passes + asks('', 'passes, "scenarios/_red.yaml#_red"')),
      'scenarios/_red.yaml': red,
    });
    expect([proof.exit, codes(proof)]).toEqual([1, ['scenario_red']]);
    expect(proof.evidence.report).toMatchObject({
      scenarios: [{ id: 'scenarios/a.yaml#m > passes' }, { id: 'scenarios/red.yaml#red', state: 'red' }],
    });
  });

  it('is an answer too where the command line would refuse', async () => {
    const proof = await gateOver(', policy: {expires_at: 2020-01-01T00:00:00Z}');
    expect(proof).toMatchObject({ exit: 64, evidence: { exit: 64, stdout: '', report: null } });
    expect(proof.evidence.stderr).toContain('admissions/policy.yaml: expired on 2020-01-01T00:00:00Z');
  });
});

describe('a mistake is told at its line', { timeout: 120_000 }, () => {
  it.each([
    [
      'a file that no bundle has',
      ', mutate: {file: "@bundle/nothing.log", drop: true}',
      'scenarios/a.yaml:5:80',
      'gate.mutate.file: there is no file @bundle/nothing.log',
    ],
    [
      'a line that is not there',
      ', mutate: {file: "@suite/ended", drop: 7}',
      'scenarios/a.yaml:5:102',
      'gate.mutate.drop: @suite/ended has 0 lines',
    ],
    [
      'a text that is not there',
      ', mutate: {file: "@result", replace: ["blue", "green"]}',
      'scenarios/a.yaml:5:100',
      'gate.mutate.replace: @result has that text 0 times',
    ],
  ])('%s', async (_title, more, at, message) => {
    const error = await gateOver(more).catch((one: unknown) => one);
    expect(error).toBeInstanceOf(UserError);
    expect((error as UserError).problems[0]).toMatchObject({ at, message });
  });

  it('evidence that cannot be run', async () => {
    const lacks = '  - {case: lacks, fake: [{patch: nothing.patch}], status: pass}\n';
    await expect(proofIn({ 'scenarios/a.yaml': table(lacks + asks('', 'lacks')) })).rejects.toThrow('nothing.patch is not there');
  });

  it('two files that would have one name', async () => {
    const run = 'scenario: 1\nexpect: {status: pass}\n';
    const files = { 'scenarios/a.yaml': table(asks('', '"scenarios/_b.yaml#_b"')), 'scenarios/_b.yaml': run, 'scenarios/b.yaml': run };
    await expect(proofIn(files)).rejects.toThrow('would take the place of scenarios/b.yaml');
  });
});

it('what the evidence needs is named where it is missing', { timeout: 60_000 }, async () => {
  const empty = { ...ports, host: { ...ports.host, env: { PATH: '/nowhere' } } };
  const files = { 'scenarios/a.yaml': table('  - {case: real, needs: [pi], status: pass}\n' + asks('', 'real')) };
  await using project = await aProject({ 'package.json': '{}', ...files });
  const root = { project: project.root, scenarios: join(project.root, 'scenarios') };
  const [, scenario] = await loadScenarios(join(root.scenarios, 'a.yaml'), root, ports);
  const world = { suite: { ...root, out: project.root, nonce: 'n' }, engine, ports: empty, signal: new AbortController().signal };
  const error = await prove(scenario!, world).catch((one: unknown) => one);
  expect(error).toBeInstanceOf(NotHere);
  expect(error).toMatchObject({ message: 'm > real needs pi', missing: ['pi'] });
});
