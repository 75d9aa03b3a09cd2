import { join } from 'node:path';
import { serialize } from '../evidence/seal.ts';
import { digestOfText } from '../scenario/resolved.ts';
import { ENDED, PLAN, resultFile, type SuitePlan, type SuiteResult } from '../suite/record.ts';
import { aGreenBundle } from './bundles.ts';
import { digestOf } from './decision.ts';

const NONCE = 'challenge-1';
const scenarioText = 'scenario: 1\n';
const digest = digestOfText(scenarioText)!;

/** A suite that ended: `a.yaml#a` with a bundle that passed, `b.yaml#b` with a command line and no bundle. Removes itself. */
export async function aSuite() {
  const bundle = await aGreenBundle();
  const { ports, top } = bundle;
  const { files } = ports;
  const dir = join(top, 'reports/suites', NONCE);
  const { dir: made } = await bundle.run({ nonce: NONCE, scenarioText, suite: 'a.yaml#a' });
  await files.makeDir(join(top, 'reports/runs'));
  await files.rename(made, join(top, 'reports/runs/a'));

  const common = { suite: 1, nonce: NONCE, state: 'green', reason: null, waived: {}, duration_ms: 1 } as const;
  const results: [SuiteResult, SuiteResult] = [
    { ...common, id: 'a.yaml#a', digest, exit: 0, bundle: 'reports/runs/a' },
    { ...common, id: 'b.yaml#b', digest: digestOf('b'), exit: 64, bundle: null },
  ];
  const plan: SuitePlan = {
    suite: 1,
    nonce: NONCE,
    started: '2026-03-01T11:00:00.000Z',
    scenarios: results.map(({ id, digest: planned }) => ({ id, digest: planned })),
    unreadable: [],
  };
  await files.write(join(dir, PLAN), serialize(plan));
  await files.write(join(dir, ENDED), '');
  const suite = {
    ports,
    files,
    project: top,
    dir,
    plan,
    results,
    bundleDir: join(top, 'reports/runs/a'),
    copyOf: bundle.copyOf,
    run: bundle.run,
    /** Replaces a result. */
    write: (result: SuiteResult) => files.write(join(dir, resultFile(result.id)), serialize(result)),
    [Symbol.asyncDispose]: () => bundle[Symbol.asyncDispose](),
  };
  for (const result of results) await suite.write(result);
  return suite;
}
