import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { claimsIn } from '../authoring/lint-claims.ts';
import { commandLine, quietPorts } from '../testing/command-line.ts';
import { aProject } from '../testing/project.ts';

const home = resolve(import.meta.dirname, '../..');
const STAGES = 'admissions/stages';
/** The records of the built-in stages and a board. */
const good: Record<string, string> = {
  'admissions/workboard.yaml':
    'workboard: 1\ncore_promotion_status: not-promoted\nnotice: It does not authorize anything.\nitems:\n  - {id: A, title: t, criteria: [{id: one, text: t}]}\n',
  ...Object.fromEntries(readdirSync(join(home, STAGES)).map(name => [`${STAGES}/${name}`, readFileSync(join(home, STAGES, name), 'utf8')])),
};
const second = `${STAGES}/2-artificial-fixture.yaml`;
const last = `${STAGES}/6-candidate-default.yaml`;
/** The line on which a key stands. */
const lineOf = (path: string, key: string) => good[path]!.split('\n').findIndex(line => line.startsWith(`${key}:`)) + 1;
const reviewed = Date.parse('2026-11-20T12:00:00Z');
const DAY = 86_400_000;

/** Level, place and words of what is found in the records of a project, on a day. */
async function lint(files: Record<string, string>, now = reviewed) {
  await using project = await aProject(files);
  const ports = { ...quietPorts(), clock: { ...quietPorts().clock, now: () => now } };
  const { exit, out } = await commandLine(project.root, ['lint', '--admissions', 'admissions', '--json'], { ports });
  const { findings, records } = JSON.parse(out) as { findings: { level: string; at: string; message: string }[]; records: number };
  return { exit, records, found: findings.map(({ level, at, message }) => `${level} ${at} ${message}`) };
}

const changed = (path: string, change: (text: string) => string) => ({ ...good, [path]: change(good[path]!) });
const without = (path: string) => Object.fromEntries(Object.entries(good).filter(([name]) => name !== path));

describe('the records of a plan', { concurrent: true }, () => {
  it('are complete, and counted', async () => {
    expect(await lint(good)).toEqual({ exit: 0, records: 7, found: [] });
  });

  it('say of what is missing what to do', async () => {
    await using project = await aProject({ [second]: good[second]! });
    const { exit, out } = await commandLine(project.root, ['lint', '--admissions', 'admissions']);
    expect(exit).toBe(1);
    expect(out).toContain(`problem ${last}: is not there\n  hint: copy ${last} of proofgate there: the six records stand together\n`);
    expect(out).toContain('problem admissions/workboard.yaml: is not there\n  hint: write the work items with their criteria');
    const { err } = await commandLine(project.root, ['board']);
    expect(err).toMatch(/^admissions\/workboard\.yaml: is not there\n {2}hint: write the work items with their criteria/);
  });

  it.each(['ledger', 'promotions', 'lapses'])('are not what stands in %s', async folder => {
    expect(await lint({ ...good, [`admissions/${folder}/2-fake-n.dsse.json`]: '{}' })).toEqual({ exit: 0, records: 7, found: [] });
  });

  it('promote nothing and make nothing ready, and lint says so', async () => {
    await using project = await aProject(good);
    const { out } = await commandLine(project.root, ['lint', '--admissions', 'admissions']);
    expect(out).toContain('Planning only: nothing was run, and nothing here says that a backend is ready.');
  });

  it.each<[string, Record<string, string>, string]>([
    ['a stage without its record', without(second), `problem ${second} is not there`],
    ['a ladder without a board', without('admissions/workboard.yaml'), 'problem admissions/workboard.yaml is not there'],
    [
      'a record that promotes',
      changed(second, text => text.replace('not-promoted', 'promoted')),
      `problem ${second}:${lineOf(second, 'core_promotion_status')}:24 core_promotion_status: expected not-promoted, got "promoted"`,
    ],
    [
      'a record without a notice',
      changed(second, text => text.replace(/notice: >-\n(  .*\n)+/, '')),
      `problem ${second}:3:1 notice: is missing`,
    ],
    [
      'a notice that forbids nothing',
      changed(second, text => text.replace('It does not authorize', 'It welcomes')),
      `problem ${second}:${lineOf(second, 'notice')}:9 notice: does not say what the record does not authorize`,
    ],
    [
      'a board that promotes',
      changed('admissions/workboard.yaml', text => text.replace('not-promoted', 'promoted')),
      'problem admissions/workboard.yaml:2:24 core_promotion_status: expected not-promoted',
    ],
    [
      'a record of an unknown kind that promotes',
      { ...good, 'admissions/other/x.json': '{"notice": "It does not authorize anything."}' },
      'problem admissions/other/x.json:1:1 core_promotion_status: must be not-promoted',
    ],
    ['a record that is no YAML', changed(second, () => 'a: [\n'), `problem ${second}:`],
    [
      'a policy that is over',
      { ...good, 'admissions/policy.yaml': 'notice: It authorizes nothing.\nexpires_at: "2026-11-01T00:00:00Z"\n' },
      'problem admissions/policy.yaml:2:13 expires_at: 2026-11-01T00:00:00Z is over',
    ],
    [
      'a record of no stage',
      { ...good, [`${STAGES}/7-beyond.yaml`]: good[second]! },
      `problem ${STAGES}/7-beyond.yaml is the record of no stage`,
    ],
    [
      'a last rung that is for the taking',
      changed(last, text => text.replaceAll('earned, not assumed', 'near')),
      `problem ${last}:${lineOf(last, 'promotion')}:12 promotion: does not say that default status is earned`,
    ],
    [
      'a claim',
      { ...good, 'admissions/notes.md': '# Notes\n\nFrom today on `case` is the default backend.\n' },
      'problem admissions/notes.md:3:15 calls case the default',
    ],
  ])('are refused with %s, at its place', async (_title, files, problem) => {
    const { exit, found } = await lint(files);
    expect(exit).toBe(1);
    expect(found.map(one => one.slice(0, problem.length))).toContain(problem);
  });

  it.each([
    ['on the last day', 180, 0],
    ['a day later', 181, 1],
    ['before it was reviewed', -2, 1],
  ])('are to be read again after their time: %s', async (_title, days, exit) => {
    expect((await lint(good, reviewed + days * DAY)).exit).toBe(exit);
  });

  it('cannot be asked for where there are none, or together with scenarios', async () => {
    await using project = await aProject({});
    expect(await commandLine(project.root, ['lint', '--admissions', 'nowhere'])).toMatchObject({
      exit: 64,
      err: expect.stringContaining('nowhere: is no folder') as string,
    });
    expect((await commandLine(project.root, ['lint', 'scenarios', '--admissions', 'x'])).exit).toBe(64);
  });
});

