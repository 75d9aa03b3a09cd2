/**
 * node engine-side.ts PACKAGE SCRATCH
 *
 * One engine of the built package, warm. Every line on standard input is one run of the built-in task; the answer is a line of JSON that says what it took.
 * Its Node and its git are SCRATCH/node/bin/node and SCRATCH/git/bin/git, which leave their marks in SCRATCH/node/marks and SCRATCH/git/marks.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { admissionFolders } from '../src/admission/index.ts';
import { createInterface } from 'node:readline';
import type { Plan } from '../src/model/plan.ts';
import type { Ports } from '../src/ports.ts';
import { childrenCpuMs, ownCpuMs, takeMarks, type Timed } from './clocks.ts';

/** What one run of the engine took. */
export interface EngineRound {
  /** `pass`, or what went wrong. */
  status: string;
  wallMs: number;
  /** Of the engine's own process. */
  ownCpuMs: number;
  /** Of its children, in steps of 10 ms. */
  childrenCpuMs: number;
  /** What is taken out: the backend first, then the test commands. */
  programs: Timed[];
  /** The same number: from the call that starts one until it is known to be dead and heard out. */
  held: { began: number; ended: number }[];
  /** Programs of the engine's own: git. */
  tools: Timed[];
  /** Milliseconds from the start to the end of the part of that name, in order. */
  parts: { name: string; ms: number }[];
}

const [home = '', scratch = ''] = process.argv.slice(2);
const { createEngine } = (await import(join(home, 'dist/engine.js'))) as typeof import('../src/engine.ts');
const { defaultFakeScript } = (await import(join(home, 'dist/model/fake.js'))) as typeof import('../src/model/fake.ts');
const { defaultLimits, ordinaryGiven } = (await import(join(home, 'dist/model/plan.js'))) as typeof import('../src/model/plan.ts');
const { nodePorts } = (await import(join(home, 'dist/node/ports.js'))) as typeof import('../src/node/ports.ts');
const { runPlan } = (await import(join(home, 'dist/run.js'))) as typeof import('../src/run.ts');
const { loadTask } = (await import(join(home, 'dist/scenario/task.js'))) as typeof import('../src/scenario/task.ts');

const real = nodePorts({ PATH: process.env['PATH'], TMPDIR: process.env['TMPDIR'] });
let held: EngineRound['held'] = [];
const ports: Ports = {
  ...real,
  supervise: timed(real.supervise),
  host: {
    ...real.host,
    nodePath: join(scratch, 'node/bin/node'),
    which: async program => (program === 'git' ? join(scratch, 'git/bin/git') : real.host.which(program)),
  },
};
const engine = await createEngine(home, ports);

async function round(): Promise<EngineRound> {
  held = [];
  const [wall, own, children] = [performance.now(), ownCpuMs(), childrenCpuMs()];
  const { dir, report } = await runPlan(await makePlan(), ports, new AbortController().signal, engine);
  const wallMs = performance.now() - wall;
  return {
    status: report.failure_reason ?? report.status,
    wallMs,
    ownCpuMs: ownCpuMs() - own,
    childrenCpuMs: childrenCpuMs() - children,
    programs: takeMarks(join(scratch, 'node/marks')),
    held,
    tools: takeMarks(join(scratch, 'git/marks')),
    parts: partsOf(dir, wallMs),
  };
}

/** The same run that `proofgate run` makes, the task read anew. */
const makePlan = async (): Promise<Plan> => ({
  task: await loadTask(join(home, 'fixtures/n1-string-slugify'), ports),
  backend: { id: 'fake' },
  stage: 2,
  fake: defaultFakeScript,
  patches: {},
  model: null,
  admissions: admissionFolders(home, undefined),
  env: {},
  limits: defaultLimits,
  approval: { answer: 'nobody', actor: 'nobody' },
  given: ordinaryGiven,
  nonce: 'bench',
  suite: null,
  scenarioText: null,
  out: join(scratch, 'runs'),
  project: home,
  bundleName: null,
});

/** From the trace of the bundle: its steps, what lies between two of them, and what lies before the first and after the last. */
function partsOf(dir: string, wallMs: number): EngineRound['parts'] {
  const lines = readFileSync(join(dir, 'trace.jsonl'), 'utf8').trimEnd().split('\n');
  const edges = lines
    .map(line => JSON.parse(line) as { step: string; phase: string; at_ms: number })
    .filter(({ phase }) => phase !== 'note');
  const parts: EngineRound['parts'] = [];
  let last = 0;
  for (const { step, phase, at_ms } of edges) {
    if (at_ms > last) parts.push({ name: phase === 'end' ? step : `before ${step}`, ms: at_ms - last });
    last = at_ms;
  }
  return [...parts, { name: 'before the first and after the last step', ms: wallMs - last }];
}

/** Writes down from when to when every program was held. */
function timed(supervise: Ports['supervise']): Ports['supervise'] {
  return (argv, options) => {
    const began = performance.now();
    const supervised = supervise(argv, options);
    const exit = supervised.exit.finally(() => held.push({ began, ended: performance.now() }));
    return { ...supervised, exit };
  };
}

for await (const _go of createInterface({ input: process.stdin })) process.stdout.write(`${JSON.stringify(await round())}\n`);
