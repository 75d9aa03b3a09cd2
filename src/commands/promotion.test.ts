import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { serialize } from '../evidence/seal.ts';
import { makeKeyPair } from '../promotion/keys.ts';
import { commandLine, quietPorts } from '../testing/command-line.ts';
import { aDecision, aRefusal } from '../testing/decision.ts';
import { policyText } from '../testing/gate-room.ts';
import { aProject } from '../testing/project.ts';
import { aSuite } from '../testing/signed-suite.ts';

const [runner, approver] = [makeKeyPair(), makeKeyPair()];
const keys = { runners: [runner.keyid], approvers: [approver.keyid] };
const DAY_MS = 86_400_000;
const soon = new Date(Date.now() + DAY_MS).toISOString();
const decision = serialize(aDecision({ keys, expires_at: soon }));

let keyring: Awaited<ReturnType<typeof aProject>>;
let suite: Awaited<ReturnType<typeof aSuite>>;
beforeAll(async () => {
  [keyring, suite] = await Promise.all([aProject({}), aSuite()]);
  const { files } = suite.ports;
  for (const [name, pair] of Object.entries({ runner, approver })) {
    await files.write(join(keyring.root, `${name}.private.pem`), pair.privatePem, { mode: 0o600 });
    await files.write(join(keyring.root, `${name}.public.pem`), pair.publicPem);
  }
  await files.write(join(suite.project, 'package.json'), '{}');
  await files.makeDir(join(suite.project, 'fixtures'));
  await files.write(join(suite.project, 'good.decision.json'), decision);
  await files.write(join(suite.project, 'bad.decision.json'), serialize(aRefusal({ keys, nonce: 'challenge-2' })));
});
afterAll(async () => {
  await suite[Symbol.asyncDispose]();
  await keyring[Symbol.asyncDispose]();
});

const key = (name: string) => join(keyring.root, name);
const cli = (...argv: string[]) => commandLine(suite.project, argv);
const verifyArgs = (name: string, decided: string, pem = 'approver.public.pem') => [
  'verify',
  `admissions/promotions/2-case-${name}.dsse.json`,
  '--decision',
  decided,
  '--key',
  key(pem),
];

describe('from a suite to a promotion', () => {
  it('nobody signs a suite with a key that the policy has for approvals', async () => {
    const { files } = suite.ports;
    const policy = join(suite.project, 'admissions/policy.yaml');
    await files.write(policy, policyText([runner.keyid], [approver.keyid]));
    const { exit, err } = await cli('sign', 'reports/suites/challenge-1', '--key', key('approver.private.pem'));
    await files.remove(policy);
    expect([exit, err]).toEqual([
      64,
      `${key('approver.private.pem')}: is an approver's by admissions/policy.yaml: it signs decisions, and no suite\n  hint: sign with the private key of a runner; nothing was written\n`,
    ]);
    expect(await files.stat(join(suite.project, 'reports/suites/challenge-1/statements'))).toBeUndefined();
  });

  it('a runner signs the suite', async () => {
    const { exit, out } = await cli('sign', 'reports/suites/challenge-1', '--key', key('runner.private.pem'));
    expect([exit, out]).toEqual([0, `signed: 3 statements\n  by       ${runner.keyid}\n`]);
  });

  it('nobody signs it again in another way', async () => {
    const { exit, out } = await cli('sign', 'reports/suites/challenge-1', '--key', key('approver.private.pem'));
    expect([exit, out.split(':')[0]]).toEqual([4, 'already_signed']);
    expect(out).toContain('\n  hint: what was signed is never replaced: issue a new challenge');
  });

  it('an approver signs the decision, and a runner does not', async () => {
    expect((await cli('sign', 'good.decision.json', '--key', key('runner.private.pem'))).out).toMatch(
      /^self_approval: .*\n {2}hint: sign with a key of approver_keys of admissions\/policy\.yaml, which is no runner's\n$/,
    );
    for (const name of ['good', 'bad', 'good'])
      expect((await cli('sign', `${name}.decision.json`, '--key', key('approver.private.pem'))).exit).toBe(0);
  });

  it('anybody checks it with two files and a key', async () => {
    const { exit, out } = await cli(...verifyArgs('challenge-1', 'good.decision.json'));
    expect([exit, out.split('\n')[0]]).toEqual([0, 'promoted: authentic']);
    const refused = await cli(...verifyArgs('challenge-2', 'bad.decision.json'));
    expect(refused.exit).toBe(3);
    expect(refused.out).toContain('scenario_missing: a.yaml#one has no result; it would open: run it');
  });

  it('anything else promotes nothing', async () => {
    for (const argv of [
      verifyArgs('challenge-1', 'bad.decision.json'),
      verifyArgs('challenge-1', 'good.decision.json', 'runner.public.pem'),
      ['verify', '--decision', 'good.decision.json', '--key', key('approver.public.pem'), ...(await statements())],
    ])
      expect([(await cli(...argv)).exit, (await cli(...argv)).out.split('\n')[0]]).toEqual([4, 'invalid: this promotes nothing']);
  });

  it('a program gets one document', async () => {
    const { exit, out } = await cli(...verifyArgs('challenge-1', 'bad.decision.json'), '--json');
    expect([exit, JSON.parse(out)]).toEqual([
      4,
      expect.objectContaining({
        verdict: 'invalid',
        exit: 4,
        keyid: approver.keyid,
        problems: expect.arrayContaining([expect.objectContaining({ code: 'subject_mismatch' })]) as unknown,
      }),
    ]);
  });

  const statements = async () =>
    (await suite.files.list(join(suite.dir, 'statements'))).slice(0, 1).map(name => join('reports/suites/challenge-1/statements', name));
});

