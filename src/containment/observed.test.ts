import { createHash } from 'node:crypto';
import { appendFileSync, chmodSync, existsSync, mkdirSync, renameSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { nodePorts } from '../node/ports.ts';
import { observe, type Observation } from './observed.ts';

const ports = nodePorts();
const LOG = 'backend/stdout.log';
let room: { path: string } & AsyncDisposable;
let observation: Observation;

const at = (...path: string[]) => join(room.path, ...path);
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

beforeEach(async () => {
  room = await ports.files.scratch('observed-test');
  for (const dir of ['protected/deep', 'parent/workspace', 'own/seed', 'bundle/backend/agent']) mkdirSync(at(dir), { recursive: true });
  writeFileSync(at('protected/deep/a'), 'a');
  writeFileSync(at('program'), 'x');
  writeFileSync(at('bundle/report.json'), 'reserved');
  writeFileSync(at('bundle/trace.jsonl'), 'line\n');
  observation = await observe(
    {
      protectedRoots: [at('protected')],
      programs: [at('program')],
      workspaceParent: at('parent'),
      scratch: at('own'),
      bundleDir: at('bundle'),
      expected: () => new Map([['trace.jsonl', 'line\n']]),
    },
    ports,
  );
  writeFileSync(at('bundle', LOG), 'said\n');
});
afterEach(() => room[Symbol.asyncDispose]());

const end = () => observation.end({ [LOG]: sha256('said\n') });
const relative = (paths: string[]) => paths.map(path => path.replace(`${room.path}/`, ''));

describe('nothing is said of a backend', () => {
  it('that wrote into its workspace and its own folder', async () => {
    writeFileSync(at('parent/workspace/new'), 'x');
    writeFileSync(at('bundle/backend/agent/cache'), 'x');
    expect(await end()).toEqual({ outside: [], protected: [] });
  });
});

describe('a protected root is named', () => {
  it.each<[string, string, () => void]>([
    ['that was edited', 'protected/deep/a', () => writeFileSync(at('protected/deep/a'), 'b')],
    ['that grew a file', 'protected/b', () => writeFileSync(at('protected/b'), '')],
    ['that lost one', 'protected/deep/a', () => rmSync(at('protected/deep/a'))],
    ['whose mode changed', 'protected/deep/a', () => chmodSync(at('protected/deep/a'), 0o755)],
  ])('%s', async (_what, path, change) => {
    change();
    expect(relative((await end()).protected)).toEqual([path]);
  });

  it('and a program whose bytes were exchanged under the same size and the same time', async () => {
    const { modified } = (await ports.files.stat(at('program')))!;
    writeFileSync(at('program'), 'y');
    utimesSync(at('program'), modified / 1000, modified / 1000);
    expect(relative((await end()).protected)).toEqual(['program']);
  });
});

describe('a write outside of the roots is named', () => {
  it.each<[string, string, () => void]>([
    ['beside the workspace', 'parent/stranger', () => writeFileSync(at('parent/stranger'), '')],
    ['a workspace that is gone', 'parent/workspace (removed)', () => rmSync(at('parent/workspace'), { recursive: true })],
    [
      'a workspace that is a link',
      'parent/workspace (is a link)',
      () => (renameSync(at('parent/workspace'), at('elsewhere')), symlinkSync(at('elsewhere'), at('parent/workspace'))),
    ],
    ['the reserved report', 'bundle: report.json', () => writeFileSync(at('bundle/report.json'), 'passed')],
    ["the engine's log", 'bundle: trace.jsonl', () => appendFileSync(at('bundle/trace.jsonl'), 'forged\n')],
    ['a raw log', `bundle: ${LOG}`, () => appendFileSync(at('bundle', LOG), 'forged\n')],
    ['a raw log that is gone', `bundle: ${LOG} (removed)`, () => rmSync(at('bundle', LOG))],
  ])('%s', async (_what, named, change) => {
    change();
    expect(relative((await end()).outside)).toEqual([named]);
  });

  it('the folder of the raw logs, exchanged for a link', async () => {
    renameSync(at('bundle/backend'), at('elsewhere'));
    symlinkSync(at('elsewhere'), at('bundle/backend'));
    expect(relative((await end()).outside)).toEqual(['bundle: backend', `bundle: ${LOG} (removed)`]);
  });

  it('what does not belong into the bundle, which is removed from it', async () => {
    mkdirSync(at('bundle/baseline'));
    writeFileSync(at('bundle/manifest.json'), '{}');
    expect(relative((await end()).outside)).toEqual(['bundle: baseline', 'bundle: manifest.json']);
    expect([existsSync(at('bundle/baseline')), existsSync(at('bundle/manifest.json'))]).toEqual([false, false]);
  });

  it("what was put into the engine's own folder, which is removed before the engine works on in it", async () => {
    mkdirSync(at('own/diff'));
    symlinkSync(at('protected'), at('own/patch.raw'));
    expect(relative((await end()).outside)).toEqual(['own/diff', 'own/patch.raw']);
    expect([existsSync(at('own/diff')), existsSync(at('own/seed')), existsSync(at('protected'))]).toEqual([false, true, true]);
  });

  it.each<[string, string, () => void]>([
    ['removed', 'own (removed)', () => rmSync(at('own'), { recursive: true })],
    ['exchanged for a link', 'own (is a link)', () => (renameSync(at('own'), at('elsewhere')), symlinkSync(at('elsewhere'), at('own')))],
  ])("the engine's own folder, %s, and made again", async (_how, named, change) => {
    change();
    expect(relative((await end()).outside)).toEqual([named]);
    expect((await ports.files.stat(at('own')))?.kind).toBe('dir');
  });

  it("the agent's own folder, exchanged for a link", async () => {
    rmSync(at('bundle/backend/agent'), { recursive: true });
    symlinkSync(at('protected'), at('bundle/backend/agent'));
    expect(relative((await end()).outside)).toEqual(['bundle: backend/agent']);
    expect([existsSync(at('bundle/backend/agent')), existsSync(at('protected/deep/a'))]).toEqual([false, true]);
  });
});

describe('when the tests are over it is looked once more: they ran code of the backend', () => {
  const PATCH = 'patch.diff';
  const endOfTests = async (change: () => void, found = { outside: ['earlier'], protected: ['before'] }) => {
    await end();
    writeFileSync(at('bundle', PATCH), 'what changed');
    change();
    const written = { [LOG]: sha256('said\n'), [PATCH]: sha256('what changed') };
    const { outside, protected: guarded } = await observation.endOfTests(found, written);
    return { outside: relative(outside), protected: relative(guarded) };
  };

  it.each<[string, () => void, { outside?: string[]; protected?: string[] }]>([
    ['nothing is added where they kept to themselves', () => {}, {}],
    ['a protected root', () => writeFileSync(at('protected/deep/a'), 'b'), { protected: ['protected/deep/a', 'before'] }],
    ['beside the workspace', () => writeFileSync(at('parent/stranger'), ''), { outside: ['earlier', 'parent/stranger'] }],
    [
      'an artifact that was written since',
      () => writeFileSync(at('bundle', PATCH), 'nothing'),
      { outside: ['earlier', 'bundle: patch.diff'] },
    ],
    ['a stranger in the bundle', () => writeFileSync(at('bundle/manifest.json'), '{}'), { outside: ['earlier', 'bundle: manifest.json'] }],
  ])('%s', async (_what, change, found) => {
    expect(await endOfTests(change)).toEqual({ outside: ['earlier'], protected: ['before'], ...found });
  });

  it("an artifact that the engine could not write whole is nobody's doing", async () => {
    await end();
    writeFileSync(at('bundle', PATCH), 'half of wh');
    const written = { [LOG]: sha256('said\n'), [PATCH]: null };
    expect(await observation.endOfTests({ outside: [], protected: [] }, written)).toEqual({ outside: [], protected: [] });
  });
});
