import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { draftBinary } from '../commands/admit-binary.ts';
import { draftModel } from '../commands/admit-model.ts';
import { createEngine, type Engine } from '../engine.ts';
import { Api } from '../model/gateway.ts';
import { Report } from '../model/report.ts';
import { exitOf } from '../model/exit.ts';
import { defaultLimits, type Plan } from '../model/plan.ts';
import { Slug } from '../model/units.ts';
import { nodePorts } from '../node/ports.ts';
import type { Ports } from '../ports.ts';
import { runPlan } from '../run.ts';
import { playScript, type Playing } from '../scripted/play.ts';
import { aPlan } from '../testing/plan.ts';
import { verifyBundle } from '../verify/verify.ts';
import { type Backend, backends } from './index.ts';

/** What holds for every adapter, the ones that nobody has written yet included: each is only asked what the interface promises. */

// Every run here is a real one, and a busy machine takes its time over that.
vi.setConfig({ testTimeout: 180_000, hookTimeout: 120_000 });

// oxfmt-ignore
const interfaceKeys = [
  'id', 'summary', 'gate', 'exemptUpTo', 'reportsEdits', 'statesPlan', 'usesModel', 'ownState',
  'cannotUse', 'binaryName', 'binary', 'probe', 'run', 'readEvent',
];
const each = backends.map(backend => [backend.id, backend] as const);

describe('an adapter is one plain object', () => {
  it('with an identity of its own', () => {
    const ids = backends.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids.filter(id => !Slug.safeParse(id).success)).toEqual([]);
  });

  it.each(each)('%s has what the interface names, and nothing else', (_id, backend) => {
    const { id, summary, gate, exemptUpTo, reportsEdits, statesPlan, usesModel, ownState } = backend;
    const { binary, binaryName, cannotUse, probe, run, readEvent } = backend;
    expect(Object.keys(backend).filter(key => !interfaceKeys.includes(key))).toEqual([]);
    expect(Object.getPrototypeOf(backend)).toBe(Object.prototype);
    expect({ id, summary, exemptUpTo, reportsEdits, statesPlan, usesModel, ownState }).toEqual({
      id: expect.any(String) as string,
      summary: expect.stringMatching(/^.{3,100}$/) as string,
      exemptUpTo: expect.toBeOneOf([1, 2]) as number,
      reportsEdits: expect.any(Boolean) as boolean,
      statesPlan: expect.any(Boolean) as boolean,
      usesModel: expect.any(Boolean) as boolean,
      ownState: expect.any(Array) as string[],
    });
    expect(ownState.filter(name => name === '' || name.includes('/'))).toEqual([]);
    expect([probe, run, readEvent, binary ?? probe, cannotUse ?? probe].filter(one => typeof one !== 'function')).toEqual([]);
    // only a copy of an executable has a name, and no folder
    if (binaryName !== undefined) expect([binaryName.includes('/'), binary]).toEqual([false, expect.any(Function)]);
    if (gate) expect(Object.values(gate).filter(name => !/^[A-Z][A-Z0-9_]+$/.test(name))).toEqual([]);
    // who talks to a model can be a candidate, and a candidate earns every stage but the first
    if (usesModel || gate) expect(exemptUpTo).toBe(1);
  });
});

/** Lines as an agent may print them, and as nobody should. */
// oxfmt-ignore
const garbage: readonly string[] = [
  '', ' ', '{', '}', '{}', '[]', '[[]]', 'null', 'true', '0', '-1e999', '"text"', 'undefined', '{"type"}', '{"type":}', '{"type":null}',
  '{"type":""}', '{"type":1}', '{"type":{}}', '{"type":["a"]}', '{"type":"x","data":null}', '{"type":"x","data":[]}', '{"type":"x","data":1}',
  '{"type":"__proto__","data":{"__proto__":{"polluted":true}}}', '{"__proto__":{"type":"x"}}', '{"constructor":{"prototype":{"polluted":1}}}',
  '{"event":"phase_end","phase":null,"result":7}', '{"event":"phase_end","result":{"rubric":{"categories":"all"}}}', '{"event":null}',
  '{"type":"message_end"}', '{"type":"message_end","message":null}', '{"type":"message_end","message":{"role":"assistant","content":"x"}}',
  '{"type":"message_end","message":{"role":"assistant","content":[null,1,{"type":"text"}]}}', '{"type":"tool_execution_start","args":null}',
  '{"type":"tool_execution_end","toolName":{},"result":[]}', '{"type":"agent_end","messages":{}}', '{"type":"turn_end","message":0}',
  '{"type":"item.completed"}', '{"type":"item.completed","item":null}', '{"type":"item.completed","item":{"type":"agent_message","text":7}}',
  '{"type":"item.completed","item":{"id":{},"type":"file_change","status":"completed","changes":0}}', '{"type":"turn.failed","error":[]}',
  '{"type":"run.completed","status":"pass","data":{"blockers":[]}}', '\u0000\u0001\u001b[31m', '\ud800', '{"type":"\ud800"}', '{"type":"x"}\r',
  '\ufeff{"type":"x"}', '{"type":"x"} {"type":"y"}', `{"type":"${'x'.repeat(100_000)}"}`, `{"type":"x","data":${'{"a":'.repeat(5000)}1${'}'.repeat(5000)}}`,
  `${'['.repeat(50_000)}`, `{"type":"x","data":{${Array.from({ length: 2000 }, (_, i) => `"k${i}":${i}`).join(',')}}}`,
];

