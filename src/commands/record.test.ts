import { appendFile, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { parse } from 'yaml';
import { commandLine, quietPorts } from '../testing/command-line.ts';
import { aProject } from '../testing/project.ts';
import { redIn } from '../testing/proven.ts';

// Every run here is made, recorded and made again, and a busy machine takes its time over that.
vi.setConfig({ testTimeout: 180_000 });

const sed = `"s/replace(' ', '-')/split(' ').filter(Boolean).join('-')/"`;
const agent = `const { readFileSync, writeFileSync } = require('node:fs');
writeFileSync('strings.js', readFileSync('strings.js', 'utf8').replace("replace(' ', '-')", "split(' ').filter(Boolean).join('-')"));
console.log('done');
`;
const project = (files: Record<string, string> = {}) => aProject({ 'package.json': '{}', 'fixtures/README.md': 'tasks\n', ...files });

/** Makes a run by the command line. @returns its bundle */
async function bundleOf(root: string, argv: readonly string[], env: Record<string, string> = {}): Promise<string> {
  const { out } = await commandLine(root, ['run', '--json', ...argv], { ports: quietPorts(env) });
  return (JSON.parse(out) as { bundle: string }).bundle;
}

/** What was recorded from the run of a script. */
interface Written {
  fake?: unknown[];
  backend?: unknown;
  approval?: unknown;
  env?: unknown;
  limits?: unknown;
  needs?: unknown;
  expect: { status: string; blockers: string[]; events: { type: string; status: string }[]; artifacts: Record<string, string> };
}

describe('a run of the command line becomes a scenario that is green', { concurrent: true }, () => {
  it.each<[string, string | null, string[], Record<string, string>, Partial<Written>]>([
    [
      'of another answer, as a patch beside it',
      `- plan: [x]\n- write: notes.txt\n- print: hello\n- run: [sed, -i, ${sed}, strings.js]\n- claim: completed\n`,
      [],
      {},
      { fake: [{ plan: ['x'] }, { patch: 'made.patch' }, { print: 'hello' }, { claim: 'completed' }] },
    ],
    ['that ran out of time', '- plan: [x]\n- oracle: true\n- sleep: 100s\n', ['--limit-backend', '2s'], {}, { limits: { backend: '2s' } }],
    [
      'with an approval by a person',
      '- plan: [x]\n- ask_approval: {scope: all, mutation_mode: copy}\n- oracle: true\n- claim: completed\n',
      ['--approve', 'jane'],
      {},
      { approval: { answer: 'granted' } },
    ],
    [
      'of a program on the PATH',
      null,
      ['--command', `sed -i ${sed} strings.js`],
      {},
      { backend: { id: 'command', argv: ['sed', '-i', sed.slice(1, -1), 'strings.js'] } },
    ],
    [
      'of a gated backend, as far as its switches let it come',
      null,
      ['--backend', 'case', '--stage', '1'],
      { CTO_HARNESS_ALLOW_CASE: '1' },
      { backend: 'case', env: { CTO_HARNESS_ALLOW_CASE: '1' } },
    ],
    ['at a stage that nothing is promoted to', null, ['--stage', '3'], {}, {}],
  ])('%s', async (_title, script, argv, env, keys) => {
    await using place = await project(script === null ? {} : { 'script.yaml': script });
    const bundle = await bundleOf(place.root, [...(script === null ? [] : ['--fake', 'script.yaml']), ...argv], env);
    const { exit, out } = await commandLine(place.root, ['record', bundle, '--out', 'scenarios/made.yaml']);
    expect({ exit, out }).toMatchObject({ exit: 0, out: expect.stringContaining('Tried: green.') as string });
    const written = parse(await readFile(join(place.root, 'scenarios/made.yaml'), 'utf8')) as Written;
    const report = JSON.parse(await readFile(join(bundle, 'report.json'), 'utf8')) as { status: string; blockers: { code: string }[] };
    expect(written).toMatchObject({ ...keys, expect: { status: report.status, blockers: report.blockers.map(({ code }) => code) } });
    expect((await commandLine(place.root, ['lint', '--strict'])).exit).toBe(0);
  });

  it('of a program that stands on one machine is played by the fake backend, and says so', async () => {
    await using place = await project({ 'agent.js': agent });
    const bundle = await bundleOf(place.root, ['--command', `node ${place.root}/agent.js`]);
    const { exit, out } = await commandLine(place.root, ['record', bundle, '--out', 'scenarios/made.yaml']);
    expect(exit).toBe(0);
    expect(out).toContain(`note: That run had the program ["node","${place.root}/agent.js"], which stands on one machine only`);
    const text = await readFile(join(place.root, 'scenarios/made.yaml'), 'utf8');
    expect(text).toContain(`# That run had the program ["node","${place.root}/agent.js"]`);
    expect(parse(text)).toMatchObject({ backend: 'fake', fake: [{}, { print: 'done' }, { patch: 'made.patch' }, { claim: 'completed' }] });
    expect(await readFile(join(place.root, 'scenarios/made.patch'), 'utf8')).toBe(await readFile(join(bundle, 'patch.diff'), 'utf8'));
    expect(await redIn(place.root, 'scenarios/made.yaml')).toEqual([]);
  });

  it('with nothing in it that is of that run alone', async () => {
    await using place = await project();
    const bundle = await bundleOf(place.root, []);
    await commandLine(place.root, ['record', bundle]);
    const [name = ''] = await readdir(join(place.root, 'scenarios/recorded'));
    const text = await readFile(join(place.root, 'scenarios/recorded', name), 'utf8');
    const report = JSON.parse(await readFile(join(bundle, 'report.json'), 'utf8')) as {
      nonce: string;
      run_start: string;
      artifact_digests: Record<string, string>;
    };
    const said = text.replace(/^#.*\n/gm, '');
    for (const own of [report.nonce, report.run_start, place.root, ...Object.values(report.artifact_digests)])
      expect(said).not.toContain(own);
    expect((parse(text) as Written).expect.events.map(({ type }) => type)).toContain('verification.completed');
    expect((parse(text) as Written).expect.artifacts).toMatchObject({ 'patch.diff': 'present', 'backend/stderr.log': 'empty' });
  });
});

describe('a run of a scenario becomes one that says the same in another place', () => {
  const files = {
    'scenarios/deep/s.patch': `--- a/strings.js
+++ b/strings.js
@@ -1,5 +1,5 @@
 /** Small helpers for text that people read. */
 
 /** A title as part of a URL: \`Hello World\` becomes \`hello-world\`. */
-export const slugify = title => title.trim().toLowerCase().replace(' ', '-');
+export const slugify = title => title.trim().toLowerCase().split(/ +/).join('-');
 
`,
    'scenarios/deep/s.yaml': `scenario: 1
why: y
fake: [plan: [x], patch: s.patch, {print: "it is $DEPLOY_TOKEN, correct-horse-battery"}, claim: completed]
given: {protected: [../../guarded], secrets: {DEPLOY_TOKEN: correct-horse-battery}}
limits: {backend: 50s}
expect: {status: pass, exit: zero}
`,
    'guarded/x.txt': 'x\n',
  };

  it('paths seen from there, secrets replaced by stand-ins, and it says so', async () => {
    await using place = await project(files);
    expect(await redIn(place.root, 'scenarios/deep/s.yaml')).toEqual([]);
    const [name = ''] = await readdir(join(place.root, 'reports/runs'));
    const { exit, out, err } = await commandLine(place.root, ['record', join('reports/runs', name), '--out', 'scenarios/made.yaml']);
    expect({ exit, err }).toEqual({ exit: 0, err: '' });
    expect(out).toContain('note: What was redacted in the evidence has stand-ins here');
    expect(parse(await readFile(join(place.root, 'scenarios/made.yaml'), 'utf8'))).toMatchObject({
      fake: [{}, { patch: 'deep/s.patch' }, { print: 'it is $DEPLOY_TOKEN, stand-in-for-DEPLOY_TOKEN' }, {}],
      given: { protected: ['../guarded'], secrets: { DEPLOY_TOKEN: 'stand-in-for-DEPLOY_TOKEN' } },
      limits: { backend: '50s' },
      expect: { artifacts: { 'scenario.yaml': 'present' } },
    });
    expect(await redIn(place.root, 'scenarios/made.yaml')).toEqual([]);
  });
});

describe('nothing is made of a bundle', () => {
  const gated = ['--backend', 'case', '--stage', '1'];

  it('that contradicts itself: 4, with what differs', async () => {
    await using place = await project();
    const bundle = await bundleOf(place.root, gated);
    await appendFile(join(bundle, 'test.log'), 'x');
    const { exit, out, err } = await commandLine(place.root, ['record', bundle]);
    expect({ exit, out }).toEqual({ exit: 4, out: '' });
    expect(err).toContain('is not consistent: nothing is made of it\n  test.log: ');
    expect(await readdir(place.root)).not.toContain('scenarios');
  });

  it('of a run that was interrupted', async () => {
    await using place = await project();
    const bundle = await bundleOf(place.root, ['--limit-run', '1ms']);
    expect(await commandLine(place.root, ['record', bundle])).toMatchObject({
      exit: 64,
      out: '',
      err: expect.stringContaining('is a run that was interrupted') as string,
    });
  });

  it('whose run cannot be brought about by a scenario: 1, with what differs; --untried writes it all the same', async () => {
    await using place = await project({ 'script.yaml': '- plan: [x]\n- oracle: true\n- write: ../stranger.txt\n- claim: completed\n' });
    const bundle = await bundleOf(place.root, ['--fake', 'script.yaml']);
    const { exit, out } = await commandLine(place.root, ['record', bundle, '--out', 'scenarios/made.yaml']);
    expect(exit).toBe(1);
    expect(out).toContain('not written: run again it is not green\n  expect.status: expected "fail", got "pass"\n');
    expect(await readdir(place.root)).not.toContain('scenarios');
    expect(await commandLine(place.root, ['record', bundle, '--out', 'scenarios/made.yaml', '--untried'])).toMatchObject({
      exit: 0,
      out: expect.stringContaining('Not tried.') as string,
    });
    expect(await readFile(join(place.root, 'scenarios/made.yaml'), 'utf8')).toContain('blockers: [write_outside_roots]');
  });

  it('in a folder whose defaults would make another run of it', async () => {
    await using place = await project({ 'scenarios/_defaults.yaml': 'scenario: 1\nlimits: {run: 5m}\n' });
    const bundle = await bundleOf(place.root, gated);
    const { exit, err } = await commandLine(place.root, ['record', bundle, '--out', 'scenarios/made.yaml']);
    expect(exit).toBe(64);
    expect(err).toContain('scenarios/_defaults.yaml:2:9: limits: the defaults of this folder would make it another run');
  });

  it.each([
    ['a folder that is not there', (_bundle: string) => ['nowhere'], 'nowhere: there is no such folder'],
    ['a folder that is no bundle', () => ['.'], 'this folder is no evidence bundle'],
    ['a file', () => ['package.json'], 'is not a folder'],
    ['a scenario that is there', (bundle: string) => [bundle, '--out', 'scenarios/a.yaml'], 'scenarios/a.yaml: is there already'],
    ['a file that no test would run', (bundle: string) => [bundle, '--out', 'scenarios/_a.yaml'], 'would not be run by any test'],
    ['a file elsewhere', (bundle: string) => [bundle, '--out', 'a.yaml'], 'would not be run by any test'],
    ['a wrong flag', (bundle: string) => [bundle, '--ot', 'x'], 'Did you mean "--out"?'],
    ['no bundle', () => [], "missing required argument 'bundle'"],
  ])('64 for %s', async (_title, argv, message) => {
    await using place = await project({ 'scenarios/a.yaml': 'mine\n' });
    const bundle = await bundleOf(place.root, gated);
    const { exit, out, err } = await commandLine(place.root, ['record', ...argv(bundle)]);
    expect({ exit, out }).toEqual({ exit: 64, out: '' });
    expect(err).toContain(message);
    expect(await readFile(join(place.root, 'scenarios/a.yaml'), 'utf8')).toBe('mine\n');
  });

  it('whose task is gone', async () => {
    await using place = await project();
    await commandLine(place.root, ['new', 'task', 'mine']);
    const bundle = await bundleOf(place.root, ['mine', ...gated]);
    await quietPorts().files.remove(join(place.root, 'fixtures/mine'));
    expect((await commandLine(place.root, ['record', bundle])).err).toContain('no task is called "mine"');
  });

  it('a task that has changed since is said', async () => {
    await using place = await project();
    await commandLine(place.root, ['new', 'task', 'mine']);
    const bundle = await bundleOf(place.root, ['mine', ...gated]);
    await writeFile(join(place.root, 'fixtures/mine/repo/README.md'), 'other\n');
    expect((await commandLine(place.root, ['record', bundle])).out).toContain('note: The task was another one then');
  });
});
