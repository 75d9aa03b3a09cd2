import { join } from 'node:path';
import { sha256 } from '../model/digest.ts';
import { forger } from '../testing/forger.ts';
import type { GateFault, Loose } from './gate-fault.ts';
import { bundleDir } from './gate-fault-hands.ts';

/** What is done to the bundles of a suite. */
export const bundlesFaults: readonly GateFault[] = [
  { what: 'a bundle dropped', exit: 2, codes: ['bundle_missing'], do: async s => s.ports.files.remove(await bundleDir(s, s.ids.passes)) },
  {
    what: 'a byte of a log turned',
    exit: 4,
    codes: ['bundle_invalid'],
    async do(s) {
      const path = `${await s.bundleOf(s.ids.passes)}/test.log`;
      await s.put(path, `${await s.text(path)} `);
    },
  },
  {
    what: 'two events in another order',
    exit: 4,
    codes: ['bundle_invalid'],
    async do(s) {
      const path = `${await s.bundleOf(s.ids.passes)}/events.normalized.jsonl`;
      const [first, second, ...rest] = (await s.text(path)).split('\n');
      await s.put(path, [second, first, ...rest].join('\n'));
    },
  },
  {
    what: 'a verdict forged, sealed and signed again',
    exit: 4,
    codes: ['bundle_invalid', 'statement_differs'],
    async do(s) {
      const bundle = forger(await bundleDir(s, s.ids.nothing), s.ports.files);
      await bundle.json('report.json', report => void Object.assign(report, { status: 'pass', blockers: [], failure_reason: null }));
      await bundle.reseal();
      await s.sign(s.ids.nothing, statement => void (statement.predicate.run.status = 'pass'));
    },
  },
  ...terms(),
  {
    what: 'one bundle for two scenarios',
    exit: 4,
    codes: ['suite_changed', 'bundle_reused', 'statement_differs'],
    async do(s) {
      const bundle = await s.bundleOf(s.ids.nothing);
      await s.result(s.ids.passes, result => void (result.bundle = bundle));
    },
  },
  {
    what: 'one bundle for two scenarios, copied and signed again',
    exit: 4,
    codes: ['bundle_reused', 'statement_differs'],
    async do(s) {
      await s.ports.files.copyTree(await bundleDir(s, s.ids.nothing), join(s.root, 'reports/runs/copy'));
      await s.result(s.ids.passes, result => void (result.bundle = 'reports/runs/copy'));
      await s.sign(s.ids.passes);
    },
  },
  {
    what: 'two bundles exchanged, signed again',
    exit: 4,
    codes: ['bundle_differs'],
    async do(s) {
      const [one, other] = [await s.bundleOf(s.ids.passes), await s.bundleOf(s.ids.spoilt)];
      const runs = await Promise.all(
        [one, other].map(async dir => (JSON.parse(await s.text(`${dir}/report.json`)) as { run_id: string }).run_id),
      );
      await s.result(s.ids.passes, result => void (result.bundle = other));
      await s.result(s.ids.spoilt, result => void (result.bundle = one));
      await s.sign(s.ids.passes, statement => void (statement.predicate.run.run_id = runs[1]));
      await s.sign(s.ids.spoilt, statement => void (statement.predicate.run.run_id = runs[0]));
    },
  },
  {
    what: 'a bundle outside of the project, signed again',
    exit: 4,
    codes: ['bundle_outside'],
    async do(s) {
      await s.result(s.ids.passes, result => void (result.bundle = '../elsewhere'));
      await s.sign(s.ids.passes);
    },
  },
  {
    what: 'a link in the place of a bundle',
    exit: 4,
    codes: ['bundle_outside'],
    async do(s) {
      const dir = await bundleDir(s, s.ids.passes);
      const target = join(s.root, 'reports', 'real');
      await s.ports.files.rename(dir, target);
      await s.ports.files.makeDir(join(s.root, 'reports', 'linked'));
      await s.ports.files.copyTree(target, join(s.root, 'reports', 'linked', 'bundle'));
      await s.ports.files.link(join(s.root, 'reports', 'linked'), join(s.root, 'reports', 'alias'));
      await s.result(s.ids.passes, result => void (result.bundle = 'reports/alias/bundle'));
      await s.sign(s.ids.passes);
    },
  },
];

/** Contracts that name the task of the protected base, by its digest, and judge by other terms; chained, sealed and signed again. */
function terms(): GateFault[] {
  const changes: Record<string, (contract: Loose) => void> = {
    'a contract with wider paths than its task': ({ task }) => void task.allowed_paths.push('**'),
    'a contract with another prompt than its task': ({ task }) => void (task.prompt = 'Say yes.'),
    'a contract in which its backend keeps books of its own': ({ backend }) => void (backend.own_state = ['notes']),
    'a contract in which fewer tests have to pass': ({ verification }) => void (verification.pass_to_pass = []),
  };
  return Object.entries(changes).map(([what, change]) => ({
    what,
    exit: 4,
    codes: ['bundle_differs'],
    async do(s) {
      const bundle = forger(await bundleDir(s, s.ids.passes), s.ports.files);
      await bundle.json('task.contract.json', change);
      const digest = sha256(await bundle.text('task.contract.json'));
      await bundle.events(events => {
        for (const { data } of events) if (data.digests?.['task.contract.json']) data.digests['task.contract.json'] = digest;
      });
      await bundle.reseal();
      await s.sign(s.ids.passes);
    },
  }));
}