/** Lines that are nearly right: real ones with a part cut out or changed, the same ones in every run. */
function nearly(): string[] {
  const real = garbage.filter(line => line.startsWith('{"') && line.length < 200);
  let seed = 20_260_531;
  const next = (below: number) => (seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648) % below;
  return Array.from({ length: 500 }, () => {
    const line = real[next(real.length)] ?? '';
    const at = next(line.length + 1);
    const with_ = ['', '"', '{', '}', '[', ',', ':', 'null', '\\', '\u0000', '1e999'][next(11)] ?? '';
    return line.slice(0, at) + with_ + line.slice(at + next(6));
  });
}

describe('what a line says', () => {
  it.each(each)('%s reads it the same way each time, never throws, and makes an event or nothing of it', (_id, { readEvent }) => {
    for (const line of [...garbage, ...nearly()]) {
      const event = readEvent(line);
      expect(readEvent(line)).toEqual(event);
      if (event === undefined) continue;
      expect(typeof event.type === 'string' && event.type !== '', line.slice(0, 200)).toBe(true);
      expect(typeof event.data === 'object' && event.data !== null && !Array.isArray(event.data), line.slice(0, 200)).toBe(true);
    }
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });
});

/** What the runs share: programs that stand in for an agent, records that admit them, and a model. */
interface Stage {
  root: string;
  ports: Ports;
  engine: Engine;
  model: Playing;
}
let stage: Stage & AsyncDisposable;

beforeAll(async () => {
  const ports = nodePorts();
  const scratch = await ports.files.scratch('conformance');
  const { task, project } = await aPlan(scratch.path, ports);
  const model = await playScript([{ text: 'I have done it all.' }], task, ports);
  stage = {
    root: scratch.path,
    ports,
    engine: await createEngine(project, ports),
    model,
    async [Symbol.asyncDispose]() {
      await model[Symbol.asyncDispose]();
      await scratch[Symbol.asyncDispose]();
    },
  };
});
afterAll(() => stage[Symbol.asyncDispose]());

/**
 * A run of this backend in which its program is `program`: an executable under every name by which an adapter may look for it,
 * admitted, with an admitted model behind it. Null: nothing has any of the names.
 */
async function runWith({ id, gate, binary, usesModel, cannotUse }: Backend, program: string | null, title: string) {
  const { root, ports: real, engine, model } = stage;
  const place = join(root, title.replaceAll(/[^a-z0-9]+/gi, '-'), id);
  const folders = {
    models: join(place, 'models'),
    binaries: join(place, 'binaries'),
    sources: join(place, 'sources'),
    owned: join(place, 'owned'),
  };
  for (const folder of [join(place, 'bin'), ...Object.values(folders)]) await mkdir(folder, { recursive: true });
  const named = join(place, 'bin', id);
  if (program !== null) {
    await writeFile(named, program);
    await chmod(named, 0o755);
  }
  const terms = { by: 'a test', days: 1 };
  const write = ({ kind, name, record }: { kind: keyof typeof folders; name: string; record: object }) =>
    real.files.write(join(folders[kind], name), JSON.stringify(record));
  if (usesModel) {
    const drafts = Api.options.map(api => draftModel('a-provider', 'a-model', { ...terms, backends: [id], api }, Date.now()));
    // one in a protocol that it speaks
    await write(drafts.find(({ record }) => !cannotUse?.(record))!);
  }
  if (binary && program !== null) {
    const source = { sourceUrl: 'https://example.invalid/agent', commit: '0'.repeat(40), builtBy: 'a test' };
    await write(await draftBinary(named, { ...terms, ...source, backend: id }, { ports: real, cwd: place }));
  }
  const ports = nodePorts({ ...process.env, PATH: `${join(place, 'bin')}:${process.env['PATH']}` });
  // where a program is looked for by name, there is no other of that name
  const host = { ...ports.host, which: async (word: string) => (word === id && program === null ? undefined : ports.host.which(word)) };
  const plan: Plan = await aPlan(join(place, 'runs'), real, {
    backend: { id, argv: [program === null ? join(place, 'bin', 'nothing') : named] },
    stage: 1,
    model: usesModel ? { provider: 'a-provider', id: 'a-model', runtime_provider: null } : null,
    admissions: { models: [folders.models], binaries: [folders.binaries], sources: [folders.sources], owned: [], comparisons: [] },
    env: {
      CTO_HARNESS_CASE_BIN: named,
      CTO_HARNESS_PI_BIN: named,
      CTO_HARNESS_CODEX_BIN: named,
      CTO_HARNESS_CASE_LOCAL_BASE_URL: model.baseUrl,
      ...(gate && { [gate.allow]: '1', [gate.stage]: '1' }),
    },
    limits: { ...defaultLimits, backendMs: 8000 },
  });
  const { report, dir, exit } = await runPlan(plan, { ...ports, host }, new AbortController().signal, engine);
  const checked = await verifyBundle(dir, real);
  return { report: Report.parse(report), dir, exit, checked };
}

