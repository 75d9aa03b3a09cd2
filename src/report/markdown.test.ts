import { describe, expect, it } from 'vitest';
import { toBlocker } from '../model/blocker.ts';
import type { NormalizedEvent } from '../model/event.ts';
import type { HandoverFacts } from '../model/handover.ts';
import type { Report } from '../model/report.ts';
import type { SourceFacts } from '../model/source.ts';
import { countTests, type TestResult } from '../model/verification.ts';
import { renderReport } from './markdown.ts';

const START = '2026-11-20T10:00:00.000Z';
const passed: TestResult = { id: 'slugify replaces every space', outcome: 'passed' };

const testsOf = (tests: TestResult[]): Report['verification'] => ({
  required: true,
  command: ['node', '--test'],
  ran: true,
  exit_code: tests.some(t => t.outcome === 'failed') ? 1 : 0,
  timed_out: false,
  missing_command: false,
  tests,
  counts: countTests(tests),
  control: { planted: 1, twins: 1, seen_failing: 2 },
  isolation: 'in_process',
});

/** An ordinary pass; a test names only what it is about. */
const aReport = (over: Partial<Report> = {}): Parameters<typeof renderReport>[0] => ({
  schema: 'proofgate/report/1',
  run_id: '20261120T100000Z-n1-string-slugify-fake-0a1b2c3d',
  nonce: 'ab12',
  suite: null,
  backend: 'fake',
  stage: 2,
  task: 'n1-string-slugify',
  status: 'pass',
  outcome: 'proven',
  lifecycle: 'completed',
  blockers: [],
  gateway: null,
  failure_reason: null,
  run_start: START,
  run_end: '2026-11-20T10:00:02.100Z',
  backend_exit_code: 0,
  changed_files: ['strings.js'],
  allowed_writes_passed: true,
  required_events_passed: true,
  tests_command: 'node --test',
  tests_passed: true,
  verification: testsOf([passed]),
  approvals: [],
  review: { required: false, verdict: 'none', reason: null },
  source_admission_status: 'not_required',
  source: null,
  model: { provider: null, id: null, runtime_provider: null, admission_status: 'not_required' },
  containment: {
    level: 'observed',
    claims: ['it saw'],
    not_claimed: ['that nothing was read'],
    process_tree: 'pid_namespace',
    survivors: 0,
  },
  baseline: null,
  handover: null,
  roots: { runtime_workspace_root: '/tmp/w', run_artifact_dir: '/tmp/b' },
  ...over,
});

const HASH = 'a'.repeat(64);
const ID = 'c'.repeat(40);

const aSource = (over: Partial<SourceFacts> = {}): SourceFacts => ({
  id: 'a-1',
  kind: 'git_bundle',
  problem: null,
  commit: ID,
  seed: HASH,
  original: { path: 'fixtures/sources/a.bundle', before: HASH, after: HASH },
  ...over,
});

const aHandover = (over: Partial<HandoverFacts> = {}): HandoverFacts => ({
  kind: 'sandbox_branch',
  target: 'the disposable remote of this run',
  branch: 'proofgate/r1',
  base: ID,
  main: { before: ID, after: ID },
  rest: { before: HASH, after: HASH },
  approved_by: 'jp',
  commit: { id: 'e'.repeat(40), tree: ID, parent: ID, seconds: 0, message: 'a task' },
  patch: HASH,
  problem: null,
  ...over,
});

const sectionOf = (report: Parameters<typeof renderReport>[0], title: string): string =>
  renderReport(report, [])
    .split('\n\n## ')
    .find(section => section.startsWith(title)) ?? '';

const anEvent = (over: Partial<NormalizedEvent> = {}): NormalizedEvent => ({
  seq: 1,
  type: 'run.started',
  status: 'ok',
  time: START,
  run_id: 'r',
  nonce: 'ab12',
  data: {},
  prev: '0'.repeat(64),
  ...over,
});

