import type { TestCase } from 'vitest/node';
import { notBuilt } from '../model/built.ts';
import type { ResultState } from '../model/statement.ts';
import type { ProofMeta } from './context.ts';

/** What a test says of the scenario behind it. */
export const proofOf = (test: TestCase): ProofMeta => test.meta().proof ?? {};
/** True for a scenario that is left for later. */
export const isTodo = (test: TestCase) => test.options.mode === 'todo';

/** How a scenario ended; undefined for one that a filter left out. */
export function stateOf(test: TestCase): ResultState | undefined {
  const { state } = test.result();
  const { notProven, fails } = proofOf(test);
  if (state === 'failed') return 'red';
  if (isTodo(test)) return 'todo';
  if (state === 'skipped') return notProven === undefined ? undefined : 'skipped';
  if (state !== 'passed') return undefined;
  if (fails !== undefined) return 'fails';
  return test.diagnostic()?.flaky ? 'flaky' : 'green';
}

/**
 * What the end of a suite says beside the counts of Vitest.
 * @param rehearsed how many scenarios of the candidate no challenge asked for
 */
export function pageOf(tests: readonly TestCase[], recordedIn: string | undefined, rehearsed = 0): string {
  const line = (test: TestCase, reason: string) => `  ${test.module.relativeModuleId}: ${test.fullName}: ${reason}`;
  const list = (title: string, lines: readonly string[], count = lines.length) => (count > 0 ? [`${title} (${count}):`, ...lines, ''] : []);
  const told = (of: (test: TestCase) => string | undefined) =>
    tests.flatMap(test => {
      const reason = of(test);
      return reason === undefined ? [] : [line(test, reason)];
    });
  const waived = tests.flatMap(test =>
    Object.entries(proofOf(test).waived ?? {}).map(([name, reason]) => line(test, `${name}: ${reason}`)),
  );
  const missing = [...notBuilt.blockers, ...notBuilt.markers, ...notBuilt.exits.map(name => `exit class ${name}`)];
  return [
    '',
    ...list(
      'Not proven',
      told(test => proofOf(test).notProven ?? (isTodo(test) ? 'todo' : undefined)),
    ),
    ...list(
      'Known to fail, and a missing one to a gate',
      knownFailures(tests),
      tests.filter(test => proofOf(test).fails !== undefined).length,
    ),
    ...list(
      'Flaky, and a missing one to a gate',
      told(test => (stateOf(test) === 'flaky' ? 'green only when repeated' : undefined)),
    ),
    ...list('Waived', waived),
    ...(rehearsed > 0
      ? [`Rehearsed by fake, as no challenge asks for them, and nothing to a gate: scenarios of the candidate (${rehearsed})`, '']
      : []),
    `Not built yet, in no suite: ${missing.join(', ')}`,
    ...(recordedIn === undefined ? [] : [`Record of this suite: ${recordedIn}`]),
    '',
  ].join('\n');
}

/** One scenario a line; of a table with many, how many. */
function knownFailures(tests: readonly TestCase[]): string[] {
  const byFile = Object.groupBy(
    tests.filter(test => proofOf(test).fails !== undefined),
    test => test.module.relativeModuleId,
  );
  return Object.entries(byFile).flatMap(([file, known = []]) =>
    known.length > MANY
      ? [`  ${file}: ${known.length} scenarios`]
      : known.map(test => `  ${file}: ${test.fullName}: ${proofOf(test).fails}`),
  );
}

const MANY = 5;