// `fake` brings its program along, and its script is its agent
const strangers = each.filter(([id]) => id !== 'fake');

describe('a backend that is not there', () => {
  it.each(strangers)('%s ends blocked, before anything starts, and the evidence is complete', async (_id, backend) => {
    const { report, exit, checked } = await runWith(backend, null, 'not there');
    expect({ exit, status: report.status, sealed: report.sealed, lifecycle: report.lifecycle, blockers: report.blockers }).toMatchObject({
      exit: exitOf('blocked'),
      status: 'blocked',
      sealed: true,
      lifecycle: 'not_started',
      blockers: [{ code: 'provider_unavailable', cause: 'binary_missing' }],
    });
    expect(checked).toMatchObject({ verdict: 'consistent', status: 'blocked', problems: [] });
  });

  it.each(each)('%s is asked without starting anything', async (_id, backend) => {
    const ports = nodePorts();
    const started: string[] = [];
    const never = (word: string) => () => {
      started.push(word);
      throw new Error(`the probe used ${word}`);
    };
    const watched = {
      ...ports,
      supervise: never('supervise'),
      start: never('start'),
      exec: never('exec'),
      http: { serve: never('serve'), fetch: never('fetch') },
    } as unknown as Ports;
    const plan = await aPlan(stage.root, ports, { backend: { id: backend.id, argv: ['no-such-program'] } });
    const answer = await backend.probe(plan, watched);
    expect(started).toEqual([]);
    if ('code' in answer) expect(answer).toMatchObject({ code: 'provider_unavailable', detail: expect.stringMatching(/.{10}/) as string });
    else expect(answer).toEqual({ version: expect.stringMatching(/./) as string });
  });
});

describe(
  'whatever an agent does, a run resolves, is no pass that is not deserved, and says so the same way twice',
  { concurrent: true },
  () => {
    const flood = 'i=0; while [ $i -lt 2000 ]; do echo "{\\"type\\":\\"plan.updated\\",\\"data\\":{\\"n\\":$i}}"; i=$((i+1)); done';
    it.each(
      [
        ['nothing, and says that all is well', 'exit 0'],
        ['an end by a code of its own', 'exit 7'],
        ['an end by a signal', 'kill -9 $$'],
        ['garbage on both streams', 'head -c 65536 /dev/urandom; head -c 4096 /dev/urandom >&2; printf \'{"type":\''],
        [
          'claims of facts that are not its own',
          `echo '{"type":"verification.completed","data":{}}'; echo '{"type":"run.completed","status":"pass"}'; ${flood}`,
        ],
        ['a process that outlives it', '(trap "" HUP TERM; setsid sleep 300 & ) ; exit 0'],
      ].flatMap(([title = '', line = '']) => strangers.map(([id, backend]) => [id, title, line, backend] as const)),
    )('%s: %s', async (_id, title, line, backend) => {
      const { report, exit, checked } = await runWith(backend, `#!/bin/sh\n${line}\n`, title);
      expect(report.sealed).toBe(true);
      expect(report.status).not.toBe('pass');
      expect(report.lifecycle).not.toBe('not_started');
      expect(report.changed_files).toEqual([]);
      expect(checked).toMatchObject({ verdict: 'consistent', status: report.status, exit, problems: [] });
    });
  },
);