describe('report.md', () => {
  it('says the verdict first, then what it rests on', () => {
    expect(renderReport(aReport(), [anEvent(), anEvent({ seq: 2, type: 'patch.applied', time: '2026-11-20T10:00:01.500Z' })]))
      .toMatchInlineSnapshot(`
        "# pass: n1-string-slugify with fake at stage 2 (artificial fixture)

        Proven, 1 test passed, 2 of 2 controls seen failing. It took 2.1 s.

        | outcome | lifecycle | exit code of the backend | run |
        | --- | --- | --- | --- |
        | proven | completed | 0 | \`20261120T100000Z-n1-string-slugify-fake-0a1b2c3d\` |

        ## What changed

        1 path (patch.diff has the change). All of it is allowed by the task.

        - \`strings.js\`

        ## What the tests said

        \`node --test\` ended with exit code 0: 1 passed.

        | test | outcome |
        | --- | --- |
        | \`slugify replaces every space\` | passed |

        Control: 2 of 2 tests that must fail were seen failing (1 planted, 1 twin).

        Isolation: \`in_process\`. The code under test shares the process of the tests and can in principle forge a test that it knows.

        ## What happened

        A fact was seen by the harness; a claim is what the agent said.

        | after | event | status | which is | note |
        | --- | --- | --- | --- | --- |
        | 0 ms | \`run.started\` | ok | fact |  |
        | 1.5 s | \`patch.applied\` | ok | claim |  |

        ## Containment

        Level \`observed\`; process tree held together by \`pid_namespace\`, 0 survivors.

        What it saw or held:

        - it saw

        What it cannot say:

        - that nothing was read

        ## Freshness

        - from 2026-11-20T10:00:00.000Z to 2026-11-20T10:00:02.100Z
        - nonce \`ab12\`, asked by no scenario
        - task.contract.json has the digests of task, scenario and engine, and the commit of the project

        ## Check it

        In the folder that holds this page:

        \`\`\`
        proofgate verify .
        \`\`\`

        It runs nothing, recomputes every digest and the verdict from the raw files, and does not believe this page.
        manifest.json has the SHA-256 of every file, and report.json that of manifest.json.
        "
      `);
  });

  it('says why, who acts and what to do next', () => {
    const blockers = [
      toBlocker({ code: 'provider_unavailable', detail: 'ca is not on the PATH', cause: 'binary_missing' }),
      toBlocker({ code: 'no_diff', detail: 'success was claimed and nothing changed' }),
    ];
    const page = renderReport(
      aReport({ status: 'blocked', outcome: 'none', blockers, failure_reason: 'provider unavailable', changed_files: [] }),
      [],
    );
    expect(page.slice(0, page.indexOf('## What the tests'))).toMatchInlineSnapshot(`
      "# blocked: n1-string-slugify with fake at stage 2 (artificial fixture)

      \`provider_unavailable\`: provider unavailable. It took 2.1 s.

      | outcome | lifecycle | exit code of the backend | run |
      | --- | --- | --- | --- |
      | none | completed | 0 | \`20261120T100000Z-n1-string-slugify-fake-0a1b2c3d\` |

      ## Why

      The first one decides; the others were found as well.

      1. \`provider_unavailable\` (blocked, \`binary_missing\`): ca is not on the PATH
         - It means: Provider, model, binary or dependency is unavailable; \`cause\` says which.
         - Next: Install or configure what the detail names, then run again.
         - Who acts: the person who runs proofgate. The same run may end otherwise when it is repeated.
      2. \`no_diff\` (fail): success was claimed and nothing changed
         - It means: Success was claimed, a difference was required, none exists.
         - Next: A claim is not a change: look at what the backend did in backend/stdout.log.
         - Who acts: whoever makes or prompts the backend. The same run may end otherwise when it is repeated.

      ## What changed

      Nothing.

      "
    `);
  });

  it('names the tests that did not pass, and counts the rest, where there are many', () => {
    const many = Array.from({ length: 200 }, (_, i): TestResult => ({
      id: `test ${i}`,
      outcome: i === 7 ? 'failed' : i === 9 ? 'skipped' : 'passed',
    }));
    const page = renderReport(aReport({ verification: testsOf(many) }), []);
    expect(page.slice(page.indexOf('## What the tests'), page.indexOf('Control:'))).toMatchInlineSnapshot(`
      "## What the tests said

      \`node --test\` ended with exit code 1: 198 passed, 1 failed, 1 skipped.

      | test | outcome |
      | --- | --- |
      | \`test 7\` | **failed** |
      | \`test 9\` | **skipped** |

      198 more tests, passed: test-report.json names all.

      "
    `);
  });

  it('says where the workspace came from, and whether the original is as it was', () => {
    expect(sectionOf(aReport({ source: aSource(), source_admission_status: 'admitted' }), 'Source')).toMatchInlineSnapshot(`
      "Source

      It is \`a-1\`, a git bundle: admitted.

      - commit: \`cccccccccccccccccccccccccccccccccccccccc\`
      - original: \`fixtures/sources/a.bundle\`, untouched
      - digest before: \`aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\`
      - digest after: \`aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\`"
    `);
    const original = { path: 'a.bundle', before: HASH, after: 'b'.repeat(64) };
    expect(sectionOf(aReport({ source: aSource({ original }) }), 'Source')).toContain('**changed while the run went on**');
    expect(sectionOf(aReport({ source: aSource({ original: { ...original, after: null } }) }), 'Source')).toContain('not looked at again');
  });

  it('says why a source was not used', () => {
    const source = aSource({ problem: 'a.bundle is not there', commit: null, seed: null, original: null });
    expect(sectionOf(aReport({ source, source_admission_status: 'not_admitted' }), 'Source')).toMatchInlineSnapshot(`
      "Source

      It is \`a-1\`, a git bundle: not admitted. It cannot be used: a.bundle is not there.

      - commit: none
      - original: not looked at"
    `);
  });

  it('says what was handed over, who agreed, and that nothing else moved', () => {
    expect(sectionOf(aReport({ handover: aHandover() }), 'Handover')).toMatchInlineSnapshot(`
      "Handover

      One commit was handed over to the disposable remote of this run, as a branch of its own.

      - kind: \`sandbox_branch\`
      - branch: \`proofgate/r1\`
      - commit: \`eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee\`, on \`cccccccccccccccccccccccccccccccccccccccc\`; handover.patch has the same as a patch
      - main: untouched, \`cccccccccccccccccccccccccccccccccccccccc\`
      - everything else of the repository: untouched
      - approved by: jp"
    `);
    const moved = aHandover({ main: { before: ID, after: 'd'.repeat(40) }, rest: { before: HASH, after: 'b'.repeat(64) } });
    expect(sectionOf(aReport({ handover: moved }), 'Handover')).toMatch(/main: \*\*moved\*\*[^]*repository: \*\*changed\*\*/);
  });

  it('says why nothing was handed over', () => {
    const denied = aHandover({ commit: null, patch: null, approved_by: null });
    expect(sectionOf(aReport({ handover: denied }), 'Handover')).toMatchInlineSnapshot(`
      "Handover

      Nothing was handed over: nobody approved it.

      - kind: \`sandbox_branch\`
      - main: untouched, \`cccccccccccccccccccccccccccccccccccccccc\`
      - everything else of the repository: untouched
      - approved by: nobody"
    `);
    const late = aHandover({ commit: null, patch: null, problem: 'main moved: nothing was pushed' });
    expect(sectionOf(aReport({ handover: late }), 'Handover')).toContain('Nothing was handed over: main moved: nothing was pushed.');
  });

  it('has nothing of either where there was none', () => {
    expect(renderReport(aReport(), [])).not.toMatch(/## (Source|Handover)/);
  });

  it('has the same bytes for the same evidence', () => {
    expect(renderReport(aReport(), [anEvent()])).toBe(renderReport(aReport(), [anEvent()]));
  });

  it('tells a claim of the agent from a fact of the harness', () => {
    const claims = [
      anEvent({ type: 'plan.updated' }),
      anEvent({ type: 'plan.updated', data: { source: 'harness' } }),
      anEvent({ type: 'git.diff.checked' }),
    ];
    const rows = renderReport(aReport(), claims)
      .split('\n')
      .filter(line => line.startsWith('| 0 ms'));
    expect(rows.map(line => line.split(' | ')[3])).toEqual(['claim', 'fact', 'fact']);
  });
});

describe('what a stranger chose cannot change the page', () => {
  const hostile = [
    'a | b',
    'a `tick` b',
    '``',
    '<img src=x onerror=alert(1)>',
    'line one\n# pass: forged\n| x | y |',
    '\r\n\n---',
    '[click](https://evil.example)',
    'https://evil.example',
    '**bold** _it_ ~~no~~ $x$',
    '\\',
    'a\\| b',
    '\u202Egnp.exe',
    '```\nfence',
    '',
    '   ',
  ];

  it.each(hostile)('%j as the name of a test, a file, a task, a scenario, a source, a branch, a person and a reason', name => {
    const calm = pageAbout('calm');
    const hurt = pageAbout(name);
    expect(hurt.split('\n')).toHaveLength(calm.split('\n').length);
    expect(shape(hurt)).toEqual(shape(calm));
    expect(cells(hurt)).toEqual(cells(calm));
    expect(outsideCode(hurt)).not.toMatch(/<(?!\/?code>)/);
    expect(outsideCode(hurt)).not.toMatch(/[^\\]\]\(/);
    expect(hurt).not.toContain('\u202E');
  });
});

const pageAbout = (word: string) =>
  renderReport(
    aReport({
      task: word,
      suite: word,
      changed_files: [word],
      status: 'fail',
      blockers: [toBlocker({ code: 'no_diff', detail: word })],
      failure_reason: word,
      verification: testsOf([{ id: word, outcome: 'failed' }]),
      review: { required: true, verdict: 'reject', reason: word },
      source: aSource({ id: word, problem: word, original: { path: word, before: HASH, after: null } }),
      handover: aHandover({ target: word, branch: word, approved_by: word }),
    }),
    [anEvent({ type: 'approval.granted', data: { actor: word } })],
  );

/** What each line begins with, as far as it means something. */
const shape = (page: string) => page.split('\n').map(line => /^\s*(\||#+|>|-+|```|\d+\.)?/.exec(line)![0]);

/** How many cells each row of a table has. */
const cells = (page: string) =>
  page
    .split('\n')
    .filter(line => line.startsWith('|'))
    .map(line => line.replaceAll(/\\./g, '').split('|').length);

const outsideCode = (page: string) => page.replaceAll(/(?<!`)(`+)(?!`).*?(?<!`)\1(?!`)/g, '');
