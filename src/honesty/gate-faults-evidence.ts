import { sha256 } from '../model/digest.ts';
import type { GateFault, Loose } from './gate-fault.ts';
import { HOUR, at, passIn } from './gate-fault-hands.ts';

/** What only a costly run, or the clock, brings about: done to the evidence as it was read. */
export const evidenceFaults: readonly GateFault[] = [
  { what: 'evidence of seven hours ago', exit: 3, codes: ['suite_stale', 'run_stale'], do: async s => at(s, 7 * HOUR) },
  { what: 'evidence of yesterday', exit: 3, codes: ['challenge_expired', 'suite_stale', 'run_stale'], do: async s => at(s, 24 * HOUR) },
  { what: 'the clock of the gate moved back', exit: 3, codes: ['clock_moved'], do: async s => at(s, -HOUR) },
  {
    what: 'a clock that stepped while it ran',
    exit: 3,
    codes: ['clock_moved'],
    input: input => void (passIn(input).bundle.report.freshness.clock_stepped = true),
  },
  {
    what: 'a run that began before its challenge',
    exit: 3,
    codes: ['clock_moved'],
    input: input => void (passIn(input).bundle.report.run_start = '2026-01-01T00:00:00.000Z'),
  },

  {
    what: 'a blocked run counted as green',
    exit: 2,
    codes: ['scenario_blocked'],
    input(input) {
      const one = passIn(input);
      one.bundle.status = one.statement.run.status = 'blocked';
      one.mismatches = ['expect.status: expected "pass", got "blocked"'];
    },
  },
  {
    what: 'a failed run counted as green',
    exit: 1,
    codes: ['result_not_derived'],
    input: input => void (passIn(input).mismatches = ['expect.status: expected "pass", got "fail"']),
  },
  {
    what: 'a pass in a world of its own',
    exit: 2,
    codes: ['given_not_ordinary'],
    input: input => void (passIn(input).bundle.contract.given = { prior_stage: 'promoted' }),
  },
  {
    what: 'a fixture that is green now and then',
    exit: 2,
    codes: ['not_calibrated'],
    input: input => void (input.calibrations = [{ task: 'n1-string-slugify', problems: ['the seed passed once'] }]),
  },
  {
    what: 'a run under another record of its stage',
    exit: 3,
    codes: ['stage_changed'],
    input: input => void (passIn(input).bundle.contract.stage_digest = sha256('x')),
  },
  {
    what: 'a pass that lacks what the stage requires',
    exit: 2,
    codes: ['artifact_missing'],
    input: input => void (passIn(input).bundle.lacks = ['test.log']),
  },
  {
    what: 'nothing that passes',
    exit: 2,
    codes: ['no_pass'],
    input: input => input.scenarios.forEach((one: Loose) => void (one.bundle.contract.stage = 1)),
  },
  {
    what: 'the baseline swapped',
    exit: 2,
    codes: ['baseline_not_comparable'],
    input: asCase(bundle => void (bundle.report.baseline = { ...baseline, comparable: false, not_comparable: ['host'] })),
  },
  {
    what: 'the baseline dropped',
    exit: 2,
    codes: ['baseline_not_comparable'],
    input: asCase(bundle => void (bundle.report.baseline = null)),
  },
  {
    what: 'another model than that of the challenge',
    exit: 3,
    codes: ['candidate_differs'],
    input: asCase(bundle => void (bundle.contract.model.id = 'other')),
  },
  {
    what: 'another executable than that of the challenge',
    exit: 3,
    codes: ['candidate_differs'],
    input: asCase(bundle => void (bundle.admissions.binary.executable = sha256('other'))),
  },
  {
    what: 'an alias for a model',
    exit: 3,
    codes: ['model_alias'],
    input: asCase((_bundle, input) => {
      const models = input.scenarios.map((one: Loose) => one.bundle.contract.model);
      for (const model of [input.challenge.entry.model, ...models]) model.id = 'qwen-latest';
    }),
  },
  {
    what: 'runs of two machines, where the policy wants one',
    exit: 3,
    codes: ['host_differs'],
    input(input) {
      input.base.policy.value.hosts = 'one';
      passIn(input).bundle.contract.host = sha256('another');
    },
  },
];

const baseline = { run_id: 'b', dir: 'baseline', compared_with: 'r', status: 'pass', comparable: true, not_comparable: [] };

/** The same evidence as if `case` had given it, with an executable, a model and a record, all in order; then the fault. */
export function asCase(fault: (bundle: Loose, input: Loose) => void): (input: Loose) => void {
  return input => {
    const digest = sha256('ca');
    const record = { admitted_at: new Date(input.now - HOUR).toISOString(), expires_at: '2030-01-01T00:00:00Z', sha256: sha256('record') };
    Object.assign(input.challenge.entry, { backend: 'case', binary: digest, model: { provider: 'qwen-local', id: 'qwen3' } });
    input.prior = { promoted: true, detail: '' };
    for (const { bundle } of input.scenarios) {
      Object.assign(bundle.contract.backend, { id: 'case' });
      bundle.contract.model = { provider: 'qwen-local', id: 'qwen3', runtime_provider: null };
      bundle.report.baseline = { ...baseline };
      bundle.admissions = {
        binary: { status: 'admitted', record: null, executable: digest },
        model: { status: 'admitted', record: null, runtime_provider: null },
      };
      bundle.records = [{ file: 'admissions/models/x.json', sha256: record.sha256, now: { ...record }, problem: null }];
    }
    fault(passIn(input).bundle, input);
  };
}
