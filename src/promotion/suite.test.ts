import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { reportText, serialize } from '../evidence/seal.ts';
import type { Report } from '../model/report.ts';
import { readSuite } from '../suite/read.ts';
import { resultFile } from '../suite/record.ts';
import { aKey, digestOf } from '../testing/decision.ts';
import { problemsOf } from '../testing/project.ts';
import { aSuite } from '../testing/signed-suite.ts';
import { signEnvelope } from './dsse.ts';
import { PLAN_STATEMENT, statementFile } from './place.ts';
import { readStatements } from './read-statements.ts';
import { Refused } from './refused.ts';
import { endedSuite, signSuite } from './sign-suite.ts';

const [runner, stranger] = [aKey(), aKey()];
const [ofRun, ofCli] = [statementFile('a.yaml#a'), statementFile('b.yaml#b')];
/** As a folder lists them. */
const both = [ofRun, ofCli].toSorted();
const all = [PLAN_STATEMENT, ...both];

let suite: Awaited<ReturnType<typeof aSuite>>;
beforeAll(async () => {
  suite = await aSuite();
});
afterAll(() => suite[Symbol.asyncDispose]());
beforeEach(async () => {
  await suite.files.remove(join(suite.dir, 'statements'));
  for (const result of suite.results) await suite.write(result);
});

const sign = async (key = runner) => signSuite(await readSuite(suite.dir, suite.ports), suite.project, key, suite.ports);
const path = (file: string) => join(suite.dir, file);
const textOf = (file: string) => suite.files.readText(path(file));
interface Loose {
  predicate: Record<string, unknown>;
  subject: { name: string; digest: { sha256: string } }[];
}
const statementIn = async (file: string) =>
  JSON.parse(Buffer.from((JSON.parse(await textOf(file)) as { payload: string }).payload, 'base64').toString()) as Loose;
/** What a report is before its run comes to an end. */
const reservedOf = (report: Record<string, unknown>): string => reportText({ ...report, sealed: false } as unknown as Report);
/** `file code` of everything that does not hold. */
const refusals = async (keys = [runner]) =>
  (await readStatements(suite.dir, keys, suite.project, suite.ports)).refused.map(({ file, code }) => `${file} ${code}`);

