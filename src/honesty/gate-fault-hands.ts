import { join } from 'node:path';
import { LEDGER } from '../model/ledger.ts';
import { policyText } from '../testing/gate-room.ts';
import type { GateSpecimen, Loose } from './gate-fault.ts';

export const HOUR = 3_600_000;

export const POLICY = 'admissions/policy.yaml';

/** Commits what was put, as if it had been reviewed and merged. */
export function commit({ git }: GateSpecimen): void {
  git('add', '-A');
  git('commit', '-qm', 'changed');
}

export const at = ({ ports }: GateSpecimen, ms: number) => ({
  ports: { ...ports, clock: { ...ports.clock, now: () => ports.clock.now() + ms } },
});

export const bundleDir = async (s: GateSpecimen, id: string) => join(s.root, await s.bundleOf(id));

export const signAll = async (
  s: GateSpecimen,
  ...rest: [change?: (statement: Loose) => void, keys?: Parameters<GateSpecimen['sign']>[2]]
) => {
  for (const id of Object.values(s.ids)) await s.sign(id, ...rest);
};

export const challengeFile = async ({ ports, root, nonce }: GateSpecimen) => {
  const name = (await ports.files.list(join(root, LEDGER))).find(one => one.endsWith(`-${nonce}.json`));
  return `${LEDGER}/${name}`;
};

export const stateOf = (state: string) => async (s: GateSpecimen) => {
  await s.result(s.ids.passes, result => void (result.state = state));
  await s.sign(s.ids.passes);
};

export const changePolicy = (over: object, runners?: (s: GateSpecimen) => string[]) => async (s: GateSpecimen) => {
  await s.put(POLICY, policyText(runners ? runners(s) : [s.keys.runner.keyid], [s.keys.approver.keyid], over));
  commit(s);
  // evidence of the commit that the project has now
  return undefined;
};

export const passIn = (input: Loose) => input.scenarios.find((one: Loose) => one.bundle.status === 'pass');
