import { describe, expect, it } from 'vitest';
import { modelRecordName } from '../admission/index.ts';
import { quietPorts } from '../testing/command-line.ts';
import { commandLine } from '../testing/command-line.ts';
import { aProject } from '../testing/project.ts';
import { draftModel } from './admit-model.ts';

const DAY = 86_400_000;
const scenario = 'scenario: 1\nwhy: it has to hold\nbackend: case\nexpect: {status: blocked}\n';
const name = modelRecordName('p', 'm');
const path = `admissions/models/${name}`;

/** The text of a good record, with changes, a line for each key. */
const record = (change: (record: Record<string, unknown>) => Record<string, unknown> = same => same) =>
  JSON.stringify(change({ ...draftModel('p', 'm', { by: 'jp' }, Date.now()).record }), null, 1);
const inDays = (days: number) => new Date(Date.now() + days * DAY).toISOString();

async function lint(files: Record<string, string>, ...argv: string[]): Promise<string[]> {
  await using project = await aProject({ 'scenarios/a.yaml': scenario, ...files });
  const { out } = await commandLine(project.root, ['lint', '--json', ...argv], { ports: quietPorts() });
  const { findings } = JSON.parse(out) as { findings: { level: string; at: string; message: string }[] };
  return findings.map(({ level, at, message }) => `${level} ${at.replace('admissions/', '')} ${message}`);
}

describe('a record that admits nothing is found, at its line', { concurrent: true }, () => {
  it('and a good one is not', async () => {
    expect(await lint({ [path]: record() })).toEqual([]);
  });

  it.each([
    ['a key that no record has', record(one => ({ ...one, base_url: 'x' })), `problem models/${name}:31:2 base_url: unknown key`],
    ['a promotion', record(one => ({ ...one, core_promotion_status: 'promoted' })), `problem models/${name}:12:27 core_promotion_status: `],
    ['no notice', record(one => ({ ...one, notice: undefined })), `problem models/${name}:1:1 notice: is missing`],
    ['an empty notice', record(one => ({ ...one, notice: '' })), `problem models/${name}:13:12 notice: `],
    [
      'the name of another model',
      record(one => ({ ...one, model: 'n' })),
      `problem models/${name}:1:1 this record is called ${modelRecordName('p', 'n')}`,
    ],
    [
      'an end that is over',
      record(one => ({ ...one, expires_at: inDays(-1) })),
      `warning models/${name}:7:16 expires_at: is over: it admits nothing`,
    ],
    [
      'an end that comes soon',
      record(one => ({ ...one, expires_at: inDays(3.5) })),
      `note models/${name}:7:16 expires_at: is over in 4 days`,
    ],
    [
      'a beginning in the future',
      record(one => ({ ...one, admitted_at: inDays(2) })),
      `warning models/${name}:6:17 admitted_at: is in the future`,
    ],
    ['a comment', `# mine\n${record()}`, `problem models/${name}:2:1 is no JSON`],
    ['half a document', '{"schema": ', `problem models/${name}:`],
    ['a key twice', record().replace('{', '{"provider": "q",'), `problem models/${name}:`],
  ])('%s', async (_title, text, found) => {
    const [first = 'nothing', ...more] = await lint({ [path]: text });
    expect(first.slice(0, found.length)).toBe(found);
    expect(more.filter(line => !line.startsWith('problem'))).toEqual([]);
  });

  it('also one of an executable', async () => {
    expect(await lint({ 'admissions/binaries/x.json': '{"schema": "proofgate/binary-admission/1"}' })).toContain(
      'problem binaries/x.json:1:1 sha256: is missing',
    );
  });

  it('where everything is looked at, and not where one file is', async () => {
    expect(await lint({ [path]: '{}', 'scenarios/b.yaml': scenario }, 'scenarios/a.yaml')).toEqual([]);
  });
});
