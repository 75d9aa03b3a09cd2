import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { admissionFolders } from '../admission/index.ts';
import { sha256 } from '../model/digest.ts';
import { ordinaryGiven, type Plan } from '../model/plan.ts';
import type { Ports } from '../ports.ts';
import { loadTask } from '../scenario/task.ts';
import { aGreenBundle } from '../testing/bundles.ts';
import { examine } from './bundle.ts';

const engine = resolve(import.meta.dirname, '../..');
const DAY_MS = 86_400_000;
const given: Plan['given'] = { ...ordinaryGiven, prior_stage: 'promoted' };
const ofProject = admissionFolders(engine, undefined);
const COMPLETE = 'scenarios/stage6/records/complete/comparisons';
const folder = (...names: string[]) => [join(engine, 'scenarios', ...names)];
const sed = 's/(ms < 1000 ? `${Math.round(ms)} ms`/(Math.round(ms) < 1000 ? `${Math.round(ms)} ms`/';

/** What lets a run in from stage 3 on beside a model and an executable: a record of the project or of a scenario, and how a run gets there. */
const kinds = [
  { file: 'admissions/sources/proofgate-model-1.json', from: 'admissions/sources', task: 'c1-duration-rounds', plan: { stage: 3 } },
  {
    file: 'admissions/owned/model-repository.json',
    from: 'scenarios/stage5/records/declared/owned',
    task: 'o1-duration-rounds',
    plan: {
      stage: 5,
      given: { ...given, repository: { from: 'fixtures/sources/proofgate-model.bundle', dir: null } },
      approval: { answer: 'granted', actor: 'an owner' },
    },
  },
  {
    file: 'admissions/comparisons/command.json',
    from: 'fresh',
    task: 'c1-duration-rounds',
    plan: { stage: 6, backend: { id: 'command', argv: ['sed', '-i', sed, 'src/model/duration.ts'] } },
  },
] as const satisfies readonly { file: string; from: string; task: string; plan: Partial<Plan> }[];

let room: Awaited<ReturnType<typeof aGreenBundle>>;
const bundles = new Map<string, string>();
beforeAll(async () => {
  room = await aGreenBundle();
  const comparison = JSON.parse(await room.ports.files.readText(join(engine, COMPLETE, 'command.json'))) as object;
  const days = (count: number) => new Date(Math.round(Date.now() / 1000) * 1000 + count * DAY_MS).toISOString();
  const fresh = { ...comparison, compared_at: days(-1), expires_at: days(6) };
  await room.ports.files.write(join(room.top, 'fresh/command.json'), JSON.stringify(fresh, null, 1));
  for (const { file, task, plan } of kinds) {
    const { dir } = await room.run({
      given,
      ...plan,
      task: await loadTask(join(engine, 'fixtures', task), room.ports),
      admissions: {
        ...ofProject,
        owned: folder('stage5/records/declared/owned'),
        comparisons: [join(room.top, 'fresh')],
      },
    });
    bundles.set(file, dir);
  }
}, 120_000);
afterAll(() => room[Symbol.asyncDispose]());

describe.each(kinds)('a run that $file let in', ({ file, from }) => {
  /** What is found of that record, at a base that has this text in its place; undefined: none. */
  const found = async (textOf: (text: string) => string | undefined, { later = 0, at = file as string } = {}) => {
    const { ports, top } = room;
    const base = join(top, `base-${ports.randomHex(4)}`);
    const text = textOf(await read());
    if (text !== undefined) await ports.files.write(join(base, at), text);
    const then: Ports = { ...ports, clock: { ...ports.clock, now: () => ports.clock.now() + later } };
    const place = { project: top, copy: join(top, `copy-${ports.randomHex(4)}`), base, artifacts: [] };
    const examined = await examine(bundles.get(file)!.slice(top.length + 1), place, then);
    if ('code' in examined) throw new Error(examined.detail);
    expect([examined.evidence.problems, examined.evidence.status]).toEqual([[], 'pass']);
    return examined.evidence.records.find(record => record.file === file);
  };
  const read = async () =>
    room.ports.files.readText(join(from === 'fresh' ? room.top : engine, from, file.slice(file.lastIndexOf('/') + 1)));

  it('rests on it, by its bytes, its day and its end', async () => {
    const text = await read();
    const record = JSON.parse(text) as Record<string, string>;
    expect(await found(same => same)).toEqual({
      file,
      sha256: sha256(text),
      now: { sha256: sha256(text), admitted_at: record['admitted_at'] ?? record['compared_at'], expires_at: record['expires_at'] },
      problem: null,
    });
  });

  it('shows where the base has another', async () => {
    const text = await read();
    const edited = (same: string) => same.replace('"notice"', ' "notice"');
    expect(await found(edited)).toMatchObject({ sha256: sha256(text), now: { sha256: sha256(edited(text)) }, problem: null });
  });

  it.each<[string, Parameters<typeof found>, RegExp]>([
    ['has none', [() => undefined], /is not there|is there: command\.json/],
    ['has it where it counts for nothing', [same => same, { at: `more/${file}` }], /is not there|is there: command\.json/],
    ['has one that expired', [same => same, { later: 4000 * DAY_MS }], /expired on /],
    ['has one that says something else', [same => same.replace('not-promoted', 'promoted')], /is malformed: core_promotion_status/],
  ])('shows where the base %s', async (_what, args, problem) => {
    expect(await found(...args)).toMatchObject({ file, now: null, problem: expect.stringMatching(problem) as string });
  });
});

it('a comparison of more than a week ago is not fresh, and none holds for longer, whatever day stands in it', async () => {
  const { ports, top } = room;
  const text = await ports.files.readText(join(top, 'fresh/command.json'));
  const { compared_at: from, expires_at: end } = JSON.parse(text) as { compared_at: string; expires_at: string };
  const found = async (over: object) => {
    const base = join(top, `base-${ports.randomHex(4)}`);
    await ports.files.write(
      join(base, 'admissions/comparisons/command.json'),
      JSON.stringify({ ...(JSON.parse(text) as object), ...over }),
    );
    const place = { project: top, copy: join(top, `copy-${ports.randomHex(4)}`), base, artifacts: [] };
    const examined = await examine(bundles.get('admissions/comparisons/command.json')!.slice(top.length + 1), place, ports);
    return 'code' in examined ? undefined : examined.evidence.records.find(({ file }) => file.endsWith('command.json'));
  };
  expect(await found({ expires_at: '2099-01-01T00:00:00Z' })).toMatchObject({ now: { admitted_at: from, expires_at: end }, problem: null });
  const old = new Date(Date.now() - 8 * DAY_MS).toISOString();
  expect(await found({ compared_at: old, expires_at: '2099-01-01T00:00:00Z' })).toMatchObject({
    now: null,
    problem: `the comparison command.json is of ${old}, and fresh for a week`,
  });
});
