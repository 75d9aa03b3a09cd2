import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { execa } from 'execa';
import { parseTimes, sum, unionMs } from './clocks.ts';
import type { EngineRound } from './engine-side.ts';
import { start } from './start.ts';
import { mean, median, quantile } from './stats.ts';

/** What one round took without what is taken out of both sides: the agent's own work and the test commands. */
interface Cost {
  wallMs: number;
  cpuMs: number;
}

/** Part (a): the engine's own cost of a passing run, against a shell script that does the same visible work. */
export interface EngineCost {
  rounds: number;
  /** What is taken out lasts from the call that starts a program until it is dead and heard out. */
  engine: Summary;
  /** Only the program itself is taken out; what it takes to start, hold and bury it counts as the engine's. */
  engineWithHolds: Summary;
  script: Summary;
  /** Engine to script. */
  ratio: Ratio;
  ratioWithHolds: Ratio;
  parts: { name: string; ms: number }[];
}

interface Ratio {
  wall: number;
  cpu: number;
}

interface Summary {
  wallMs: { median: number; quartiles: [number, number] };
  /** A mean: the processor time of children is counted in steps of 10 ms. */
  cpuMs: number;
}

/**
 * @param home folder of the built package
 * @param scratch an empty folder, whose owner removes it
 * @param warmUp rounds that are made before anything is measured: they calibrate, and have the engine's code compiled
 */
export async function measureEngineCost(
  home: string,
  scratch: string,
  { rounds, warmUp }: { rounds: number; warmUp: number },
): Promise<EngineCost> {
  await using engine = await engineSide(home, scratch);
  await using script = await scriptSide(home, scratch);
  for (let i = 0; i < warmUp; i += 1) {
    await engine.round();
    await script.round();
  }
  const engineRounds: EngineRound[] = [];
  const scriptCosts: Cost[] = [];
  for (let i = 0; i < rounds; i += 1) {
    if (i % 2 === 0) engineRounds.push(await engine.round());
    scriptCosts.push(await script.round());
    if (i % 2 === 1) engineRounds.push(await engine.round());
  }
  const [ours, held, theirs] = [summary(engineRounds.map(costOf)), summary(engineRounds.map(costWithHolds)), summary(scriptCosts)];
  const ratio = ({ wallMs, cpuMs }: Summary): Ratio => ({ wall: wallMs.median / theirs.wallMs.median, cpu: cpuMs / theirs.cpuMs });
  return {
    rounds,
    engine: ours,
    engineWithHolds: held,
    script: theirs,
    ratio: ratio(ours),
    ratioWithHolds: ratio(held),
    parts: meanParts(engineRounds),
  };
}

/** The backend, the recorded run and the control run; calibration is done before anything is measured. */
const PROGRAMS = 3;

function costOf({ wallMs, ownCpuMs, held, programs, tools }: EngineRound): Cost {
  if (programs.length !== PROGRAMS) throw new Error(`a run has ${PROGRAMS} programs, ${programs.length} were seen`);
  return { wallMs: wallMs - unionMs(held), cpuMs: ownCpuMs + sum(tools.map(tool => tool.cpuMs)) };
}

function costWithHolds({ wallMs, ownCpuMs, childrenCpuMs, programs, tools }: EngineRound): Cost {
  const takenOut = sum(programs.map(program => program.cpuMs + program.shellMs)) + sum(tools.map(tool => tool.shellMs));
  return { wallMs: wallMs - unionMs(programs), cpuMs: ownCpuMs + childrenCpuMs - takenOut };
}

function summary(costs: readonly Cost[]): Summary {
  const walls = costs.map(cost => cost.wallMs);
  return {
    wallMs: { median: median(walls), quartiles: [quantile(walls, 0.25), quantile(walls, 0.75)] },
    cpuMs: mean(costs.map(cost => cost.cpuMs)),
  };
}

/** Of every part the mean, without the programs that ran in it. */
function meanParts(rounds: readonly EngineRound[]): EngineCost['parts'] {
  const names = new Set(rounds.flatMap(({ parts }) => parts.map(part => part.name)));
  return [...names].map(name => ({
    name,
    ms: mean(rounds.map(round => (round.parts.find(part => part.name === name)?.ms ?? 0) - programsIn(name, round))),
  }));
}

