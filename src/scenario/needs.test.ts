import { describe, expect, it } from 'vitest';
import { nodePorts } from '../node/ports.ts';
import { gapOf, missingNeeds, needsEnv } from './needs.ts';

describe('a prerequisite', () => {
  it('is missing where it does not work, whatever stands on the PATH', async () => {
    await using dir = await nodePorts().files.scratch('needs');
    await nodePorts().files.write(`${dir.path}/python3`, '#!/bin/sh\nexit 1\n', { mode: 0o755 });
    expect(await missingNeeds(['python3', 'pytest'], nodePorts().exec, { PATH: dir.path })).toEqual(['python3', 'pytest']);
    expect(await missingNeeds(['python3'], nodePorts().exec, { PATH: '/nowhere' })).toEqual(['python3']);
  });

  it('is there where it works', async () => {
    await using dir = await nodePorts().files.scratch('needs');
    await nodePorts().files.write(`${dir.path}/python3`, '#!/bin/sh\nexit 0\n', { mode: 0o755 });
    expect(await missingNeeds(['python3', 'pytest'], nodePorts().exec, { PATH: dir.path })).toEqual([]);
  });
});

describe('ca', () => {
  const program = (exit: number) => `#!/bin/sh\n[ "$1" = --help ] && exit ${exit}\nexit 7\n`;

  it.each([
    ['is there where CTO_HARNESS_CASE_BIN names one that works', 0, true, []],
    ['is missing where what it names does not work', 1, true, ['ca']],
    ['is missing where nothing names it, whatever stands on the PATH', 0, false, ['ca']],
  ])('%s', async (_title, exit, isNamed, missing) => {
    await using dir = await nodePorts().files.scratch('needs');
    const ca = `${dir.path}/ca`;
    await nodePorts().files.write(ca, program(exit), { mode: 0o755 });
    const env = { PATH: dir.path, ...(isNamed && { CTO_HARNESS_CASE_BIN: ca }) };
    expect(await missingNeeds(['ca'], nodePorts().exec, env)).toEqual(missing);
  });
});

describe('codex', () => {
  const program = (exit: number) => `#!/bin/sh\n[ "$*" = 'sandbox -- true' ] && exit ${exit}\nexit 7\n`;

  it.each([
    ['is there where its sandbox starts a command', 0, []],
    ['is missing where it does not, though it is on the PATH', 1, ['codex']],
  ])('%s', async (_title, exit, missing) => {
    await using dir = await nodePorts().files.scratch('needs');
    await nodePorts().files.write(`${dir.path}/bin/codex`, program(exit), { mode: 0o755 });
    const PATH = `${dir.path}/bin:/usr/bin:/bin`;
    expect(await missingNeeds(['codex'], nodePorts().exec, { PATH })).toEqual(missing);
    const named = { PATH: '/usr/bin:/bin', CTO_HARNESS_CODEX_BIN: `${dir.path}/bin/codex` };
    expect(await missingNeeds(['codex'], nodePorts().exec, named)).toEqual(missing);
    expect(await missingNeeds(['codex'], nodePorts().exec, { ...named, CTO_HARNESS_CODEX_BIN: '/nowhere/codex' })).toEqual(['codex']);
  });
});

it('what npm has put into the project, and the Case that the project has, are found as a run finds them', async () => {
  await using dir = await nodePorts().files.scratch('needs');
  const { files, exec } = nodePorts();
  await files.write(`${dir.path}/node_modules/.bin/pi`, '#!/bin/sh\nexit 0\n', { mode: 0o755 });
  await files.write(`${dir.path}/fixtures/ca/ca`, '#!/bin/sh\nexit 0\n', { mode: 0o755 });
  await files.write(`${dir.path}/fixtures/codex/node_modules/.bin/codex`, '#!/bin/sh\nexit 0\n', { mode: 0o755 });
  const env = await needsEnv({ PATH: '/usr/bin:/bin' }, dir.path, files);
  expect(await missingNeeds(['pi', 'ca', 'codex'], exec, env)).toEqual([]);
  const named = await needsEnv({ CTO_HARNESS_CASE_BIN: '/nowhere/ca' }, dir.path, files);
  expect(await missingNeeds(['ca'], exec, named)).toEqual(['ca']);
});

it('a private network is there exactly where the engine can make one', async () => {
  const { exec, http } = nodePorts();
  await using served = await http.serve(async () => new Response(null), { private: true });
  expect(await missingNeeds(['private_network'], exec, {})).toEqual(served.network === 'private' ? [] : ['private_network']);
});

describe('a gap', () => {
  const none = { skip: undefined, missing: [] };
  const pytest = { skip: undefined, missing: ['pytest'] };

  it('is none where nothing is missing', () => {
    expect(gapOf(none, { CI: 'true' })).toBeUndefined();
  });

  it('is a skip with its reason', () => {
    expect(gapOf(pytest, {})).toMatchObject({ reason: 'needs pytest', fails: false });
    expect(gapOf({ ...none, skip: 'too slow here' }, {})).toMatchObject({ reason: 'too slow here', fails: false });
  });

  it('is a failure with CI=true', () => {
    expect(gapOf(pytest, { CI: 'true' })).toMatchObject({ fails: true });
    expect(gapOf({ ...none, skip: 'x' }, { CI: 'true' })).toMatchObject({ fails: true });
  });

  it('unless it is named as one that may lack, each by its name; a skip cannot be', () => {
    expect(gapOf(pytest, { CI: 'true', PROOFGATE_MAY_LACK: 'ca, pytest' })).toMatchObject({ fails: false });
    expect(gapOf({ ...none, missing: ['python3', 'pytest'] }, { CI: 'true', PROOFGATE_MAY_LACK: 'pytest' })).toMatchObject({ fails: true });
    expect(gapOf({ ...none, skip: 'pytest' }, { CI: 'true', PROOFGATE_MAY_LACK: 'pytest' })).toMatchObject({ fails: true });
  });
});
