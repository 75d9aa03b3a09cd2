import { createEngine } from '../engine.ts';
import type { Decision } from '../model/decision.ts';
import { sha256 } from '../model/digest.ts';
import { LAPSES, makeLapse } from '../promotion/index.ts';
import { aReason } from '../testing/decision.ts';
import { policyText } from '../testing/gate-room.ts';
import { promoteNext } from '../testing/promoted.ts';
import type { GateFault, GateSpecimen } from './gate-fault.ts';
import { challengeFile, commit, POLICY } from './gate-fault-hands.ts';

const refusal: Partial<Decision> = { verdict: 'refused', exit: 1, reasons: [aReason], expires_at: null };
const undecided: Partial<Decision> = { ...refusal, verdict: 'undecided', exit: 2 };

type Promoted = Awaited<ReturnType<typeof promoteNext>>;

/** A policy that asks for the stage before, which is promoted; then whatever is done to that promotion. */
const before =
  (spoil?: (s: GateSpecimen, promoted: Promoted, candidate: Decision['candidate']) => Promise<unknown>) => async (s: GateSpecimen) => {
    await s.put(POLICY, policyText([s.keys.runner.keyid], [s.keys.approver.keyid], { exempt: {} }));
    const { identity } = await createEngine(s.root, s.ports);
    const candidate = { backend: 'fake', digest: identity.engineDigest, model: null, stage: 1 } as const;
    const promoted = await promoteNext(s, { seq: 3, prev: sha256(await s.text(await challengeFile(s))) }, { candidate });
    await spoil?.(s, promoted, candidate);
    commit(s);
    return { suite: s.suite };
  };

const changed = ['policy_changed', 'commit_differs'] as const;

/** What is done to the promotion of the stage before, on the protected branch. */
export const priorFaults: readonly GateFault[] = [
  { what: 'a policy that asks for the stage before, which is promoted', exit: 3, codes: changed, do: before() },
  {
    what: 'the stage before, and an undecided challenge since',
    exit: 3,
    codes: changed,
    do: before((s, { next }, candidate) => promoteNext(s, next, { ...undecided, candidate })),
  },
  {
    what: 'the stage before, taken back by a later refusal',
    exit: 3,
    codes: [...changed, 'prior_stage_missing'],
    do: before((s, { next }, candidate) => promoteNext(s, next, { ...refusal, candidate })),
  },
  {
    what: 'the stage before, with a record of its lapse',
    exit: 3,
    codes: [...changed, 'prior_stage_missing'],
    do: before((s, { bytes }) => {
      const { name, text } = makeLapse(bytes, { changes: [], reason: 'a key was lost' }, s.keys.approver, s.ports.clock.now());
      return s.put(`${LAPSES}/${name}`, text);
    }),
  },
  {
    what: 'the stage before, with a record of its lapse that nobody can check',
    exit: 3,
    codes: [...changed, 'prior_stage_missing'],
    do: before((s, { file }) => s.put(file.replace('promotions', 'lapses'), '{}')),
  },
  {
    what: 'the stage before, with its signature gone',
    exit: 3,
    codes: [...changed, 'prior_stage_missing'],
    do: before((s, { file }) => s.put(file, '{}')),
  },
];
