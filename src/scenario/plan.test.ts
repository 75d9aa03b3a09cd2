import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { defaultFakeScript } from '../model/fake.ts';
import { defaultLimits, ordinaryGiven } from '../model/plan.ts';
import { nodePorts } from '../node/ports.ts';
import { aProject, problemsOf } from '../testing/project.ts';
import { loadScenarios } from './load.ts';
import { makePlan } from './plan.ts';

const ports = nodePorts();
const expectation = 'expect: {status: pass}\n';

async function plan(text: string, files: Record<string, string> = {}, env: Record<string, string> = {}) {
  await using project = await aProject({ ...files, 'scenarios/deep/a.yaml': `scenario: 1\n${text}${expectation}` });
  const root = { project: project.root, scenarios: join(project.root, 'scenarios') };
  const [scenario] = await loadScenarios(join(project.root, 'scenarios/deep/a.yaml'), root, ports);
  const made = await makePlan(scenario!, { project: project.root, out: '/out', nonce: 'nonce', env }, ports);
  return { ...made, root: project.root };
}
const said = (text: string, files?: Record<string, string>) => problemsOf(plan(text, files));

describe('a plan', () => {
  it('has the defaults of the command line where the scenario says nothing', async () => {
    expect(await plan('')).toMatchObject({
      task: { spec: { id: 'n1-string-slugify' } },
      backend: { id: 'fake' },
      stage: 2,
      fake: defaultFakeScript,
      patches: {},
      env: {},
      limits: defaultLimits,
      approval: { answer: 'nobody', actor: 'nobody' },
      given: ordinaryGiven,
      nonce: 'nonce',
      suite: 'scenarios/deep/a.yaml#a',
      out: '/out',
    });
  });

  it('has what the scenario says, in the units of the engine', async () => {
    const made = await plan(`
backend: {id: command, argv: [node, x.js]}
stage: 1
env: {CTO_HARNESS_ALLOW_CASE: "1"}
limits: {backend: 1s, verification: 250ms, run: 2m, output: 1000, processes: 4}
approval: {answer: denied, actor: somebody}
given: {tree: dirty, prior_stage: promoted, artifact_fault: {patch.diff: disk_full}, secrets: {TOKEN: long-enough}}
`);
    expect(made).toMatchObject({
      backend: { id: 'command', argv: ['node', 'x.js'] },
      stage: 1,
      env: { CTO_HARNESS_ALLOW_CASE: '1' },
      limits: { backendMs: 1000, verificationMs: 250, runMs: 120_000, outputBytes: 1000, processes: 4 },
      approval: { answer: 'denied', actor: 'somebody' },
      given: {
        tree: 'dirty',
        prior_stage: 'promoted',
        artifact_fault: { 'patch.diff': 'disk_full' },
        secrets: { TOKEN: 'long-enough' },
      },
    });
  });

  it('has the text of the patches, named relative to the scenario', async () => {
    const files = { 'scenarios/deep/x.patch': 'one', 'scenarios/y.patch': 'two' };
    const made = await plan('fake: [patch: x.patch, claim: completed]\ngiven: {baseline: [patch: ../y.patch]}\n', files);
    expect(made.patches).toEqual({ 'x.patch': 'one', '../y.patch': 'two' });
  });

  it('has folders of the scenario as absolute paths', async () => {
    const { given, root } = await plan('given: {target: repo, protected: [../other]}\n', {
      'scenarios/deep/repo/a': '',
      'scenarios/other/a': '',
    });
    expect(given).toMatchObject({ target: join(root, 'scenarios/deep/repo'), protected: [join(root, 'scenarios/other')] });
  });

  it('says what was laid over the task', async () => {
    const made = await plan('given: {task: {verification: {command: null}}}\n');
    expect(made.task.spec.verification.command).toBeUndefined();
    expect(made.given.task).toEqual({ verification: { command: null } });
  });

  it('writes the scenario down with every default resolved', async () => {
    const { scenarioText } = await plan('why: because\n');
    expect(parse(scenarioText ?? '')).toEqual({
      scenario: 1,
      file: 'scenarios/deep/a.yaml',
      name: 'a',
      why: 'because',
      task: 'n1-string-slugify',
      backend: { id: 'fake' },
      stage: 2,
      fake: defaultFakeScript,
      expect: { status: 'pass' },
    });
  });

  it('sees nothing of the environment but what is on the list', async () => {
    const ambient = {
      PATH: '/bin',
      CTO_HARNESS_CASE_BIN: '/ca',
      CTO_HARNESS_ALLOW_CASE: '1',
      PROOFGATE_NONCE: 'x',
      PROOFGATE_MAY_LACK: 'pytest',
      OPENAI_API_KEY: 'secret',
      HOME: '/root',
    };
    expect((await plan('', {}, ambient)).env).toEqual({ PATH: '/bin', CTO_HARNESS_CASE_BIN: '/ca' });
    expect((await plan('env: {CTO_HARNESS_CASE_BIN: mine}\n', {}, ambient)).env).toEqual({ PATH: '/bin', CTO_HARNESS_CASE_BIN: 'mine' });
  });
});

describe('a plan cannot be made, and the line is named', () => {
  it.each([
    ['for a task that is not there', 'task: n1-string-slugfy\n', '2:7 task: no task is called "n1-string-slugfy"'],
    ['for a patch that is not there', 'fake: [{patch: x.patch}, claim: completed]\n', '2:16 fake.0.patch: x.patch is not there'],
    ['for a patch that is a folder', 'fake: [{patch: .}, claim: completed]\n', '2:16 fake.0.patch: . is a dir'],
    ['for a target that is not there', 'given: {target: x}\n', '2:17 given.target: x is not a folder'],
    ['for a protected root that is not there', 'given: {protected: [., x]}\n', '2:24 given.protected.1: x is not a folder'],
    ['for a task that does not fit', 'given: {task: {allowed_paths: []}}\n', '2:31 given.task.allowed_paths: is empty'],
    ['for a task without what it needs', 'given: {task: {prompt: null}}\n', '2:24 given.task.prompt: is missing'],
  ])('%s', async (_title, text, message) => {
    expect(await said(text)).toEqual([`scenarios/deep/a.yaml:${message}`]);
  });

  it('with every problem at once', async () => {
    expect(await said('task: nothing\nfake: [{patch: x}, claim: completed]\ngiven: {target: x, protected: [y]}\n')).toHaveLength(4);
  });

  it('for a task of the project that is broken, in the file of the task', async () => {
    expect(await said('task: t\n', { 'fixtures/t/task.yaml': '' })).toEqual(
      ['repo', 'oracle.patch', 'tests'].map(part => `fixtures/t ${part} is missing`),
    );
  });
});