function programsIn(name: string, { programs: [backend, ...tests] }: EngineRound): number {
  if (name === 'backend') return unionMs(backend ? [backend] : []);
  return name === 'verification' ? unionMs(tests) : 0;
}

interface Side<T> extends AsyncDisposable {
  round(): Promise<T>;
}

async function engineSide(home: string, scratch: string): Promise<Side<EngineRound>> {
  const git = (await execa('which', ['git'])).stdout;
  const shim = await readFile(join(import.meta.dirname, 'timed.sh'), 'utf8');
  for (const [name, program] of [
    ['node', process.execPath],
    ['git', git],
  ] as const) {
    // each in a folder of its own: the agent has that of its Node on its PATH, and its git is its own
    const [bin, marks] = [join(scratch, name, 'bin'), join(scratch, name, 'marks')];
    await mkdir(bin, { recursive: true });
    await mkdir(marks);
    await writeFile(join(bin, name), shim.replace(/^PROGRAM /m, `'${program}' `).replace('"MARKS/', `"${marks}/`), { mode: 0o755 });
  }
  const side = talkTo(scratch, [process.execPath, join(import.meta.dirname, 'engine-side.ts'), home, scratch]);
  return {
    async round() {
      const round = JSON.parse(await side.ask('run')) as EngineRound;
      if (round.status !== 'pass') throw new Error(`the engine's run did not pass: ${round.status}`);
      return round;
    },
    [Symbol.asyncDispose]: side.end,
  };
}

async function scriptSide(home: string, scratch: string): Promise<Side<Cost>> {
  const dir = join(scratch, 'script');
  await mkdir(dir);
  const task = join(home, 'fixtures/n1-string-slugify');
  const side = talkTo(dir, ['/bin/bash', join(import.meta.dirname, 'script-side.sh'), task, dir, process.execPath]);
  let number = 0;
  return {
    async round() {
      const [code, began = '', ended = ''] = (await side.ask(`${(number += 1)}`)).split(' ');
      if (code !== '0') throw new Error(`bench/visible-work.sh ended with ${code}`);
      const [before, after] = [await timesIn(join(dir, 'before')), await timesIn(join(dir, 'after'))];
      const taken = takenOut(await readFile(join(dir, 'marks'), 'utf8'));
      return { wallMs: (Number(ended) - Number(began)) * 1000 - taken.wallMs, cpuMs: after - before - taken.cpuMs };
    },
    [Symbol.asyncDispose]: side.end,
  };
}

/** Processor time of the children of a shell. */
const timesIn = async (path: string) => sum(parseTimes(await readFile(path, 'utf8')).slice(2));

/** The edges of what is taken out of the script come in pairs: a line with the time, two with `times`. */
function takenOut(marks: string): Cost {
  const lines = marks.trimEnd().split('\n');
  const edges = Array.from({ length: lines.length / 3 }, (_, i) => ({
    wallMs: Number(lines[3 * i]) * 1000,
    cpuMs: sum(parseTimes(lines.slice(3 * i + 1, 3 * i + 3).join('\n'))),
  }));
  if (edges.length !== 4) throw new Error(`visible-work.sh left ${edges.length} marks`);
  const between = (key: keyof Cost) => sum(edges.map((edge, i) => (i % 2 === 0 ? -edge[key] : edge[key])));
  return { wallMs: between('wallMs'), cpuMs: between('cpuMs') };
}

/** A program that answers every line on its standard input with one line. */
function talkTo(cwd: string, argv: readonly [string, ...string[]]) {
  const child = start(cwd, argv, { PATH: process.env['PATH'], HOME: cwd, TMPDIR: process.env['TMPDIR'] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    async ask(question: string): Promise<string> {
      child.stdin.write(`${question}\n`);
      const { value, done } = await lines.next();
      if (done) throw new Error(`${argv[1]} ended before it answered:\n${(await child).stderr}`);
      return value;
    },
    async end() {
      child.stdin.end();
      await child;
    },
  };
}
