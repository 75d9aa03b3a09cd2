import { join } from 'node:path';
import { expect, it } from 'vitest';
import { nodePorts } from '../node/ports.ts';
import { findCodex } from './codex-find.ts';

/** A checkout in which npm has installed Codex for these platforms, and a folder of the PATH with these programs. */
async function room(platforms: readonly string[], programs: readonly string[] = []) {
  const { files } = nodePorts();
  const scratch = await files.scratch('codex-find');
  const at = (...names: string[]) => join(scratch.path, ...names);
  const scope = at('fixtures/codex/node_modules/@openai');
  await files.makeDir(at('fixtures/codex/node_modules/.bin'));
  await files.write(join(scope, 'codex/bin/codex.js'), '#!/usr/bin/env node\n', { mode: 0o755 });
  await files.link('../@openai/codex/bin/codex.js', at('fixtures/codex/node_modules/.bin/codex'));
  for (const one of platforms) await files.write(join(scope, `codex-${one}`, 'vendor', one, 'bin/codex'), 'ELF', { mode: 0o755 });
  for (const one of programs) await files.write(at('path', one), '#!/bin/sh\n', { mode: 0o755 });
  const ports = nodePorts({ PATH: at('path') });
  return {
    at,
    find: (env: Record<string, string> = {}) => findCodex({ env, project: scratch.path }, ports),
    [Symbol.asyncDispose]: () => scratch[Symbol.asyncDispose](),
  };
}

it('is the executable that the launcher of npm would start', async () => {
  await using here = await room(['linux-x64']);
  expect(await here.find()).toBe(here.at('fixtures/codex/node_modules/@openai/codex-linux-x64/vendor/linux-x64/bin/codex'));
});

it.each([[[]], [['linux-x64', 'linux-arm64']]])('is the launcher where it cannot be told which that is: %j', async platforms => {
  await using here = await room(platforms);
  expect(await here.find()).toBe(here.at('fixtures/codex/node_modules/@openai/codex/bin/codex.js'));
});

it('is that of the PATH before that of the checkout, and the one that is named before both', async () => {
  await using here = await room(['linux-x64'], ['codex', 'mine']);
  expect(await here.find()).toBe(here.at('path/codex'));
  expect(await here.find({ CTO_HARNESS_CODEX_BIN: here.at('path/mine') })).toBe(here.at('path/mine'));
  expect(await here.find({ CTO_HARNESS_CODEX_BIN: here.at('nothing') })).toBeUndefined();
});
