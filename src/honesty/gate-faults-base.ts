import { sha256 } from '../model/digest.ts';
import { policyText, stageRecord } from '../testing/gate-room.ts';
import type { GateFault } from './gate-fault.ts';
import { POLICY, commit, changePolicy } from './gate-fault-hands.ts';

/** The policy as a person writes it: who is who stands on lines of its own. */
const policyInLines = (runner: string, approver: string): string => {
  const {
    runner_keys: _runner,
    approver_keys: _approver,
    ...rest
  } = JSON.parse(policyText([runner], [approver])) as Record<string, unknown>;
  const others = Object.entries(rest).map(([key, value]) => `${key}: ${JSON.stringify(value)}\n`);
  return `# who signs what\nrunner_keys: [${runner}]\napprover_keys: [${approver}]\n${others.join('')}`;
};

/** What is done to policy, stage record and scenarios, and to the candidate. */
export const baseFaults: readonly GateFault[] = [
  {
    what: 'the policy edited on the protected branch',
    exit: 3,
    codes: ['policy_changed', 'commit_differs'],
    do: changePolicy({ calibration_times: 4 }),
  },
  {
    what: 'the policy edited in the work tree alone',
    exit: 0,
    codes: [],
    do: async s => s.put(POLICY, policyText([s.keys.stranger.keyid], [])),
  },
  {
    what: 'a policy that expired',
    exit: 3,
    codes: ['policy_expired', 'policy_changed', 'commit_differs'],
    do: changePolicy({ expires_at: '2026-01-01T00:00:00Z' }),
  },
  {
    what: 'a policy without a runner',
    exit: 3,
    codes: ['policy_changed', 'no_runner_key', 'key_not_allowed'],
    do: changePolicy({}, () => []),
  },
  {
    what: 'a policy that names one key as runner and as approver',
    exit: 64,
    codes: ['admissions/policy.yaml:3:17 approver_keys.0: is a runner: nobody approves what they ran themselves'],
    async do(s) {
      await s.put(POLICY, policyInLines(s.keys.runner.keyid, s.keys.runner.keyid));
      commit(s);
    },
  },
  {
    what: 'an earlier stage that is not promoted',
    exit: 3,
    codes: ['policy_changed', 'commit_differs', 'prior_stage_missing'],
    do: changePolicy({ exempt: {} }),
  },
  {
    what: 'the stage record edited',
    exit: 3,
    codes: ['stage_changed', 'commit_differs'],
    async do(s) {
      await s.put('admissions/stages/2-artificial-fixture.yaml', `${stageRecord(2, ['gate/**'])}\n`);
      commit(s);
    },
  },
  {
    what: 'a required scenario edited on the protected branch',
    exit: 3,
    codes: ['stage_changed', 'commit_differs'],
    async do(s) {
      await s.put('scenarios/gate/passes.yaml', 'scenario: 1\nexpect: {status: pass}\n');
      commit(s);
    },
  },
  {
    what: 'a run of another commit',
    exit: 3,
    codes: ['commit_differs'],
    do: async s => void s.git('commit', '-q', '--allow-empty', '-m', 'more'),
  },
  { what: 'a run of another engine', exit: 3, codes: ['engine_differs'], do: async () => ({ engineDigest: sha256('another') }) },
];
