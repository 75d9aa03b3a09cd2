/** Faults that even root notices; a missing permission is in child-run/unprivileged.test.ts. */
import { readdirSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ordinaryGiven, type ArtifactFault } from '../model/plan.ts';
import { aGreenBundle } from '../testing/bundles.ts';

let bundle: Awaited<ReturnType<typeof aGreenBundle>>;
beforeAll(async () => {
  bundle = await aGreenBundle();
}, 60_000);
afterAll(() => bundle[Symbol.asyncDispose]());

const run = (artifact: string, fault: ArtifactFault) => bundle.run({ given: { ...ordinaryGiven, artifact_fault: { [artifact]: fault } } });

describe('what the seal writes and may not', { timeout: 60_000 }, () => {
  it.each<[string, ArtifactFault, string, number]>([
    ['report.md', 'is_directory', 'EISDIR', 1],
    ['report.md', 'disk_full', 'ENOSPC', 1],
    ['manifest.json', 'is_directory', 'EISDIR', 4],
    ['manifest.json', 'disk_full', 'ENOSPC', 4],
  ])('%s: %s is said in the report that is sealed without it', async (artifact, fault, code, verified) => {
    const { dir, exit, report } = await run(artifact, fault);
    expect([exit, report.sealed, report.blockers.map(blocker => `${blocker.code}: ${blocker.detail}`)]).toEqual([
      1,
      true,
      [`artifact_write_failure: ${artifact} (${code})`],
    ]);
    expect(report.artifacts.map(({ path }) => path)).not.toContain(artifact);
    expect(readdirSync(dir).includes('manifest.json')).toBe(artifact !== 'manifest.json');
    expect((await bundle.verify(dir)).exit).toBe(verified);
  });

  it.each<ArtifactFault>(['is_directory', 'disk_full'])(
    'the report itself: %s leaves the reserved one, complete, and no manifest',
    async fault => {
      const { dir, exit, report } = await run('report.json', fault);
      expect([exit, report.sealed, report.blockers.map(({ code }) => code)]).toEqual([1, false, ['run_interrupted']]);
      expect(readdirSync(dir)).not.toContain('manifest.json');
      expect((await bundle.verify(dir)).problems).toEqual([
        { artifact: 'report.json', problem: 'was never sealed: the run did not reach its end' },
      ]);
    },
  );
});