describe('a text', () => {
  it.each([
    '`case` is the default backend.',
    'The default backend is Case.',
    'We made Codex the default.',
    'Pi becomes the default engine\nfrom now on.',
    'The case backend is now the default.',
    'default backend: `pi`',
    '| `codex` | the default backend |',
  ])('claims a default: %s', text => {
    expect(claimsIn(text)).toHaveLength(1);
  });

  it.each([
    '`case` is not the default backend.',
    'Case is a candidate for the default backend.',
    'Case is disabled by default.',
    'The default backend is fake.',
    'In this case the default backend answers.',
    'Nothing becomes the default before stage 6 is promoted, not even `case`.',
    '`pi` asks for the default model.',
    'The default backend is fake. Case has to be enabled.',
  ])('claims none: %s', text => {
    expect(claimsIn(text)).toEqual([]);
  });

  const envelope = (result: string, uri: string) => {
    const payload = { predicate: { verificationResult: result, verifiedLevels: ['PROOFGATE_STAGE_6'], resourceUri: uri } };
    return JSON.stringify({ payload: Buffer.from(JSON.stringify(payload)).toString('base64') });
  };
  it.each([
    ['its own promotion', envelope('PASSED', 'backend:case@x#model=p/m#stage=6'), 0],
    ['the promotion of another', envelope('PASSED', 'backend:pi@x#model=p/m#stage=6'), 1],
    ['a refusal', envelope('FAILED', 'backend:case@x#model=p/m#stage=6'), 1],
    ['what is no envelope', '{', 1],
  ])('may claim it with %s: %#', async (_title, record, exit) => {
    const files = { ...good, 'admissions/notes.md': 'Case is the default backend.\n', 'admissions/promotions/6-case-n.dsse.json': record };
    expect((await lint(files)).exit).toBe(exit);
    // nobody is the default by a promotion that has lapsed
    expect((await lint({ ...files, 'admissions/lapses/6-case-n.dsse.json': '{}' })).exit).toBe(1);
  });
});
