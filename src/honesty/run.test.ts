import { join, relative } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { UserError } from '../errors.ts';
import { judgeScenario } from '../scenario/judging.ts';
import { loadScenarios } from '../scenario/load.ts';
import { idOf } from '../scenario/resolved.ts';
import { openSuite } from '../suite/write.ts';
import { aGreenBundle } from '../testing/bundles.ts';
import { aProject } from '../testing/project.ts';
import { verifyBundle } from '../verify/verify.ts';
import { runHonesty, type Options, type OnTrial } from './run.ts';

const bundle = await aGreenBundle();
afterAll(() => bundle[Symbol.asyncDispose]());
const { ports, green, run } = bundle;
const { dir: blocked } = await run({ stage: 3 });

const scenarios = {
  'scenarios/pass.yaml':
    'scenario: 1\nexpect: {status: pass, exit: zero, events: [run.started, {type: run.completed, status: pass}], artifacts: {patch.diff: {matches: strings.js}}}\n',
  'scenarios/blocked.yaml': 'scenario: 1\nstage: 3\nexpect: {status: blocked, blockers: [prior_stage_not_proven], exit: blocked}\n',
  'scenarios/broken.yaml': 'scenario: 1\nexpect: {status: pass}\n',
};

/** A project whose last suite proved these scenarios with bundles that were made before. */
async function aSuite(bundles: Record<string, { dir: string | null; exit: number }>) {
  const project = await aProject(scenarios);
  const place = { project: project.root, scenarios: join(project.root, 'scenarios') };
  const names = Object.keys(bundles);
  const loaded = (await Promise.all(names.map(name => loadScenarios(join(place.scenarios, `${name}.yaml`), place, ports)))).flat();
  const suite = await openSuite(join(project.root, 'reports/suites'), { nonce: 'n', scenarios: loaded, unreadable: [] }, ports);
  for (const [i, scenario] of loaded.entries()) {
    const { dir, exit } = bundles[names[i]!]!;
    const ending = { exit, bundle: dir === null ? null : relative(project.root, dir), reason: null, waived: {}, duration_ms: 1 };
    await suite.end(idOf(scenario), { ...ending, state: names[i] === 'broken' ? 'red' : 'green' });
  }
  return project;
}

async function honesty(root: string, options: Partial<Options> = {}, onTrial: Partial<OnTrial> = {}) {
  let text = '';
  const output = { print: (line: string) => void (text += `${line}\n`), progress: () => undefined };
  const all: Options = { sample: 2, seed: 1, suite: undefined, everyByte: false, only: undefined, ...options };
  const code = await runHonesty(root, all, { judge: judgeScenario, verify: verifyBundle, ...onTrial }, output, ports);
  return { code, text };
}

const both = { pass: { dir: green, exit: 0 }, blocked: { dir: blocked, exit: 2 } };

describe('the honesty of a suite', () => {
  it('is shown by two tables in which nothing survives', async () => {
    await using project = await aSuite(both);
    const { code, text } = await honesty(project.root);
    expect(text).toMatch(/^assertions +mutants +killed +survivors +limits$/m);
    expect(text).toMatch(/^evidence +mutants +killed +survivors +limits$/m);
    expect(text).toContain('2 green scenarios with a bundle, 0 whose bundle is gone, 0 of a command line, 0 not green, 0 without a result');
    expect(text).toMatch(/(\d+) mutants, \1 killed, 0 survived \(seed 1\)/);
    expect(text).toContain('the suite has no sound bundle of the kind: fake, python; command, with its baseline; fail');
    expect(code).toBe(0);
  }, 120_000);

  it('is the same for the same seed, and drawn otherwise for another', async () => {
    await using project = await aSuite(both);
    const [first, again, other] = [
      await honesty(project.root),
      await honesty(project.root),
      await honesty(project.root, { seed: 2, sample: 1 }),
    ];
    expect(again).toEqual(first);
    expect(other.text).not.toBe(first.text);
  }, 120_000);

  it('is none with a judge that sees less: each survivor can be tried alone', async () => {
    await using project = await aSuite(both);
    const judge: OnTrial['judge'] = async (spec, evidence) =>
      (await judgeScenario(spec, evidence)).filter(({ path }) => !path.includes('exit'));
    const { code, text } = await honesty(project.root, {}, { judge });
    expect(code).toBe(1);
    expect(text).toContain('scenarios/blocked.yaml:3:69 scenarios/blocked.yaml#blocked');
    const [, only] = /--only (\w+)/.exec(text) ?? [];
    expect((await honesty(project.root, { only }, { judge })).text).toMatch(/^1 mutants, 0 killed, 1 survived/m);
    expect(await honesty(project.root, { only })).toMatchObject({
      code: 0,
      text: expect.stringMatching(/^1 mutants, 1 killed, 0 survived/m),
    });
  }, 120_000);

  it('is none with a verify that sees less, and what survived there can be tried alone as well', async () => {
    await using project = await aSuite(both);
    const verify: OnTrial['verify'] = async (dir, all) => {
      const check = await verifyBundle(dir, all);
      const problems = check.problems.filter(({ artifact }) => artifact !== 'patch.diff');
      return problems.length > 0 || check.problems.length === 0 ? check : { ...check, problems, verdict: 'consistent', exit: 0 };
    };
    const { code, text } = await honesty(project.root, { sample: 40 }, { verify });
    expect(code).toBe(1);
    const [, only] = /survivor (\w+)  byte flipped/.exec(text) ?? [];
    expect((await honesty(project.root, { only }, { verify })).text).toMatch(/^1 mutants, 0 killed, 1 survived/m);
  }, 120_000);
});

describe('nothing to show is a failure', () => {
  it('where there is no suite', async () => {
    await using project = await aProject(scenarios);
    await expect(honesty(project.root)).rejects.toThrow(UserError);
  });

  it('where nothing is green', async () => {
    await using project = await aSuite({ broken: { dir: green, exit: 0 } });
    const { code, text } = await honesty(project.root);
    expect(code).toBe(1);
    expect(text).toContain('failure: no assertion was tried');
    expect(text).toContain('failure: no bundle was tried');
  });

  it('where the bundles are gone, and they are named', async () => {
    await using project = await aSuite({ ...both, pass: { dir: join(green, 'gone'), exit: 0 } });
    const { code, text } = await honesty(project.root, { sample: 1 });
    expect(code).toBe(1);
    expect(text).toContain('no bundle: scenarios/pass.yaml#pass');
    expect(text).toContain('failure: the bundles of 1 of 2 green scenarios are gone');
  }, 60_000);

  it('where a scenario is not what was run', async () => {
    await using project = await aSuite(both);
    await ports.files.write(
      join(project.root, 'scenarios/blocked.yaml'),
      scenarios['scenarios/blocked.yaml'].replace('exit: blocked', 'exit: 2'),
    );
    const { code, text } = await honesty(project.root);
    expect(code).toBe(1);
    expect(text).toContain('failure: scenarios/blocked.yaml#blocked is not the scenario that was run: its digest differs');
  }, 60_000);

  it('where no mutant has the id that was asked for', async () => {
    await using project = await aSuite({ pass: both.pass });
    expect(await honesty(project.root, { only: 'nobody' })).toMatchObject({
      code: 1,
      text: expect.stringContaining('no mutant has the id nobody'),
    });
  }, 60_000);
});
