import type { Contract } from '../model/contract.ts';
import type { TestRun } from '../model/verification.ts';
import { isCalled } from './planted-names.ts';

/** What a task is worth. */
export interface Calibration {
  /** What is wrong with the task, one sentence each; empty: it can prove something. */
  problems: string[];
  /** Identities that must pass exactly once: fail_to_pass and pass_to_pass. */
  identities: string[];
}

/** One run, and how its output ended. */
export interface Attempt {
  run: TestRun;
  lastWords: string;
}

/** Everything that calibration saw. */
export interface Observations {
  seed: readonly Attempt[];
  oracle: readonly Attempt[];
  /** Twins and planted tests, under the oracle. */
  control: Attempt;
  planted: readonly string[];
  /** Test files in which nothing could be planted. */
  bare: readonly string[];
  hasTwins: boolean;
}

/** What is wrong with a task, by what its runs showed. Pure. */
export function judgeCalibration({ verification }: Contract, seen: Observations): Calibration {
  const [seed, oracle] = [seen.seed[0], seen.oracle[0]];
  if (!seed || !oracle) return { problems: ['calibration ran nothing: try at least once'], identities: [] };
  const shown = [...new Set(oracle.run.tests.map(test => test.id))];
  const { fail_to_pass, pass_to_pass } = verification;
  const rest = pass_to_pass === 'all' ? shown.filter(id => !fail_to_pass.includes(id)) : pass_to_pass;
  const identities = [...new Set([...fail_to_pass, ...rest])];

  const unusable = [...ended('the seed', seen.seed), ...ended('the oracle', seen.oracle), ...ended('the control run', [seen.control])];
  const problems =
    unusable.length > 0
      ? unusable
      : [
          ...disagreements('the seed', seen.seed),
          ...disagreements('the oracle', seen.oracle),
          ...repeated(oracle.run),
          ...fail_to_pass
            .filter(id => !shown.includes(id))
            .map(id => `fail_to_pass names "${id}", which no run with the oracle shows: it shows ${few(shown)}`),
          ...greenSeed(seed.run, fail_to_pass),
          ...redOracle(oracle, { identities, rest, shown }),
          ...blindControl(seen, shown),
        ];
  return { problems: [...new Set(problems)], identities };
}

/** A run from which nothing can be learned. */
function ended(what: string, attempts: readonly Attempt[]): string[] {
  return attempts.flatMap(({ run, lastWords }) => {
    const saying = lastWords ? `; its output ends: ${lastWords}` : '';
    if (run.timed_out) return [`${what} did not end in time: raise verification.timeout, or mend what hangs${saying}`];
    if (run.exit_code === null) return [`the command could not be started on ${what}: see verification.command`];
    if (run.garbage > 0)
      return [
        `the report of ${what} has ${run.garbage} line${run.garbage === 1 ? ' that is' : 's that are'} no report: see verification.report`,
      ];
    if (run.tests.length === 0)
      return [`${what} shows no test at all (exit code ${run.exit_code}): see verification.command and verification.report${saying}`];
    return [];
  });
}

function disagreements(what: string, attempts: readonly Attempt[]): string[] {
  const [first, ...others] = attempts.map(({ run }) => outcomes(run));
  const found = new Set<string>();
  for (const other of others) {
    for (const id of new Set([...(first?.keys() ?? []), ...other.keys()])) {
      const [one, two] = [first?.get(id) ?? 'missing', other.get(id) ?? 'missing'];
      if (one !== two) found.add(`"${id}" is flaky: on ${what} it was ${one}, then ${two}; make it depend on nothing but the code`);
    }
  }
  return [...found];
}

/** Every identity with all of its outcomes, and the exit code. */
const outcomes = ({ tests, exit_code }: TestRun) =>
  new Map(
    [...Map.groupBy(tests, test => test.id)].map(([id, results]) => [id, results.map(result => result.outcome).join(' and ')] as const),
  ).set('the exit code', String(exit_code));

const repeated = ({ tests }: TestRun): string[] =>
  [...Map.groupBy(tests, test => test.id)]
    .filter(([, results]) => results.length > 1)
    .map(([id, results]) => `${results.length} tests are called "${id}": give each a name of its own`);

/** On the seed a test that has to be made green fails, or cannot even be loaded. */
function greenSeed({ tests, exit_code }: TestRun, failToPass: readonly string[]): string[] {
  if (exit_code === 0) return ['the seed is green already (exit code 0): nothing is left to be proven'];
  return failToPass.flatMap(id => {
    const other = tests.find(test => test.id === id && test.outcome !== 'failed');
    return other ? [`fail_to_pass names "${id}", which is ${other.outcome} on the seed: it must fail there`] : [];
  });
}

function redOracle(
  { run, lastWords }: Attempt,
  { identities, rest, shown }: Record<'identities' | 'rest' | 'shown', readonly string[]>,
): string[] {
  const notPassed = run.tests
    .filter(test => test.outcome !== 'passed')
    .map(({ id, outcome }) => `the oracle does not pass "${id}" (${outcome}): mend oracle.patch or the test`);
  const absent = rest.filter(id => !shown.includes(id)).map(id => `pass_to_pass names "${id}", which no run with the oracle shows`);
  const unnamed = shown
    .filter(id => !identities.includes(id))
    .map(id => `"${id}" is in neither fail_to_pass nor pass_to_pass: name it, or write pass_to_pass: all`);
  const code =
    run.exit_code !== 0 && notPassed.length === 0
      ? [`the command ends with exit code ${run.exit_code} on the oracle although every test passes: ${lastWords}`]
      : [];
  return [...notPassed, ...absent, ...unnamed, ...code];
}

/** What must fail under the right answer, or a control run means nothing. */
function blindControl({ control: { run }, planted, bare, hasTwins }: Observations, shown: readonly string[]): string[] {
  const cannot = hasTwins
    ? []
    : bare.map(path => `no test that fails can be planted in ${path}: compare with node:assert, expect or assert there, or add twins/`);
  const none =
    !hasTwins && planted.length + bare.length === 0
      ? ['tests/ has no test file that is known as one: name it as the test runner expects, or add twins/']
      : [];
  const unseen = planted.flatMap(name => {
    const seen = run.tests.filter(test => isCalled(test.id, name));
    return seen.length === 1 && seen[0]?.outcome === 'failed'
      ? []
      : [
          'a planted test was not seen failing exactly once under the oracle: every test file in tests/ has to be run, once, by verification.command',
        ];
  });
  return [...cannot, ...none, ...unseen, ...(hasTwins ? badTwins(run, planted, shown) : [])];
}

function badTwins({ tests }: TestRun, planted: readonly string[], shown: readonly string[]): string[] {
  const twins = Map.groupBy(
    tests.filter(test => !planted.some(name => isCalled(test.id, name))),
    test => test.id,
  );
  const wrong = shown.flatMap(id => {
    const ends = twins.get(id)?.map(test => test.outcome) ?? ['missing'];
    return ends.length === 1 && ends[0] === 'failed'
      ? []
      : [`the twin of "${id}" is ${ends.join(' and ')} under the oracle: it must fail, by another expectation`];
  });
  const extra = [...twins.keys()]
    .filter(id => !shown.includes(id))
    .map(id => `twins/ has "${id}", which tests/ has not: both hold the same tests`);
  return [...wrong, ...extra];
}

const few = (items: readonly string[], most = 3) =>
  items.length > most
    ? `${items.slice(0, most).map(quote).join(', ')} and ${items.length - most} more`
    : items.map(quote).join(', ') || 'none';
const quote = (text: string) => `"${text}"`;