describe('signing a suite', () => {
  it('writes a statement for every result, of the bundle where there is one', async () => {
    expect(await sign()).toEqual({ written: all, unchanged: [], refused: [], missing: [] });
    const { subject, predicate } = await statementIn(ofRun);
    const { digest } = suite.files;
    const sha256 = async (file: string) => (await digest(file)).sha256;
    expect(subject).toEqual([
      { name: resultFile('a.yaml#a'), digest: { sha256: await sha256(path(resultFile('a.yaml#a'))) } },
      ...(await Promise.all(
        ['manifest.json', 'patch.diff', 'report.json'].map(async name => ({
          name,
          digest: { sha256: await sha256(join(suite.bundleDir, name)) },
        })),
      )),
    ]);
    expect(predicate).toMatchObject({
      nonce: 'challenge-1',
      state: 'green',
      exit: 0,
      run: { backend: 'fake', status: 'pass', outcome: 'proven' },
    });
    const ofNone = await statementIn(ofCli);
    expect([ofNone.subject.map(({ name }) => name), ofNone.predicate['run'], ofNone.predicate['exit']]).toEqual([
      [resultFile('b.yaml#b')],
      null,
      64,
    ]);
  });

  it('again gives the same bytes', async () => {
    await sign();
    const before = await textOf(ofRun);
    expect(await sign()).toEqual({ written: [], unchanged: all, refused: [], missing: [] });
    expect(await textOf(ofRun)).toBe(before);
  });

  it('again with another key, or for another result, is refused and writes nothing', async () => {
    await sign();
    await expect(sign(stranger)).rejects.toMatchObject({ code: 'already_signed' });
    await suite.files.remove(path(ofRun));
    await suite.write({ ...suite.results[1], state: 'red' });
    await expect(sign()).rejects.toBeInstanceOf(Refused);
    expect(await suite.files.stat(path(ofRun))).toBe(undefined);
  });

  it.each<[string, object, string]>([
    ['a bundle that is not there', { bundle: 'reports/runs/none' }, 'bundle_elsewhere'],
    ['a bundle outside of the project', { bundle: '../elsewhere' }, 'bundle_elsewhere'],
    ['a bundle by its absolute path', { bundle: '/tmp' }, 'bundle_elsewhere'],
    ['the project itself', { bundle: '.' }, 'bundle_foreign'],
  ])('signs nothing for %s', async (_name, over, code) => {
    await suite.write({ ...suite.results[0], ...over });
    const { refused, written } = await sign().catch((error: unknown) => ({
      refused: [{ id: 'a.yaml#a', code: String(error) }],
      written: [PLAN_STATEMENT, ofCli],
    }));
    expect([refused.map(one => one.id), written]).toEqual([['a.yaml#a'], [PLAN_STATEMENT, ofCli]]);
    if (code !== 'bundle_foreign') expect(refused[0]!.code).toBe(code);
  });

  it('signs nothing for one bundle under two names', async () => {
    await suite.write({ ...suite.results[1], bundle: 'reports/runs/a' });
    expect((await sign()).refused.map(({ code }) => code)).toEqual(['bundle_repeated', 'bundle_repeated']);
  });

  it('signs nothing for the bundle of another scenario', async () => {
    await suite.write({ ...suite.results[0], bundle: null });
    await suite.write({ ...suite.results[1], bundle: 'reports/runs/a' });
    expect((await sign()).refused).toMatchObject([{ id: 'b.yaml#b', code: 'bundle_foreign' }]);
  });

  it.each<[string, Parameters<typeof suite.run>[0], string]>([
    ['of another suite', { nonce: 'another', scenarioText: 'scenario: 1\n', suite: 'a.yaml#a' }, 'another suite'],
    ['of another scenario', { nonce: 'challenge-1', scenarioText: 'scenario: 1\n', suite: 'c.yaml#c' }, 'another scenario'],
    [
      'of another version of the scenario',
      { nonce: 'challenge-1', scenarioText: 'scenario: 1\nwhy: else\n', suite: 'a.yaml#a' },
      'another version',
    ],
  ])('signs nothing for a bundle %s, however good it is', async (_name, plan, detail) => {
    const { dir } = await suite.run(plan);
    await suite.files.rename(dir, join(suite.project, 'reports/runs/other'));
    await suite.write({ ...suite.results[0], bundle: 'reports/runs/other' });
    const { refused } = await sign();
    await suite.files.remove(join(suite.project, 'reports/runs/other'));
    expect(refused).toMatchObject([{ code: 'bundle_foreign', detail: expect.stringContaining(detail) as string }]);
  });

  it.each(['report.json', 'manifest.json', 'patch.diff', 'test.log', 'events.normalized.jsonl', 'trace.jsonl'])(
    'signs nothing for a bundle whose %s has one byte more',
    async name => {
      const copy = join(suite.project, 'reports/runs/spoilt');
      await suite.files.copyTree(suite.bundleDir, copy);
      await suite.files.write(join(copy, name), `${await suite.files.readText(join(copy, name))}\n`);
      await suite.write({ ...suite.results[0], bundle: 'reports/runs/spoilt' });
      const { refused } = await sign();
      await suite.files.remove(copy);
      expect(refused).toMatchObject([{ id: 'a.yaml#a', code: 'bundle_invalid' }]);
    },
  );

  it('signs the reserved report of a run that was interrupted, and says of it nothing that was derived', async () => {
    const { dir } = await suite.run({ nonce: 'challenge-1', scenarioText: 'scenario: 1\n', suite: 'a.yaml#a' });
    const report = JSON.parse(await suite.files.readText(join(dir, 'report.json'))) as Record<string, unknown>;
    const interrupted = join(suite.project, 'reports/runs/interrupted');
    await suite.files.write(join(interrupted, 'report.json'), reservedOf(report));
    await suite.write({ ...suite.results[0], bundle: 'reports/runs/interrupted' });
    expect((await sign()).refused).toEqual([]);
    const { subject, predicate } = await statementIn(ofRun);
    const found = [subject.map(({ name }) => name), predicate['run'], await refusals()];
    await suite.files.remove(interrupted);
    expect(found).toEqual([[resultFile('a.yaml#a'), 'report.json'], null, []]);
  });

  it('names what was planned and has no result', async () => {
    await suite.files.remove(path(resultFile('b.yaml#b')));
    expect(await sign()).toMatchObject({ written: [PLAN_STATEMENT, ofRun], missing: ['b.yaml#b'] });
  });

  it('waits for the end of the suite', async () => {
    await suite.files.rename(path('ended'), path('ended-1-of-2'));
    const problems = await problemsOf(endedSuite(suite.dir, suite.ports));
    await suite.files.rename(path('ended-1-of-2'), path('ended'));
    expect(problems).toEqual([expect.stringContaining('has not come to its end')]);
    expect((await endedSuite(suite.dir, suite.ports)).results).toHaveLength(2);
  });
});

