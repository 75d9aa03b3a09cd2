import { join } from 'node:path';
import { serialize } from '../evidence/index.ts';
import { LEDGER } from '../model/ledger.ts';
import { resultFile } from '../suite/record.ts';
import { sha256 } from '../model/digest.ts';
import type { GateFault, GateSpecimen, Loose } from './gate-fault.ts';
import { challengeFile } from './gate-fault-hands.ts';

/** What is done to nonces and to the ledger. */
export const ledgerFaults: readonly GateFault[] = [
  {
    what: 'a nonce that was decided',
    exit: 3,
    codes: ['nonce_decided'],
    async do(s) {
      const file = await challengeFile(s);
      const earlier = (await s.ports.files.list(join(s.root, LEDGER))).find(name => name.endsWith('.decision.json'));
      const decision = JSON.parse(await s.text(`${LEDGER}/${earlier}`)) as Loose;
      await s.put(
        file.replace('.json', '.decision.json'),
        serialize({ ...decision, nonce: s.nonce, challenge_digest: sha256(await s.text(file)) }),
      );
      return { suite: s.suite };
    },
  },
  {
    what: 'the evidence of one challenge for another',
    exit: 4,
    codes: ['suite_changed', 'nonce_differs', 'statement_differs'],
    async do(s) {
      const nonce = 'e'.repeat(32);
      const file = await challengeFile(s);
      const entry = JSON.parse(await s.text(file)) as Loose;
      await s.put(`${LEDGER}/000003-${nonce}.json`, serialize({ ...entry, nonce, seq: 3, prev: sha256(await s.text(file)) }));
      const suite = `reports/suites/${nonce}`;
      await s.ports.files.rename(join(s.root, s.suite), join(s.root, suite));
      for (const name of ['plan.json', ...Object.values(s.ids).map(resultFile)])
        await s.json(`${suite}/${name}`, value => void (value.nonce = nonce));
      return { suite };
    },
  },
  {
    what: 'a ledger entry deleted',
    exit: 4,
    codes: ['ledger_gap'],
    do: s => removeEntries(s, name => name.startsWith('000001-')),
  },
  {
    what: 'a refusal deleted',
    exit: 4,
    codes: ['ledger_gap'],
    do: s => removeEntries(s, name => name.endsWith('.decision.json')),
  },
  {
    what: 'an earlier entry changed',
    exit: 4,
    codes: ['ledger_changed'],
    async do(s) {
      const name = (await s.ports.files.list(join(s.root, LEDGER))).find(one => /^000001-[a-z0-9]+\.json$/.test(one));
      await s.json(`${LEDGER}/${name}`, entry => void (entry.expires_at = '2030-01-01T00:00:00.000Z'));
    },
  },
  {
    what: 'a refusal turned into a promotion',
    exit: 4,
    codes: ['ledger_unreadable', 'ledger_changed'],
    async do(s) {
      const name = (await s.ports.files.list(join(s.root, LEDGER))).find(one => one.endsWith('.decision.json'));
      await s.json(`${LEDGER}/${name}`, decision => void Object.assign(decision, { verdict: 'promoted', exit: 0, reasons: [] }));
    },
  },
  {
    what: 'two entries of one nonce',
    exit: 4,
    codes: ['ledger_forked'],
    async do(s) {
      const file = await challengeFile(s);
      const entry = JSON.parse(await s.text(file)) as Loose;
      await s.put(`${LEDGER}/000003-${s.nonce}.json`, serialize({ ...entry, seq: 3, prev: sha256(await s.text(file)) }));
      return { suite: s.suite };
    },
  },
  {
    what: 'two entries of one place',
    exit: 4,
    codes: ['ledger_forked'],
    async do(s) {
      const entry = JSON.parse(await s.text(await challengeFile(s))) as Loose;
      await s.put(`${LEDGER}/000002-${'f'.repeat(32)}.json`, serialize({ ...entry, nonce: 'f'.repeat(32) }));
    },
  },
  {
    what: 'the challenge asks for less',
    exit: 4,
    codes: ['challenge_differs'],
    async do(s) {
      await s.json(
        await challengeFile(s),
        entry => void (entry.scenarios = entry.scenarios.filter((one: Loose) => one.id !== s.ids.nothing)),
      );
    },
  },
  {
    what: 'the challenge is of a commit that nobody reviewed',
    exit: 4,
    codes: ['base_not_protected'],
    async do(s) {
      const tree = s.git('rev-parse', 'HEAD^{tree}');
      const unreviewed = s.git('commit-tree', '-m', 'mine', tree);
      await s.json(await challengeFile(s), entry => void (entry.base_commit = unreviewed));
    },
  },
];

/** Takes files out of the ledger, by their names. */
async function removeEntries({ root, ports }: GateSpecimen, isGone: (name: string) => boolean): Promise<void> {
  for (const name of await ports.files.list(join(root, LEDGER))) if (isGone(name)) await ports.files.remove(join(root, LEDGER, name));
}
