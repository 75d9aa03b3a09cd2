import { join } from 'node:path';
import { serialize } from '../evidence/index.ts';
import { LEDGER } from '../model/ledger.ts';
import { statementFile } from '../promotion/place.ts';
import { resultFile } from '../suite/record.ts';
import { forger } from '../testing/forger.ts';
import { policyText, stageRecord } from '../testing/gate-room.ts';
import { type GateFault, type GateSpecimen, type Loose, sha256 } from './gate-fault.ts';

const HOUR = 3_600_000;
const POLICY = 'admissions/policy.yaml';

/** Commits what was put, as if it had been reviewed and merged. */
function commit({ git }: GateSpecimen): void {
  git('add', '-A');
  git('commit', '-qm', 'changed');
}

const at = ({ ports }: GateSpecimen, ms: number) => ({ ports: { ...ports, clock: { ...ports.clock, now: () => ports.clock.now() + ms } } });
const bundleDir = async (s: GateSpecimen, id: string) => join(s.root, await s.bundleOf(id));
const signAll = async (s: GateSpecimen, ...rest: [change?: (statement: Loose) => void, keys?: Parameters<GateSpecimen['sign']>[2]]) => {
  for (const id of Object.values(s.ids)) await s.sign(id, ...rest);
};
const challengeFile = async ({ ports, root, nonce }: GateSpecimen) => {
  const name = (await ports.files.list(join(root, LEDGER))).find(one => one.endsWith(`-${nonce}.json`));
  return `${LEDGER}/${name}`;
};
const stateOf = (state: string) => async (s: GateSpecimen) => {
  await s.result(s.ids.passes, result => void (result.state = state));
  await s.sign(s.ids.passes);
};
const changePolicy = (over: object, runners?: (s: GateSpecimen) => string[]) => async (s: GateSpecimen) => {
  await s.put(POLICY, policyText(runners ? runners(s) : [s.keys.runner.keyid], [s.keys.approver.keyid], over));
  commit(s);
  // evidence of the commit that the project has now
  return undefined;
};
const passIn = (input: Loose) => input.scenarios.find((one: Loose) => one.bundle.status === 'pass');

