import type { Contract } from '../model/contract.ts';
import { defaultRequiredEvents } from '../model/event.ts';
import { noFacts, type BackendFacts, type ChangedFile, type Facts } from '../model/facts.ts';
import type { TestReport, TestRun } from '../model/verification.ts';

/** Samples hold the ordinary; a test names only what it is about. */

const digest = '0'.repeat(64);

export const aContract = (over: Partial<Contract> = {}): Contract => ({
  schema: 'proofgate/task-contract/1',
  run_id: '20261120T101500Z-n1-string-slugify-fake-00000000',
  nonce: 'nonce',
  task: {
    id: 'n1-string-slugify',
    digest,
    source: null,
    prompt: 'mend slugify',
    allowed_paths: ['strings.js'],
    diff_required: true,
    clean_start: true,
    review_required: false,
    approval: { required: false, scope: 'task', mutation_mode: 'workspace copy only' },
  },
  verification: {
    command: ['node', '--test'],
    program: { name: 'node', path: '/usr/bin/node', version: '24' },
    required: true,
    report: 'node-test',
    fail_to_pass: ['mends'],
    pass_to_pass: ['keeps'],
    timeout_ms: 30_000,
  },
  required_events: [...defaultRequiredEvents],
  backend: { id: 'fake', argv: null, uses_model: false, uses_binary: false, own_state: [] },
  stage: 2,
  stage_digest: digest,
  handover: null,
  model: null,
  limits: { backend_ms: 1000, run_ms: 10_000, output_bytes: 1000, processes: 10 },
  containment: { required: 'observed', offered: 'observed' },
  given: {},
  suite: null,
  scenario_digest: null,
  engine_digest: digest,
  commit: null,
  host: digest,
  roots: { runtime_workspace_root: '/w/workspace', run_artifact_dir: '/b' },
  protected_roots: [],
  ...over,
});

export const aBackend = (over: Partial<BackendFacts> = {}): BackendFacts => ({
  exit_code: 0,
  timed_out: false,
  claim: 'completed',
  protocol_error: null,
  failure: null,
  completed_by_harness: false,
  survivors: 0,
  tree: 'pid_namespace',
  dropped_bytes: 0,
  ...over,
});

export const aChange = (over: Partial<ChangedFile> = {}): ChangedFile => ({
  path: 'strings.js',
  change: 'modified',
  kind: 'file',
  bytes: 10,
  mode: 0o644,
  digest,
  target: null,
  oddity: null,
  ...over,
});

export const aTestRun = (over: Partial<TestRun> = {}): TestRun => ({
  exit_code: 0,
  timed_out: false,
  tests: [
    { id: 'mends', outcome: 'passed' },
    { id: 'keeps', outcome: 'passed' },
  ],
  garbage: 0,
  ...over,
});

export const aTestReport = (over: Partial<TestReport> = {}): TestReport => ({
  schema: 'proofgate/test-report/1',
  command: ['node', '--test'],
  reporter_args: [],
  expected: ['mends', 'keeps'],
  recorded: aTestRun(),
  control: {
    planted: ['keeps amber birch'],
    twins: ['mends', 'keeps'],
    run: aTestRun({
      exit_code: 1,
      tests: [
        { id: 'mends', outcome: 'failed' },
        { id: 'keeps', outcome: 'failed' },
        { id: 'keeps amber birch', outcome: 'failed' },
      ],
    }),
  },
  surface: [],
  ...over,
});

/** What a run that passes found. */
export const greenFacts = (over: Partial<Facts> = {}): Facts => ({
  ...noFacts,
  calibration: [],
  backend: aBackend(),
  changes: { files: [aChange()], commits: false },
  boundary: { outside: [], protected: [] },
  tests: aTestReport(),
  ending: [],
  events: [],
  ...over,
});
