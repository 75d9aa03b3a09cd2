import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { anEvidence } from '../testing/evidence.ts';
import { ArtifactsSpec, judgeArtifacts } from './artifacts.ts';

const files = {
  'patch.diff': '',
  'test.log': 'ok 1 - one\nnot ok 2 - two\n',
  'a.json': '{"a": {"b/c": [1, {"d": null}]}}',
  'events.jsonl': '{"n":1}\n{"n":2}\n',
  'backend/stdout.log': 'hello\n',
  'backend/stderr.log': '',
  'backend/agent/.x': 'x',
  'copy.log': 'hello\n',
};
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
const said = async (spec: unknown) => {
  const found = await judgeArtifacts(ArtifactsSpec.parse(spec), anEvidence({ files, beside: { './golden.log': 'hello\n' } }), [
    'artifacts',
  ]);
  return found.map(({ path, message }) => `${path.join(' ')}: ${message}`);
};

describe('an artifact', () => {
  it.each([
    [{ 'patch.diff': 'empty' }],
    [{ 'patch.diff': 'present', 'nothing.txt': 'absent' }],
    [{ 'patch.diff': { size: 0 }, 'test.log': { size: { $gte: 10, $lt: 100 } } }],
    [{ 'test.log': { matches: 'not ok 2' } }],
    [{ 'test.log': { matches: ['/^ok \\d/', 'two'], not_matches: ['three', '/^two/m'] } }],
    [{ 'test.log': { lines: ['ok 1 - one', '/^not ok/'] } }],
    [{ 'test.log': { lines: { $contains: ['/two$/'] } } }],
    [{ 'patch.diff': { lines: [] } }],
    [{ 'a.json': { json: { a: { $any: 'object' } } } }],
    [{ 'a.json': { json_at: { '/a/b~1c/1/d': null, '/a/b~1c': [1, { d: null }], '/x': { $absent: true } } } }],
    [{ 'events.jsonl': { json: [{ n: 1 }, { n: 2 }] } }],
    [{ 'copy.log': { digest: sha256('hello\n') } }],
    [{ 'copy.log': { same_as: 'backend/stdout.log' } }],
    [{ 'copy.log': { same_as: './golden.log' } }],
    [{ '*.log': 'present', 'backend/*.log': 'present', '**/.x': 'present', 'backend/*.txt': 'absent' }],
    [{ 'backend/*.{log,txt}': { not_matches: 'secret' } }],
  ])('is as %j says', async spec => {
    expect(await said(spec)).toEqual([]);
  });

  it.each([
    [{ 'test.log': 'empty' }, 'artifacts test.log: expected test.log to be empty, got 26 bytes'],
    [{ 'nothing.txt': 'empty' }, 'artifacts nothing.txt: expected empty, got no such file'],
    [{ 'nothing.txt': 'present' }, 'artifacts nothing.txt: expected present, got no such file'],
    [{ 'nothing.txt': { not_matches: 'x' } }, 'artifacts nothing.txt: expected a file, got no such file'],
    [{ '*.txt': 'present' }, 'artifacts *.txt: expected present, got no such file'],
    [{ 'backend/*': 'absent' }, 'artifacts backend/*: expected absent, got backend/stderr.log, backend/stdout.log'],
    [{ 'backend/*': 'empty' }, 'artifacts backend/*: expected backend/stdout.log to be empty, got 6 bytes'],
    [{ 'test.log': { size: 3 } }, 'artifacts test.log size: expected 3, got 26'],
    [
      { 'test.log': { matches: ['one', 'three'] } },
      'artifacts test.log matches: expected "three" in test.log, got "ok 1 - one\\nnot ok 2 - two\\n"',
    ],
    [
      { 'test.log': { matches: '/^two/m' } },
      'artifacts test.log matches: expected "/^two/m" in test.log, got "ok 1 - one\\nnot ok 2 - two\\n"',
    ],
    [{ 'copy.log': { not_matches: ['x', 'ell'] } }, 'artifacts copy.log not_matches: expected no "ell" in copy.log, got "hello\\n"'],
    [{ 'copy.log': { lines: ['hell'] } }, 'artifacts copy.log lines 0: expected "hell", got "hello"'],
    [{ 'copy.log': { lines: [] } }, 'artifacts copy.log lines: expected [] (0 elements), got ["hello"]'],
    [{ 'copy.log': { json: { a: 1 } } }, 'artifacts copy.log: expected JSON in copy.log, got "hello\\n"'],
    [{ 'a.json': { json: { a: { x: 1 } } } }, 'artifacts a.json json a x: expected 1, got nothing there'],
    [{ 'a.json': { json_at: { '/a/b': 1 } } }, 'artifacts a.json json_at /a/b: expected 1, got nothing there'],
    [{ 'copy.log': { digest: sha256('') } }, `artifacts copy.log digest: expected ${sha256('')}, got ${sha256('hello\n')}`],
    [{ 'copy.log': { same_as: 'test.log' } }, 'artifacts copy.log same_as: expected the bytes of test.log, got other bytes'],
    [{ 'copy.log': { same_as: './gone.log' } }, 'artifacts copy.log same_as: expected the bytes of ./gone.log, got no such file'],
  ])('is not as %j says', async (spec, message) => {
    expect(await said(spec)).toEqual([message]);
  });

  it.each([
    [{}],
    [{ 'a.txt': {} }],
    [{ 'a.txt': 'exists' }],
    [{ 'a.txt': { exists: true } }],
    [{ 'a.txt': { matches: [] } }],
    [{ 'a.txt': { matches: '/(/' } }],
    [{ 'a.txt': { lines: ['/(/'] } }],
    [{ 'a.txt': { json_at: {} } }],
    [{ 'a.txt': { json_at: { a: 1 } } }],
    [{ 'a.txt': { json: {} } }],
    [{ 'a.txt': { digest: 'sha256:00' } }],
    [{ '/etc/passwd': 'present' }],
    [{ '../x': 'present' }],
    [{ 'a/../../x': 'present' }],
    [{ '!a.txt': 'present' }],
  ])('cannot be written as %j', spec => {
    expect(ArtifactsSpec.safeParse(spec).success).toBe(false);
  });
});