/** Every single fault, and everything that the gate has to say of it. What a runner signed again shows that a signature alone rescues nothing. */
export const gateFaults: readonly GateFault[] = [
  { what: 'nothing', exit: 0, codes: [] },

  // bundles
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
  {
    what: 'one bundle for two scenarios',
    exit: 4,
    codes: ['bundle_reused', 'statement_differs'],
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

  // results and plan
  {
    what: 'a result dropped',
    exit: 2,
    codes: ['scenario_missing'],
    do: s => s.ports.files.remove(join(s.root, s.suite, resultFile(s.ids.passes))),
  },
  {
    what: 'a result edited',
    exit: 4,
    codes: ['statement_differs'],
    do: s => s.result(s.ids.passes, result => void (result.duration_ms = 1)),
  },
  {
    what: 'a result of another version of its scenario',
    exit: 4,
    codes: ['suite_unreadable', 'scenario_missing'],
    do: s => s.result(s.ids.passes, result => void (result.digest = sha256('x'))),
  },
  {
    what: 'a red scenario',
    exit: 1,
    codes: ['scenario_red'],
    do: stateOf('red'),
  },
  {
    what: 'a red scenario that nobody signed for',
    exit: 1,
    codes: ['scenario_red', 'statement_missing'],
    async do(s) {
      await stateOf('red')(s);
      await s.ports.files.remove(join(s.root, s.suite, statementFile(s.ids.passes)));
    },
  },
  { what: 'a flaky scenario', exit: 2, codes: ['scenario_left_out'], do: stateOf('flaky') },
  { what: 'a skipped scenario', exit: 2, codes: ['scenario_left_out'], do: stateOf('skipped') },
  { what: 'a scenario to be written', exit: 2, codes: ['scenario_left_out'], do: stateOf('todo') },
  { what: 'a scenario that is known to fail', exit: 2, codes: ['scenario_left_out'], do: stateOf('fails') },
  {
    what: 'a scenario taken out of the plan, with its result',
    exit: 2,
    codes: ['scenario_missing'],
    async do(s) {
      await s.json(`${s.suite}/plan.json`, plan => void (plan.scenarios = plan.scenarios.filter((one: Loose) => one.id !== s.ids.passes)));
      for (const file of [resultFile(s.ids.passes), statementFile(s.ids.passes)]) await s.ports.files.remove(join(s.root, s.suite, file));
    },
  },
  {
    what: 'the plan edited',
    exit: 4,
    codes: ['suite_unreadable', 'scenario_missing'],
    do: s => s.json(`${s.suite}/plan.json`, plan => void (plan.scenarios[0].digest = sha256('x'))),
  },
  {
    what: 'the plan edited, and everything below it',
    exit: 4,
    codes: ['plan_differs', 'statement_differs'],
    async do(s) {
      await s.json(
        `${s.suite}/plan.json`,
        plan => void (plan.scenarios.find((one: Loose) => one.id === s.ids.passes).digest = sha256('x')),
      );
      await s.result(s.ids.passes, result => void (result.digest = sha256('x')));
    },
  },
  { what: 'a suite that was cut off', exit: 2, codes: ['suite_not_ended'], do: s => s.ports.files.remove(join(s.root, s.suite, 'ended')) },
  {
    what: 'no suite at all',
    exit: 2,
    codes: ['suite_missing', 'scenario_missing'],
    do: s => s.ports.files.remove(join(s.root, s.suite)),
  },

  // signatures
  {
    what: 'a statement dropped',
    exit: 2,
    codes: ['statement_missing'],
    do: s => s.ports.files.remove(join(s.root, s.suite, statementFile(s.ids.passes))),
  },
  { what: 'the key of a stranger', exit: 3, codes: ['key_not_allowed'], do: s => signAll(s, undefined, [s.keys.stranger]) },
  { what: 'the key of the approver', exit: 3, codes: ['key_not_allowed'], do: s => signAll(s, undefined, [s.keys.approver]) },
  {
    what: 'the same key twice',
    exit: 4,
    codes: ['statement_invalid'],
    do: s => s.sign(s.ids.passes, undefined, [s.keys.runner, s.keys.runner]),
  },
  {
    what: 'a signature of other bytes',
    exit: 4,
    codes: ['statement_invalid'],
    async do(s) {
      const [one, other] = [`${s.suite}/${statementFile(s.ids.passes)}`, `${s.suite}/${statementFile(s.ids.nothing)}`];
      const { signatures } = JSON.parse(await s.text(other)) as Loose;
      await s.json(one, envelope => void (envelope.signatures = signatures));
    },
  },
  {
    what: 'the statement of another scenario',
    exit: 4,
    codes: ['statement_differs'],
    async do(s) {
      await s.put(`${s.suite}/${statementFile(s.ids.passes)}`, await s.text(`${s.suite}/${statementFile(s.ids.nothing)}`));
    },
  },
  {
    what: 'the statement of another run',
    exit: 4,
    codes: ['statement_differs'],
    do: s => s.sign(s.ids.passes, statement => void (statement.predicate.run.run_id = 'another')),
  },
  {
    what: 'the statement of another suite',
    exit: 4,
    codes: ['statement_differs'],
    do: s => s.sign(s.ids.passes, statement => void (statement.predicate.nonce = 'f'.repeat(32))),
  },
  {
    what: 'a statement too many',
    exit: 4,
    codes: ['evidence_surplus'],
    async do(s) {
      await s.put(`${s.suite}/statements/${'0'.repeat(32)}.dsse.json`, await s.text(`${s.suite}/${statementFile(s.ids.passes)}`));
    },
  },

  // nonce and ledger
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
    codes: ['nonce_differs', 'statement_differs'],
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
    async do(s) {
      for (const name of await s.ports.files.list(join(s.root, LEDGER)))
        if (name.startsWith('000001-')) await s.ports.files.remove(join(s.root, LEDGER, name));
    },
  },
  {
    what: 'a refusal deleted',
    exit: 4,
    codes: ['ledger_gap'],
    async do(s) {
      for (const name of await s.ports.files.list(join(s.root, LEDGER)))
        if (name.endsWith('.decision.json')) await s.ports.files.remove(join(s.root, LEDGER, name));
    },
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

  // policy, stage, candidate
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

  // time
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

  // what only a costly run brings about: done to the evidence as it was read
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
    what: 'an admission edited',
    exit: 3,
    codes: ['admission_changed'],
    input: asCase(bundle => void (bundle.records[0].now.sha256 = sha256('edited'))),
  },
  {
    what: 'an admission expired',
    exit: 3,
    codes: ['admission_lapsed'],
    input: asCase(bundle => void Object.assign(bundle.records[0], { now: null, problem: 'it expired' })),
  },
  {
    what: 'an admission of last year',
    exit: 3,
    codes: ['admission_stale'],
    input: asCase(bundle => void (bundle.records[0].now.admitted_at = '2025-01-01T00:00:00Z')),
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
function asCase(fault: (bundle: Loose, input: Loose) => void): (input: Loose) => void {
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
