import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { UserError } from '../errors.ts';
import type { FakeAction } from '../model/fake.ts';
import { defaultLimits, ordinaryGiven, type Plan } from '../model/plan.ts';
import { aGreenBundle } from '../testing/bundles.ts';
import { forger } from '../testing/forger.ts';

const bundle = await aGreenBundle();
afterAll(() => bundle[Symbol.asyncDispose]());
const { green, copyOf, ports, run, verify, top } = bundle;

async function expectInvalid(dir: string, artifact: string): Promise<void> {
  const { verdict, exit, problems } = await verify(dir);
  expect({ verdict, exit }).toEqual({ verdict: 'invalid', exit: 4 });
  expect(problems.map(problem => problem.artifact)).toContain(artifact);
}

const filesOf = (dir: string): string[] =>
  readdirSync(dir, { recursive: true, withFileTypes: true })
    .filter(entry => entry.isFile())
    .map(entry => join(entry.parentPath, entry.name).slice(dir.length + 1));

describe('a bundle as the engine left it', () => {
  it('is consistent, and says that nobody signed it', async () => {
    expect(await verify(green)).toEqual({
      verdict: 'consistent',
      status: 'pass',
      exit: 0,
      problems: [],
      notes: ['unsigned: provenance not shown'],
    });
  });

  it('is consistent wherever it is copied, whatever the times of its files', async () => {
    const copy = await copyOf(green);
    for (const file of filesOf(copy)) utimesSync(join(copy, file), 0, 0);
    expect(await verify(copy)).toMatchObject({ verdict: 'consistent', exit: 0 });
  });

  it.each<[string, { plan?: Partial<Plan>; fake?: FakeAction[]; task?: unknown }]>([
    ['nothing changed', { fake: [{ plan: ['think'] }, { claim: 'completed' }] }],
    [
      'everything odd changed',
      {
        fake: [
          { plan: ['x'] },
          { oracle: true },
          { write: 'é "q"/new.txt', text: 'no newline' },
          { write: 'bin', bytes: 3 },
          { delete: 'README.md' },
          { link: ['strings.js', 'link'] },
          { run: ['mkfifo', 'pipe'] },
          { run: ['chmod', '4755', 'strings.js'] },
          { run: ['sh', '-c', 'printf x > "$(printf "bad\\377")"'] },
          { claim: 'completed' },
        ],
      },
    ],
    ['the answer is wrong', { fake: [{ plan: ['x'] }, { write: 'strings.js', text: 'export {};\n' }, { claim: 'completed' }] }],
    ['the backend ran out of time', { fake: [{ plan: ['x'] }, { sleep: '60s' }], plan: { limits: { ...defaultLimits, backendMs: 500 } } }],
    ['the backend crashed', { fake: [{ oracle: true }, { signal: 'SIGKILL' }] }],
    [
      'the reviewer said no',
      { fake: [{ plan: ['x'] }, { oracle: true }, { review: { verdict: 'reject', reason: 'no' } }, { claim: 'completed' }] },
    ],
    [
      'approval was asked twice and denied',
      {
        fake: [
          { ask_approval: { scope: 'one', mutation_mode: 'm' } },
          { ask_approval: { scope: 'two', mutation_mode: 'm' } },
          { claim: 'completed' },
        ],
      },
    ],
    ['a required approval was granted', { plan: { approval: { answer: 'granted', actor: 'me' } }, task: { approval: { required: true } } }],
    ['a required approval was denied', { task: { approval: { required: true } } }],
    ['no test command was named', { task: { verification: { command: null } } }],
    ['the source was dirty', { plan: { given: { ...ordinaryGiven, tree: 'dirty' } } }],
    ['the stage was not proven', { plan: { stage: 3 } }],
    ['events came in another order', { fake: [{ oracle: true }, { plan: ['x'] }, { claim: 'completed' }] }],
    [
      'a secret passed through the logs',
      {
        plan: { given: { ...ordinaryGiven, secrets: { TOKEN: 'tok-0123456789' } } },
        fake: [{ plan: ['tok-0123456789'] }, { oracle: true }, { print: 'tok-0123456789' }, { claim: 'completed' }],
      },
    ],
    [
      'a secret stood in the patch',
      {
        plan: { given: { ...ordinaryGiven, secrets: { TOKEN: 'tok-0123456789' } } },
        fake: [{ plan: ['x'] }, { write: 'tok-0123456789', text: 'tok-0123456789' }, { claim: 'completed' }],
      },
    ],
    ['the baseline took place', { plan: { backend: { id: 'command', argv: ['true'] } } }],
  ])(
    'when %s',
    async (_title, { plan = {}, fake, task }) => {
      const { dir, report, exit } = await run({ ...plan, ...(fake ? { fake } : {}) }, task);
      expect(await verify(dir)).toMatchObject({ verdict: 'consistent', status: report.status, exit, problems: [] });
    },
    60_000,
  );

  it('when the engine was interrupted', async () => {
    const interruption = new AbortController();
    setTimeout(() => interruption.abort('SIGTERM'), 300);
    const { dir, report } = await run({ fake: [{ plan: ['x'] }, { sleep: '60s' }] }, undefined, interruption.signal);
    expect(report.blockers.map(blocker => blocker.code)).toEqual(['run_interrupted']);
    expect(await verify(dir)).toMatchObject({ verdict: 'consistent', status: 'fail', exit: 1 });
  }, 60_000);

  it.each(['events.normalized.jsonl', 'trace.jsonl', 'patch.diff', 'task.contract.json'])(
    'when %s could not be written; it is then never a pass',
    async artifact => {
      const { dir, report } = await run({ given: { ...ordinaryGiven, artifact_fault: { [artifact]: 'is_directory' } } });
      expect(report.blockers.map(blocker => blocker.code)).toContain('artifact_write_failure');
      const check = await verify(dir);
      expect(check).toMatchObject({ verdict: 'consistent', status: 'fail', exit: 1, problems: [] });
      expect(check.notes.join()).toContain(artifact);
    },
    60_000,
  );
});

