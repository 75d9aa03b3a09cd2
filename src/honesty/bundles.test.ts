import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { aGreenBundle } from '../testing/bundles.ts';
import { verifyBundle } from '../verify/verify.ts';
import { families } from './families.ts';
import { tryBundle } from './bundles.ts';
import { makeRandom } from './random.ts';
import { memoryRoom } from './room.ts';
import { chooseSpecimens, type Verify } from './specimen.ts';
import { makeTable } from './table.ts';
import type { BundleMutant } from './bundle-mutant.ts';

const bundle = await aGreenBundle();
afterAll(() => bundle[Symbol.asyncDispose]());
const { ports, green, run } = bundle;
const { dir: fail } = await run({ fake: [{ plan: ['think'] }, { claim: 'completed' }] });
const { dir: blocked } = await run({ stage: 3 });
const left = (dir: string, id: string) => ({ id, digest: '', dir, exit: 0 });
const { specimens, absent } = await chooseSpecimens([left(green, 'a'), left(fail, 'b'), left(blocked, 'c')], verifyBundle, ports);
const [sound] = specimens;

/** @param kinds of the rows that are tried, all of them where none is named */
async function tried(verify: Verify, kinds?: RegExp, count = 3) {
  const table = makeTable();
  const random = makeRandom(1);
  const pick = (mutants: Iterable<BundleMutant>) => {
    const wanted = [...mutants].filter(({ kind }) => !kinds || kinds.test(kind));
    return [...Map.groupBy(wanted, ({ kind }) => kind).values()].flatMap(same => random.some(same, count));
  };
  const options = { verify, extent: { bytes: 3, random }, pick, isChosen: () => true, onMutant: () => undefined };
  await tryBundle(sound!, families, options, table, ports);
  return table;
}

describe('specimens', () => {
  it('are one of each kind that the suite has; the others are named', () => {
    expect(specimens.map(({ name, dir }) => [name, dir])).toEqual([
      ['fake, node', green],
      ['fail', fail],
      ['blocked', blocked],
    ]);
    expect(absent).toEqual(['fake, python', 'command, with its baseline']);
  });

  it('are only bundles that verify finds sound', async () => {
    const never: Verify = async () => ({ verdict: 'invalid', status: null, exit: 4, problems: [], notes: [] });
    expect((await chooseSpecimens([left(green, 'a')], never, ports)).specimens).toEqual([]);
  });
});

describe('a copy in memory', () => {
  it.each(specimens)('is to verify what it is on disk: $name', async specimen => {
    const { files } = memoryRoom(specimen, ports.files);
    expect(await verifyBundle(specimen.dir, { ...ports, files })).toEqual(await verifyBundle(specimen.dir, ports));
  });

  it('changes alone', async () => {
    const room = memoryRoom(sound!, ports.files);
    await room.write('test.log', 'other');
    await room.remove('backend');
    await room.write('new/file', 'x');
    expect(await room.files.list(sound!.dir)).toEqual(expect.arrayContaining(['new', 'test.log']));
    expect(await room.files.list(sound!.dir)).not.toContain('backend');
    expect(await ports.files.readText(join(green, 'test.log'))).not.toBe('other');
    expect(await memoryRoom(sound!, ports.files).text('test.log')).not.toBe('other');
  });
});

describe('the real verify', () => {
  it('names what was touched, by every family, and misses nothing but what is documented', async () => {
    const table = await tried(verifyBundle);
    expect(table.survivors).toEqual([]);
    expect(table.rows.size).toBeGreaterThan(40);
    expect([...table.rows.keys()]).toContain('as it is');
    expect([...table.limits.keys()].every(kind => kind.startsWith('documented: '))).toBe(true);
  }, 120_000);
});

describe('a verify is found that', () => {
  const blindTo =
    (artifact: string): Verify =>
    async (dir, all) => {
      const check = await verifyBundle(dir, all);
      const problems = check.problems.filter(problem => problem.artifact !== artifact);
      return problems.length > 0 ? { ...check, problems } : { ...check, verdict: 'consistent', problems, exit: 0 };
    };

  it.each(['test.log', 'backend/agent/prompt.md', 'manifest.json', 'report.json', 'events.normalized.jsonl'])(
    'ignores %s',
    async artifact => {
      const { survivors } = await tried(blindTo(artifact), /^(byte flipped|file emptied|bytes appended)$/, 200);
      expect(survivors.length).toBeGreaterThan(2);
      expect(survivors.every(({ what }) => what.startsWith(`${artifact}: `))).toBe(true);
      expect(survivors[0]?.because).toContain(`expected 4 and ${artifact}, got `);
    },
    120_000,
  );

  it('believes the verdict of the report', async () => {
    const { survivors } = await tried(blindTo('report.json'), /^verdict, sealed again$/);
    expect(survivors.map(({ what }) => what)).toContain('said to be fail in the report');
  });

  it('finds something wrong with everything: the controls show it', async () => {
    const suspicious: Verify = async (dir, all) => {
      const check = await verifyBundle(dir, all);
      return { ...check, exit: 4, problems: [...check.problems, { artifact: 'test.log', problem: 'looks odd' }] };
    };
    const { survivors } = await tried(suspicious, /^as it is$/);
    expect(survivors.map(({ because }) => because)).toContain('nothing is wrong with it, got 4 and test.log');
  });

  it('says 4 and not where', async () => {
    const vague: Verify = async (dir, all) => ({
      ...(await verifyBundle(dir, all)),
      problems: [{ artifact: 'something', problem: 'is wrong' }],
    });
    const { survivors } = await tried(vague, /^link in the place of a file$/);
    expect(survivors).toHaveLength(3);
  });
});
