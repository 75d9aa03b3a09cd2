import { chmod, readdir } from 'node:fs/promises';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { backends } from '../backends/index.ts';
import { commandLine, quietPorts } from '../testing/command-line.ts';
import { aProject } from '../testing/project.ts';
import type { Findings } from './doctor-item.ts';
import { profiles } from './profiles.ts';

const MODEL = ['qwen-local', 'qwen3.6-35b-a3b'];
const SOURCE = ['--source-url', 'https://github.com/workos/case.git', '--commit', '7'.repeat(40), '--built-by', 'make'];

/** A project with a `ca` that says so in a file when it is started. */
async function aHost() {
  const place = await aProject({
    'package.json': '{}',
    'fixtures/README.md': 'tasks\n',
    'bin/ca': '#!/bin/sh\ntouch "$(dirname "$0")/started"\n',
  });
  const ca = join(place.root, 'bin/ca');
  await chmod(ca, 0o755);
  const admit = (...argv: string[]) => commandLine(place.root, ['admit', ...argv, '--by', 'jp']);
  return { ...place, ca, admit, [Symbol.asyncDispose]: () => place[Symbol.asyncDispose]() };
}

async function doctor(root: string, env: Record<string, string>, ...names: string[]) {
  const { exit, out } = await commandLine(root, ['doctor', '--json', ...names], { ports: quietPorts(env) });
  return { exit, out, ...(JSON.parse(out) as Findings & { ok: boolean; named: { name: string; ok: boolean }[] }) };
}

/** `name` of what is there, `-name` of what is not. */
const marks = (items: Findings[keyof Findings]) => items.map(({ name, ok }) => (ok ? name : `-${name}`));

it('the fake lane is enough; what else is missing is named with what it needs', async () => {
  await using host = await aHost();
  const { exit, ok, named, backends: found, profiles: runs, binaries, models, endpoints } = await doctor(host.root, {});
  expect({ exit, ok, named }).toEqual({ exit: 0, ok: true, named: [] });
  expect(marks(found)).toEqual(backends.map(({ id }) => (id === 'fake' || id === 'command' ? id : `-${id}`)));
  expect(marks(runs)).toEqual(profiles.map(({ name }) => `-${name}`));
  expect(marks(binaries)).toEqual(['-case']);
  expect(models).toEqual([]);
  expect(marks(endpoints)).toEqual(['-local', '-api_key', '-auth_bridge']);
  const missing = [...found, ...runs, ...binaries, ...endpoints].filter(item => !item.ok);
  expect(missing.filter(({ needs }) => needs.length === 0 || needs.some(need => !need.endsWith('.')))).toEqual([]);
});

it('says of an executable its path, its digest, and whether a record admits it', async () => {
  await using host = await aHost();
  const env = { CTO_HARNESS_CASE_BIN: host.ca };
  const { sha256 } = await quietPorts().files.digest(host.ca);
  const [before] = (await doctor(host.root, env)).binaries;
  expect(before).toMatchObject({
    name: 'case',
    ok: false,
    detail: expect.stringContaining(`no record admits the executable of case with SHA-256 ${sha256}`) as string,
  });
  await host.admit('binary', 'bin/ca', '--backend', 'case', ...SOURCE);
  const { binaries } = await doctor(host.root, env);
  expect(marks(binaries)).toEqual(['case', `case-ca-${sha256.slice(0, 12)}.json`]);
  expect(binaries[0]?.detail).toContain(`${host.ca} (SHA-256 ${sha256}): admitted by`);
});

