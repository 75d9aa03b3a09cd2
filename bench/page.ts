import type { Collection } from './collection.ts';
import type { EngineCost } from './engine-cost.ts';
import type { Machine } from './machine.ts';
import type { Growth } from './memory.ts';
import type { Throughput } from './throughput.ts';

/** What was measured; a part that was not asked for is absent. */
export interface Results {
  a?: EngineCost | undefined;
  b?: Collection | undefined;
  c?: Throughput | undefined;
  d?: Growth | undefined;
}

/** Above this load other jobs make the figures worthless. */
const QUIET = 1;

export const machineLines = ({ cpu, cores, memoryBytes, kernel, node, loadBefore }: Machine): string[] => [
  `${cpu}, ${cores} cores, ${megabytes(memoryBytes)} MB · ${kernel} · Node ${node} · load average ${loadBefore.toFixed(2)}`,
  ...(loadBefore > QUIET ? [`WARNING: the load average is above ${QUIET}: other jobs make these figures worthless.`] : []),
];

/** The ratios with their goals, and below each where the rest goes. */
export const resultLines = ({ a, b, c, d }: Results): string[] => [
  ...(a ? costLines(a) : []),
  ...(b ? collectionLines(b) : []),
  ...(c ? throughputLines(c) : []),
  ...(d ? growthLines(d) : []),
];

function costLines({ rounds, engine, engineWithHolds, script, ratio: own, ratioWithHolds, parts }: EngineCost): string[] {
  const spread = ({ median, quartiles: [low, high] }: EngineCost['engine']['wallMs']) => `${ms(median)} (${ms(low)} to ${ms(high)})`;
  return [
    headline('a', 'own cost of a passing run, engine : shell script', Math.max(own.cpu, own.wall), { atMost: 1 }),
    `    processor ${ratio(own.cpu)}: ${ms(engine.cpuMs)} : ${ms(script.cpuMs)}, mean of ${rounds}`,
    `    wall      ${ratio(own.wall)}: ${spread(engine.wallMs)} : ${spread(script.wallMs)}, median and quartiles`,
    `    with what it takes to start, hold and bury each program: processor ${ratio(ratioWithHolds.cpu)} (${ms(engineWithHolds.cpuMs)}), ` +
      `wall ${ratio(ratioWithHolds.wall)} (${ms(engineWithHolds.wallMs.median)})`,
    '    where that wall time goes, mean:',
    ...parts
      .filter(part => part.ms >= 0.2)
      .toSorted((x, y) => y.ms - x.ms)
      .map(part => `      ${ms(part.ms).padStart(9)}  ${part.name}`),
  ];
}

const collectionLines = ({ shapes }: Collection): string[] => [
  headline('b', 'processor of scenarios that do nothing : native tests', Math.max(...shapes.map(shape => shape.ratio)), { atMost: 1.25 }),
  ...shapes.map(
    shape =>
      `    ${shape.name}: ${ratio(shape.ratio)}: ${seconds(shape.scenariosCpuMs)} : ${seconds(shape.testsCpuMs)} ` +
      `(wall ${seconds(shape.scenariosWallMs)} : ${seconds(shape.testsWallMs)})`,
  ),
];

const throughputLines = ({ shapes }: Throughput): string[] => [
  headline('c', 'wall of passing runs, one after another : at once', Math.min(...shapes.map(shape => shape.ratio)), {
    atLeast: 1.7,
  }),
  ...shapes.map(
    shape =>
      `    ${shape.name}: ${ratio(shape.ratio)}: ${seconds(shape.oneByOneMs)} : ${seconds(shape.atOnceMs)} ` +
      `(one after another leaves room for at most ${ratio(shape.bound)})`,
  ),
];

const growthLines = ({ shapes }: Growth): string[] => [
  headline('d', 'growth of peak memory, scenarios : native tests', Math.max(...shapes.map(shape => shape.ratio)), { atMost: 1 }),
  ...shapes.map(
    ({ name, scenarios, tests, ratio: one }) =>
      `    ${name}: ${ratio(one)}: ${megabytes(scenarios.growthBytes)} : ${megabytes(tests.growthBytes)} MB ` +
      `(${megabytes(scenarios.smallBytes)} → ${megabytes(scenarios.largeBytes)} : ${megabytes(tests.smallBytes)} → ${megabytes(tests.largeBytes)})`,
  ),
];

/** The worst of what was measured stands for the part. */
function headline(part: string, what: string, value: number, goal: { atMost?: number; atLeast?: number }): string {
  const { atMost = Infinity, atLeast = -Infinity } = goal;
  const reached = value <= atMost && value >= atLeast;
  const wanted = goal.atMost === undefined ? `at least ${atLeast}` : `at most ${atMost}`;
  return `(${part}) ${ratio(value)}  ${what}  [goal: ${wanted}: ${reached ? 'reached' : 'not reached'}]`;
}

const ratio = (value: number) => value.toFixed(2);
const ms = (value: number) => `${value.toFixed(1)} ms`;
const seconds = (value: number) => `${(value / 1000).toFixed(2)} s`;
const megabytes = (bytes: number) => Math.round(bytes / 1024 / 1024);
