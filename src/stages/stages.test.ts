import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { ordinaryGiven } from '../model/plan.ts';
import { type Stage, stageNames } from '../model/units.ts';
import { aGreenBundle } from '../testing/bundles.ts';
import { quietPorts } from '../testing/command-line.ts';
import { aProject, problemsOf } from '../testing/project.ts';
import { readStage, stageFile, stagesOf } from './index.ts';

const home = resolve(import.meta.dirname, '../..');
const ports = quietPorts();
const textOf = (number: Stage) => readFileSync(join(home, stageFile(number)), 'utf8');
const second = stageFile(2);

describe('the records of the stages', () => {
  it('are six, and every one has what the seeds ask for', async () => {
    const stages = await stagesOf(home, ports);
    expect(stages.map(({ record }) => record.name)).toEqual(Object.values(stageNames));
    for (const { record, file, sha256 } of stages) {
      expect(record.core_promotion_status).toBe('not-promoted');
      expect(record.notice).toContain('does not authorize');
      expect(record.entry.switches['case']).toEqual({ CTO_HARNESS_ALLOW_CASE: '1', CTO_HARNESS_CASE_STAGE: String(record.number) });
      expect(sha256).toBe(
        createHash('sha256')
          .update(readFileSync(join(home, file)))
          .digest('hex'),
      );
    }
  });

  it('are those of proofgate where a project has none', async () => {
    await using project = await aProject({});
    expect(await readStage(project.root, 2, ports)).toEqual(await readStage(home, 2, ports));
  });

  it("are the project's own where it has them, and its digest is another", async () => {
    await using project = await aProject({ [second]: textOf(2).replace('workspace copy only', 'look and do not touch') });
    const { record, sha256 } = await readStage(project.root, 2, ports);
    expect(record.mutation_mode).toBe('look and do not touch');
    expect(sha256).not.toBe((await readStage(home, 2, ports)).sha256);
  });

  it.each<[string, (text: string) => string, string]>([
    ['a field that is not there', text => text.replace(/^risk_class.*\n/m, ''), `${second}:3:1 risk_class: is missing`],
    ['a field that nobody knows', text => `${text}extra: 1\n`, `${second}:`],
    [
      'a name of another stage',
      text => text.replace('artificial fixture', 'candidate default'),
      'must be "artificial fixture", the name of stage 2',
    ],
    ['a number of another stage', () => textOf(3), 'number: is 3, and the name of the file says 2'],
    ['no prior stage', text => text.replace('prior_stage: promoted', 'prior_stage: none'), 'must be promoted at stage 2'],
    ['no containment', text => text.replace('containment: observed', 'containment: none'), 'containment: '],
    ['a promotion', text => text.replace('not-promoted', 'promoted'), 'core_promotion_status: '],
    ['a code that nobody raises', text => text.replace('- no_diff', '- no_dif'), 'failure_modes.0: '],
    ['an artifact outside of the bundle', text => text.replace('- report.md', '- ../report.md'), 'required_artifacts.1: must be relative'],
  ])('are refused with %s', async (_title, change, problem) => {
    await using project = await aProject({ [second]: change(textOf(2)) });
    expect((await problemsOf(readStage(project.root, 2, ports))).join('\n')).toContain(problem);
  });
});

describe('a run', async () => {
  const bundle = await aGreenBundle();
  afterAll(() => bundle[Symbol.asyncDispose]());

  /** The records that a scenario names instead, with some of stage 2 said otherwise. */
  const withRecord = async (change: (text: string) => string) => {
    const folder = join(bundle.top, `records-${ports.randomHex(4)}`);
    await ports.files.write(join(folder, second.replace('admissions/', '')), change(textOf(2)));
    return { given: { ...ordinaryGiven, admissions: folder } };
  };
  const jsonOf = async (dir: string, name: string) => JSON.parse(await ports.files.readText(join(dir, name))) as Record<string, unknown>;

  it('has the digest of its stage record in the contract, and what the record allows in the decision', async () => {
    const { record, sha256 } = await readStage(home, 2, ports);
    expect(await jsonOf(bundle.green, 'task.contract.json')).toMatchObject({
      stage_digest: sha256,
      containment: { required: 'observed' },
      task: { approval: { required: false, scope: record.approval.scope, mutation_mode: record.mutation_mode } },
    });
    expect(await jsonOf(bundle.green, 'eligibility.json')).toMatchObject({
      stage: { number: 2, file: second, sha256 },
      risk_class: 'artificial',
      allowed_mutation_scope: 'copied artificial case only',
      allowed_mutation_mode: 'workspace copy only',
      required_by_stage: { prior_stage: 'promoted', containment: 'observed', approval: false },
    });
  });

  it('needs an approval where the record asks for one, also where the task does not', async () => {
    const { report } = await bundle.run(await withRecord(text => text.replace('approval: {required: false', 'approval: {required: true')));
    expect(report.blockers.map(({ code }) => code)).toEqual(['approval_denied']);
  });

  it('needs the switches that the record names for its backend, and says which', async () => {
    const { report, dir } = await bundle.run(
      await withRecord(text => text.replace('  switches:\n', '  switches:\n    fake: {MY_SWITCH: "on"}\n')),
    );
    expect(report.blockers).toMatchObject([
      { code: 'stage_not_enabled', detail: expect.stringContaining('MY_SWITCH=on; it is not set') as string },
    ]);
    expect(await jsonOf(dir, 'eligibility.json')).toMatchObject({
      selected_backend: null,
      required_by_stage: { switches: ['MY_SWITCH'] },
      escalation_path: 'the operator named by the blocker decides; the backend has no say',
    });
  });

  it('does not start where the record of its stage is not right', async () => {
    const over = await withRecord(text => text.replace(/^promotion:/m, 'promoted:'));
    expect((await problemsOf(bundle.run(over))).join()).toContain('promoted: unknown key');
  });
});
