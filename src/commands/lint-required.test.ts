import { expect, it } from 'vitest';
import { commandLine } from '../testing/command-line.ts';
import { stageRecord } from '../testing/gate-room.ts';
import { aProject } from '../testing/project.ts';

const record = 'admissions/stages/2-artificial-fixture.yaml';

/** What lint calls a problem of the record of stage 2, which requires `a/**` of everybody and `pi.yaml` of pi. */
async function problemsOf(scenarios: Record<string, string>) {
  const files = Object.fromEntries(Object.entries(scenarios).map(([name, text]) => [`scenarios/${name}`, `scenario: 1\n${text}\n`]));
  const text = JSON.stringify({ ...(JSON.parse(stageRecord(2, ['a/**'])) as object), required_for: { pi: ['pi.yaml'] } });
  await using project = await aProject({ ...files, [record]: text });
  const { out } = await commandLine(project.root, ['lint', '--json']);
  const { findings } = JSON.parse(out) as { findings: { rule: string; level: string; at: string; message: string }[] };
  return findings.filter(({ rule }) => rule === 'required-in-vain').map(({ level, at, message }) => `${level} ${at} ${message}`);
}

it.each<[string, Record<string, string>, string[]]>([
  [
    'a pass under given',
    { 'a/one.yaml': 'given: {tree: clean, prior_stage: promoted}\nexpect: {status: pass}' },
    ['requires in vain: scenarios/a/one.yaml#one passes only under given.tree, given.prior_stage, which promotes nothing'],
  ],
  [
    'a pass by a scripted model, for one backend',
    { 'pi.yaml': 'backend: pi\nmodel: {provider: a, id: b, script: [text: done]}\nexpect: {exit: zero}' },
    ['requires in vain: scenarios/pi.yaml#pi passes only under a scripted model, which promotes nothing'],
  ],
  [
    'several, once for the glob that selects them',
    {
      'a/one.yaml': 'given: {prior_stage: promoted}\nexpect: {status: pass}',
      'a/two.yaml': 'do: verify\ngiven: {prior_stage: promoted}\nexpect: {exit: zero}',
    },
    ['requires in vain: scenarios/a/one.yaml#one passes only under given.prior_stage, which promotes nothing, and 1 more like it'],
  ],
  [
    'what the candidate runs at another stage',
    { 'a/one.yaml': 'backend: candidate\nstage: 3\nexpect: {status: pass}' },
    ['requires in vain: scenarios/a/one.yaml#one is run by the candidate at stage 3'],
  ],
  [
    'a provoked refusal',
    { 'a/one.yaml': 'given: {prior_stage: promoted}\nfake: [claim: completed]\nexpect: {status: fail, blocker: no_diff}' },
    [],
  ],
  ['a pass in the ordinary world', { 'a/one.yaml': 'expect: {status: pass}' }, []],
  [
    'a bundle that was spoilt after a pass',
    { 'a/one.yaml': 'do: verify\ngiven: {mutate: {file: patch.diff, flip: 3}}\nexpect: {exit: invalid}' },
    [],
  ],
  ['what the candidate runs at this stage', { 'a/one.yaml': 'backend: candidate\nexpect: {status: pass}' }, []],
])('a stage record that requires %s', async (_what, scenarios, messages) => {
  const found = await problemsOf(scenarios);
  expect(found.map(one => one.replace(/^problem admissions\/stages\/2-artificial-fixture\.yaml:1:\d+ /, ''))).toEqual(messages);
});