describe('what a person can mend is said with a hint, and ends with 64', () => {
  it.each<[string, string[], string]>([
    ['no key', ['sign', 'good.decision.json'], '--key: is missing'],
    [
      'the public key in the place of the private one',
      ['sign', 'good.decision.json', '--key', 'KEYS/approver.public.pem'],
      'can be read by others (mode 644)\n  hint: name the file that ends in .private.pem',
    ],
    ['a key in the project', ['sign', 'good.decision.json', '--key', 'package.json'], 'lies in the project'],
    [
      'a key in the folder of the suite',
      ['sign', 'reports/suites/challenge-1', '--key', 'reports/suites/challenge-1/plan.json'],
      'lies in the project',
    ],
    [
      'neither suite nor decision',
      ['sign', 'package.json', '--key', 'KEYS/approver.private.pem'],
      'is neither the folder of a suite nor a decision',
    ],
    ['a folder that is no suite', ['sign', 'fixtures', '--key', 'KEYS/approver.private.pem'], 'plan.json: is not there'],
    ['a promotion without its decision', ['verify', 'x.dsse.json', '--key', 'KEYS/approver.public.pem'], '--decision: is missing'],
    ['a promotion without a key', ['verify', 'x.dsse.json', '--decision', 'good.decision.json'], '--key: is missing'],
    [
      'a promotion that is not there',
      ['verify', 'x.dsse.json', '--decision', 'good.decision.json', '--key', 'KEYS/approver.public.pem'],
      'x.dsse.json: is not there',
    ],
    ['a promotion that is run again', ['verify', 'x.dsse.json', '--rerun'], '--rerun: has no meaning for a promotion'],
    ['a bundle with a key', ['verify', 'reports/runs/a', '--key', 'x'], '--key: has no meaning for a bundle'],
    [
      'a private key to check with',
      ['verify', 'good.dsse.json', '--decision', 'good.decision.json', '--key', 'KEYS/approver.private.pem'],
      'good.dsse.json: is not there',
    ],
    ['keys into the project', ['keys', 'new', 'runner', '--into', 'keys'], 'lies in the project'],
    ['keys into nowhere', ['keys', 'new', 'runner'], '--into: is missing'],
    ['keys with a path for a name', ['keys', 'new', '../runner', '--into', 'KEYS'], 'cannot be the name of a key'],
    ['keys that are there', ['keys', 'new', 'runner', '--into', 'KEYS'], 'is there already'],
    ['the keyid of nothing', ['keys', 'id', 'KEYS/none.pem'], 'is not there'],
    ['the keyid of a private key', ['keys', 'id', 'KEYS/runner.private.pem'], 'is a private key'],
    ['the keyid into a folder', ['keys', 'id', 'KEYS/runner.public.pem', '--into', 'x'], '--into: has no meaning'],
  ])('%s', async (_name, argv, message) => {
    const { exit, err } = await cli(...argv.map(word => word.replace('KEYS', keyring.root)));
    expect([exit, err]).toEqual([64, expect.stringContaining(message)]);
  });

  it('a key that stands in the environment', async () => {
    const argv = ['sign', 'good.decision.json', '--key', key('approver.private.pem')];
    const { exit, err } = await commandLine(suite.project, argv, { ports: quietPorts({ CI_SIGNER: approver.privatePem }) });
    expect([exit, err]).toEqual([64, expect.stringContaining('stands in the environment, as CI_SIGNER')]);
  });
});

describe('keys', () => {
  it('are made and identified', async () => {
    const made = await cli('keys', 'new', 'fresh', '--into', keyring.root, '--json');
    const { keyid, public: open } = JSON.parse(made.out) as { keyid: string; public: string };
    expect((await cli('keys', 'id', open)).out).toBe(`${keyid}\n`);
    expect(made.out).not.toContain('PRIVATE KEY');
  });
});