describe('statements of a suite', () => {
  /** The statement of the run, changed and signed by the runner again. */
  async function resigned(change: (statement: Loose) => void, key = runner) {
    const statement = await statementIn(ofRun);
    change(statement);
    await suite.files.write(path(ofRun), signEnvelope(Buffer.from(serialize(statement)), [key]));
  }
  const scenario = { id: 'a.yaml#a', digest: digestOf('0') };

  it('hold, and name who signed', async () => {
    await sign();
    const { held, refused } = await readStatements(suite.dir, [stranger, runner], suite.project, suite.ports);
    expect(refused).toEqual([]);
    expect([...held.keys()]).toEqual(['a.yaml#a', 'b.yaml#b'].toSorted((a, b) => (statementFile(a) < statementFile(b) ? -1 : 1)));
    const { sha256, signers } = held.get('a.yaml#a')!;
    expect([sha256, signers]).toEqual([(await suite.files.digest(path(ofRun))).sha256, [runner.keyid]]);
  });

  it('are missing where nobody signed', async () => {
    expect(await refusals()).toEqual(both.map(file => `${file} statement_missing`));
  });

  it.each<[string, () => Promise<unknown>, string]>([
    ['a stranger signed', () => resigned(() => {}, stranger), 'signer_unknown'],
    ['of another suite', () => resigned(({ predicate }) => void (predicate['nonce'] = 'another')), 'plan_mismatch'],
    [
      'of another scenario',
      () => resigned(({ predicate }) => void (predicate['scenario'] = { id: 'b.yaml#b', digest: suite.results[0].digest })),
      'plan_mismatch',
    ],
    ['of another version of the scenario', () => resigned(({ predicate }) => void (predicate['scenario'] = scenario)), 'plan_mismatch'],
    ['with another state', () => resigned(({ predicate }) => void (predicate['state'] = 'red')), 'result_mismatch'],
    ['with another exit', () => resigned(({ predicate }) => void (predicate['exit'] = 1)), 'result_mismatch'],
    ['without the run', () => resigned(({ predicate }) => void (predicate['run'] = null)), 'subject_mismatch'],
    ['without a subject', () => resigned(({ subject }) => void subject.pop()), 'subject_mismatch'],
    ['with a subject twice', () => resigned(({ subject }) => void subject.push(subject[0]!)), 'subject_mismatch'],
    ['with subjects in another order', () => resigned(({ subject }) => void subject.reverse()), 'subject_mismatch'],
    ['about another manifest', () => resigned(({ subject }) => void (subject[1]!.digest.sha256 = digestOf('0'))), 'subject_mismatch'],
    ['about another result', () => resigned(({ subject }) => void (subject[0]!.digest.sha256 = digestOf('0'))), 'subject_mismatch'],
    ['with a key too many', () => resigned(({ predicate }) => void (predicate['trusted'] = true)), 'malformed'],
    ['in the place of another', async () => suite.files.write(path(ofRun), await textOf(ofCli)), 'plan_mismatch'],
    ['cut off', async () => suite.files.write(path(ofRun), (await textOf(ofRun)).slice(0, -10)), 'not_json'],
    [
      'a folder',
      async () => {
        await suite.files.remove(path(ofRun));
        await suite.files.makeDir(path(ofRun));
      },
      'unreadable',
    ],
    ['of a result that was changed since', () => suite.write({ ...suite.results[0], duration_ms: 2 }), 'subject_mismatch'],
    ['of a result that is gone', () => suite.files.remove(path(resultFile('a.yaml#a'))), 'result_mismatch'],
  ])('do not hold: one is %s', async (_name, spoil, code) => {
    await sign();
    await spoil();
    expect(await refusals()).toEqual([`${ofRun} ${code}`]);
  });

  it.each(['report.json', 'manifest.json', 'patch.diff'])('do not hold where %s of the bundle changed since', async name => {
    await sign();
    const before = await suite.files.readText(join(suite.bundleDir, name));
    await suite.files.write(join(suite.bundleDir, name), `${before} `);
    const found = await refusals();
    await suite.files.write(join(suite.bundleDir, name), before);
    expect(found).toEqual([`${ofRun} subject_mismatch`]);
  });

  it('are of the plan and nothing else', async () => {
    await sign();
    await suite.files.write(path('statements/more.dsse.json'), await textOf(ofRun));
    await suite.files.write(path('statements/.hidden'), '');
    expect(await refusals()).toEqual(['statements/.hidden statement_stray', 'statements/more.dsse.json statement_stray']);
  });
});