it('says of every record of a model whether it holds', async () => {
  await using host = await aHost();
  await host.admit('model', ...MODEL);
  await host.admit('model', 'p', 'over');
  const { files } = quietPorts();
  const folder = join(host.root, 'admissions/models');
  const [good = '', over = ''] = (await readdir(folder)).toSorted().toReversed();
  const text = await files.readText(join(folder, over));
  await files.write(
    join(folder, over),
    text.replace(/"(admitted|expires)_at": "\d{4}/g, (_all, word: string) => `"${word}_at": "20${word === 'expires' ? 21 : 20}`),
  );
  await files.write(join(folder, 'misnamed.json'), await files.readText(join(folder, good)));
  await files.write(join(folder, 'not.json'), '{"schema": 1}');
  const { models } = await doctor(host.root, {});
  expect(models.map(({ name, ok, detail }) => [name, ok, detail.split(/[;:]|, until/)[0]])).toEqual([
    ['p/over', false, expect.stringMatching(/^expired on 2021/)],
    ['qwen-local/qwen3.6-35b-a3b', true, 'for case at stage 1, 2 over local'],
    ['qwen-local/qwen3.6-35b-a3b', false, 'misnamed.json is not looked for'],
    ['not.json', false, 'not.json is malformed'],
  ]);
});

describe('what was named decides the exit code', { concurrent: true }, () => {
  it.each([
    ['nothing that is missing', ['fake', 'command', 'node', 'git'], {}, 0],
    ['a gated backend that nobody enabled', ['case'], {}, 2],
    ['a profile, and its address is not given', ['case-qwen-loop'], { CTO_HARNESS_CASE_BIN: 'bin/ca' }, 2],
    [
      'a profile that has all it needs',
      ['case-qwen-loop', 'qwen-local/qwen3.6-35b-a3b'],
      { CTO_HARNESS_CASE_BIN: 'bin/ca', CTO_HARNESS_CASE_LOCAL_BASE_URL: 'http://127.0.0.1:9/v1' },
      0,
    ],
    [
      'a profile whose switch somebody set to no',
      ['case-qwen-loop'],
      { CTO_HARNESS_CASE_BIN: 'bin/ca', CTO_HARNESS_CASE_LOCAL_BASE_URL: 'http://127.0.0.1:9/v1', CTO_HARNESS_ALLOW_CASE: '0' },
      2,
    ],
    ['a profile, and the environment names another model', ['case-qwen-loop'], { CTO_HARNESS_CASE_MODEL: 'gpt-5.5' }, 2],
  ])('%s', async (_title, names, env, exit) => {
    await using host = await aHost();
    await host.admit('model', ...MODEL);
    await host.admit('binary', 'bin/ca', '--backend', 'case', ...SOURCE);
    const bin = 'CTO_HARNESS_CASE_BIN' in env ? { CTO_HARNESS_CASE_BIN: host.ca } : {};
    const said = await doctor(host.root, { ...env, ...bin }, ...names);
    expect({ exit: said.exit, ok: said.ok, named: said.named.every(({ ok }) => ok) }).toEqual({ exit, ok: exit === 0, named: exit === 0 });
  });

  it('a name that is nothing’s is a mistake', async () => {
    await using host = await aHost();
    const { exit, err } = await commandLine(host.root, ['doctor', 'fak']);
    expect({ exit, err }).toEqual({ exit: 64, err: expect.stringContaining('Did you mean "fake"?') as string });
  });
});

it('starts no agent, asks no provider, and never says an address or a key', async () => {
  await using host = await aHost();
  await host.admit('model', ...MODEL);
  await host.admit('binary', 'bin/ca', '--backend', 'case', ...SOURCE);
  let asked = 0;
  const server = createServer((_request, response) => void response.end(String(++asked)));
  server.on('connection', () => void asked++);
  await new Promise<void>(resolve => void server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  const address = `http://127.0.0.1:${port}/secret-path/v1`;
  try {
    const env = {
      CTO_HARNESS_CASE_BIN: host.ca,
      CTO_HARNESS_CASE_LOCAL_BASE_URL: address,
      CTO_HARNESS_CASE_LOCAL_API_KEY: 'a-key-that-nobody-sees',
    };
    const words = await commandLine(host.root, ['doctor'], { ports: quietPorts(env) });
    const { out } = await doctor(host.root, env, 'case-qwen-loop');
    expect(words.out).toContain('CTO_HARNESS_CASE_LOCAL_BASE_URL is set, CTO_HARNESS_CASE_LOCAL_API_KEY is set');
    expect(
      [words.out, out].filter(text => text.includes('secret-path') || text.includes('a-key-that') || text.includes(`:${port}`)),
    ).toEqual([]);
    expect(asked).toBe(0);
    expect(await readdir(join(host.root, 'bin'))).toEqual(['ca']);
  } finally {
    server.close();
  }
});

it('asks containment by what it does', async () => {
  await using host = await aHost();
  const ports = quietPorts();
  const weak = { ...ports, http: { ...ports.http, serve: (handler: Parameters<typeof ports.http.serve>[0]) => ports.http.serve(handler) } };
  const { out } = await commandLine(host.root, ['doctor', 'network', '--json'], { ports: weak });
  const { containment, ok } = JSON.parse(out) as Findings & { ok: boolean };
  expect(ok).toBe(false);
  expect(containment.find(({ name }) => name === 'network')).toMatchObject({ ok: false, needs: [expect.stringContaining('iproute2')] });
  expect(marks(containment)).toContain('level');
});