describe('a report that was only reserved', () => {
  it('is no verdict', async () => {
    const { dir } = await run({ given: { ...ordinaryGiven, artifact_fault: { 'report.json': 'disk_full' } } });
    expect(await verify(dir)).toMatchObject({
      verdict: 'invalid',
      status: null,
      exit: 4,
      problems: [{ artifact: 'report.json', problem: 'was never sealed: the run did not reach its end' }],
    });
  }, 60_000);
});

describe('one flipped byte is found', () => {
  it.each([
    'report.json',
    'manifest.json',
    'task.contract.json',
    'events.normalized.jsonl',
    'trace.jsonl',
    'patch.diff',
    'test.log',
    'test-report.json',
    'report.md',
    'scenario.yaml',
    'eligibility.json',
    'stage2-no-target-inspection.json',
    'backend/stdout.log',
    'backend/events.jsonl',
    'backend/agent/prompt.md',
  ])(
    'in %s',
    async artifact => {
      const copy = await copyOf(green);
      const bytes = readFileSync(join(copy, artifact));
      const step = Math.max(1, Math.floor(bytes.length / 8));
      for (let at = 0; at < bytes.length; at += step) {
        const flipped = Buffer.from(bytes);
        flipped[at]! ^= [0x01, 0x20, 0x80][at % 3]!;
        writeFileSync(join(copy, artifact), flipped);
        await expectInvalid(copy, artifact);
      }
      writeFileSync(join(copy, artifact), bytes);
      expect((await verify(copy)).exit).toBe(0);
    },
    60_000,
  );

  it('every file of a bundle is one of these, or empty', () => {
    const others = filesOf(green).filter(file => readFileSync(join(green, file)).length > 0);
    expect(others.toSorted()).toEqual([
      'backend/agent/prompt.md',
      'backend/events.jsonl',
      'backend/stdout.log',
      'eligibility.json',
      'events.normalized.jsonl',
      'manifest.json',
      'patch.diff',
      'report.json',
      'report.md',
      'scenario.yaml',
      'stage2-no-target-inspection.json',
      'task.contract.json',
      'test-report.json',
      'test.log',
      'trace.jsonl',
    ]);
  });
});

