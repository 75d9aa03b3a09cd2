/** The stand-in for `ca` and a real one, each put into the same situations by the same scripts. */
import { appendFileSync, copyFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { nodePorts } from './node/ports.ts';
import { deedsOf } from './testing/ca-deeds.ts';
import { situations } from './testing/ca-situations.ts';

const real = process.env['CTO_HARNESS_CASE_BIN'];
const named = (name: string) => situations.find(one => one.name === name)!;

describe.skipIf(!real)(`the stand-in does what ${real ?? 'the ca that CTO_HARNESS_CASE_BIN names'} does`, () => {
  // there are two conventions for the exit of a pipeline that failed, and a stand-in for each
  let standIn = 'ca';
  beforeAll(async () => {
    const { exit } = await deedsOf(resolve(real!), named('b-no-envelope'));
    if (exit === 1) standIn = 'ca-exit-1';
  });

  it.concurrent.for(situations)('$name', { timeout: 120_000 }, async (situation, { expect }) => {
    const [ours, theirs] = await Promise.all([deedsOf(standIn, situation), deedsOf(resolve(real!), situation)]);
    expect(ours).toEqual(theirs);
  });
});

describe('the comparison', () => {
  it('finds two builds of one program alike, whatever their digest', async () => {
    await using room = await nodePorts().files.scratch('ca-compare');
    const other = join(room.path, 'ca');
    copyFileSync(join(import.meta.dirname, '..', 'fixtures', 'ca', 'ca'), other);
    appendFileSync(other, '\n');
    for (const name of ['a-standard-all-pass', 'e-review-hard-once', 'f-401']) {
      expect(await deedsOf(other, named(name)), name).toEqual(await deedsOf('ca', named(name)));
    }
  });

  it('finds another exit code', async () => {
    const failing = named('b-no-envelope');
    const [zero, one] = [await deedsOf('ca', failing), await deedsOf('ca-exit-1', failing)];
    expect([zero.exit, one.exit]).toEqual([0, 1]);
    expect({ ...one, exit: 0 }).toEqual(zero);
  });

  it.each([
    ['events', 'a-standard-all-pass', 'a-tiny-all-pass'],
    ['said', 'e-reviewer-failed', 'e-reviewer-blocked'],
    ['logged', 'e-review-soft-once', 'e-review-hard-once'],
    ['asked', 'f-401', 'f-500'],
    ['git', 'g-readme-too', 'h-commit-and-untracked'],
    ['task', 'a-closer-failed', 'a-standard-all-pass'],
  ] as const)('finds other %s', async (what, one, another) => {
    const [left, right] = await Promise.all([deedsOf('ca', named(one)), deedsOf('ca', named(another))]);
    expect(left[what]).not.toEqual(right[what]);
  });
});
