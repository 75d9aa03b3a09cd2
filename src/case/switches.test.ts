import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { nodePorts } from '../node/ports.ts';
import { aPlan } from '../testing/plan.ts';
import { findBinary, limitOf } from './switches.ts';

const ports = nodePorts();
const withEnv = async (env: Record<string, string>, project = '/nowhere') => aPlan('/nowhere', ports, { env, project });

describe('CTO_HARNESS_CASE_TIMEOUT_SECONDS', () => {
  it.each<[string | undefined, number]>([
    [undefined, 600_000],
    ['8', 8000],
    [' 0.5 ', 500],
    ['3600', 600_000],
  ])('%s: the smaller limit counts', async (seconds, ms) => {
    expect(limitOf(await withEnv(seconds === undefined ? {} : { CTO_HARNESS_CASE_TIMEOUT_SECONDS: seconds }))).toEqual({ ms });
  });

  it.each(['', '0', '-1', '1e9', '0x10', '10s', 'Infinity', 'NaN'])('"%s" is no limit, and said to be none', async seconds => {
    const problem = `CTO_HARNESS_CASE_TIMEOUT_SECONDS is "${seconds}", and not a positive number of seconds`;
    expect(limitOf(await withEnv({ CTO_HARNESS_CASE_TIMEOUT_SECONDS: seconds }))).toEqual({ problem });
  });
});

describe('CTO_HARNESS_CASE_BIN', () => {
  const found = async (name: string | undefined) => {
    await using room = await ports.files.scratch('proofgate-case-bin-');
    writeFileSync(join(room.path, 'real'), '#!/bin/sh\n');
    chmodSync(join(room.path, 'real'), 0o755);
    writeFileSync(join(room.path, 'text'), '');
    mkdirSync(join(room.path, 'folder'));
    symlinkSync('real', join(room.path, 'link'));
    symlinkSync('nothing', join(room.path, 'dangling'));
    const env: Record<string, string> = name === undefined ? {} : { CTO_HARNESS_CASE_BIN: name };
    const answer = await findBinary(await withEnv(env, room.path), ports.files);
    return 'path' in answer ? answer.path.replace(await ports.files.realPath(room.path), '') : answer.problem;
  };

  it.each([
    ['real', '/real'],
    ['./folder/../link', '/real'],
  ])('%s is the executable itself, links followed and relative to the project', async (name, path) => {
    expect(await found(name)).toBe(path);
  });

  it.each([
    [undefined, 'CTO_HARNESS_CASE_BIN is not set; it names the executable ca of WorkOS Case'],
    ['', 'CTO_HARNESS_CASE_BIN is not set; it names the executable ca of WorkOS Case'],
    ['text', 'CTO_HARNESS_CASE_BIN names text, which is not executable'],
    ['folder', 'CTO_HARNESS_CASE_BIN names folder, which is a dir and no file'],
    ['nothing', 'CTO_HARNESS_CASE_BIN names nothing, which cannot be reached (ENOENT)'],
    ['dangling', 'CTO_HARNESS_CASE_BIN names dangling, which cannot be reached (ENOENT)'],
    ['text/ca', 'CTO_HARNESS_CASE_BIN names text/ca, which cannot be reached (ENOTDIR)'],
  ])('%s is none, and why', async (name, problem) => {
    expect(await found(name)).toBe(problem);
  });
});