describe('a changed folder is found', () => {
  const log = 'events.normalized.jsonl';
  const editLines = (dir: string, path: string, change: (lines: string[]) => string[]) =>
    writeFileSync(join(dir, path), `${change(readFileSync(join(dir, path), 'utf8').trimEnd().split('\n')).join('\n')}\n`);

  it.each<[string, string, (dir: string) => void]>([
    ['an event that is gone', log, dir => editLines(dir, log, lines => lines.toSpliced(5, 1))],
    ['the last event that is gone', log, dir => editLines(dir, log, lines => lines.slice(0, -1))],
    ['an event twice', log, dir => editLines(dir, log, lines => lines.toSpliced(5, 0, lines[5]!))],
    ['two events exchanged', log, dir => editLines(dir, log, lines => lines.with(5, lines[6]!).with(6, lines[5]!))],
    ['an event edited', log, dir => editLines(dir, log, lines => lines.with(1, lines[1]!.replace('"ok"', '"blocked"')))],
    ['another nonce in an event', log, dir => editLines(dir, log, lines => lines.with(2, lines[2]!.replace('a-nonce', 'b-nonce')))],
    ['a log that does not end in a newline', log, dir => truncateSync(join(dir, log), readFileSync(join(dir, log)).length - 1)],
    [
      'a time in the report that stands nowhere else',
      'report.json',
      dir => editLines(dir, 'report.json', lines => lines.map(line => line.replace(/"modified": "..../, '"modified": "2001'))),
    ],
    ['a blank line', 'trace.jsonl', dir => appendFileSync(join(dir, 'trace.jsonl'), '\n')],
    ['a file that is gone', 'test.log', dir => rmSync(join(dir, 'test.log'))],
    ['no manifest', 'manifest.json', dir => rmSync(join(dir, 'manifest.json'))],
    ['no report', 'report.json', dir => rmSync(join(dir, 'report.json'))],
    ['a file more', 'notes.txt', dir => writeFileSync(join(dir, 'notes.txt'), '')],
    ['a file more, deep down', 'backend/agent/home/x', dir => writeFileSync(join(dir, 'backend/agent/home/x'), 'x')],
    ['an emptied file', 'patch.diff', dir => truncateSync(join(dir, 'patch.diff'))],
    [
      'a link in the place of a file',
      'test.log',
      dir => (
        cpSync(join(dir, 'test.log'), join(top, 'elsewhere.log')),
        rmSync(join(dir, 'test.log')),
        symlinkSync(join(top, 'elsewhere.log'), join(dir, 'test.log'))
      ),
    ],
    ['a link more', 'link', dir => symlinkSync('report.json', join(dir, 'link'))],
    ['a FIFO, which is not waited for', 'pipe', dir => execFileSync('mkfifo', [join(dir, 'pipe')])],
    [
      'a FIFO in the place of the report',
      'report.json',
      dir => (rmSync(join(dir, 'report.json')), execFileSync('mkfifo', [join(dir, 'report.json')])),
    ],
    ['a name that is no text', 'x\\xff', dir => writeFileSync(Buffer.concat([Buffer.from(`${dir}/x`), Buffer.from([0xff])]), '')],
    ['a folder in the place of a file', 'trace.jsonl', dir => (rmSync(join(dir, 'trace.jsonl')), mkdirSync(join(dir, 'trace.jsonl')))],
    ['a baseline from nowhere', 'baseline', dir => cpSync(green, join(dir, 'baseline'), { recursive: true })],
  ])('%s', async (_title, artifact, spoil) => {
    const copy = await copyOf(green);
    spoil(copy);
    await expectInvalid(copy, artifact);
  });
});

describe('garbage is a problem and never an exception', () => {
  /** Every file that is parsed. */
  const read = [
    'report.json',
    'manifest.json',
    'task.contract.json',
    'events.normalized.jsonl',
    'trace.jsonl',
    'patch.diff',
    'test-report.json',
    'backend/events.jsonl',
  ];
  const deep = `${'['.repeat(200_000)}${']'.repeat(200_000)}`;
  it.each<[string, string | Buffer]>([
    ['nothing', ''],
    ['bytes', Buffer.from(Array.from({ length: 3000 }, (_, at) => (at * 131) % 256))],
    ['zeros', Buffer.alloc(100_000)],
    ['one long line', 'x'.repeat(2_000_000)],
    ['many lines', '{}\n'.repeat(30_000)],
    ['null', 'null\n'],
    ['deep nesting', deep],
    ['deep nesting inside', `{"seq":1,"data":${deep}}\n`],
    ['a key that is no key', '{"__proto__":{"sealed":true},"constructor":1,"toString":2}\n'],
    ['a byte order mark', '\uFEFF{}\n'],
  ])(
    '%s, in every file, sealed again or not',
    async (_title, content) => {
      for (const artifact of read) {
        const copy = await copyOf(green);
        writeFileSync(join(copy, artifact), content);
        if (artifact !== 'report.json') {
          await expectInvalid(copy, artifact);
          await forger(copy, ports.files).reseal();
        }
        const check = await verify(copy);
        expect([0, 4]).toContain(check.exit);
        rmSync(copy, { recursive: true });
      }
    },
    120_000,
  );

  it('and so is every problem of one file at once: a few are named, the rest counted', async () => {
    const copy = await copyOf(green);
    writeFileSync(join(copy, 'trace.jsonl'), 'x\n'.repeat(1000));
    expect((await verify(copy)).problems.filter(problem => problem.artifact === 'trace.jsonl').length).toBeLessThan(15);
  });
});

describe('where there is nothing to verify', () => {
  it.each<[string, () => string]>([
    ['no folder', () => join(top, 'nowhere')],
    ['a file', () => join(green, 'report.json')],
    ['an empty folder', () => mkdtempSync(join(top, 'empty-'))],
  ])('%s is a mistake of the user', async (_title, place) => {
    await expect(verify(place())).rejects.toThrow(UserError);
  });
});
