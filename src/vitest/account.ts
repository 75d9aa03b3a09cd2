import { relative } from 'node:path';
import type { Reporter, TestCase, Vitest } from 'vitest/node';
import type { Ports } from '../ports.ts';
import { countRehearsals } from '../scenario/candidate.ts';
import { type Scenario, titleOf } from '../scenario/scenario.ts';
import { missingFrom } from '../suite/coverage.ts';
import { pruneSuites } from '../suite/prune.ts';
import { suitesBeside } from '../suite/record.ts';
import { type Ending, openSuite, type SuiteRecord } from '../suite/write.ts';
import type { SuiteContext } from './context.ts';
import { idleFilters } from './filters.ts';
import { isTodo, pageOf, proofOf, stateOf } from './page.ts';
import { incomplete, nothingBehind, nothingSelected, nothingThere, plainError } from './refusal.ts';
import type { Shelf } from './shelf.ts';

interface Account {
  vitest: Vitest;
  suite: SuiteContext;
  load: Shelf['load'];
  isScenario(id: string): boolean;
  coverage: boolean;
  keepsAll: boolean;
}

/**
 * Keeps the record of a suite (its plan before the first run, a result for each scenario), says at the end what was not proven
 * and why, and does not let a suite pass that proved nothing, or that lacks what a complete one has.
 */
export function account({ vitest, suite, load, isScenario, coverage, keepsAll }: Account, ports: Ports): Reporter {
  let planned: Scenario[] = [];
  let record: SuiteRecord | undefined;
  let pending: Promise<Error | undefined>[] = [];
  // what is tried again and again at a keyboard is no evidence, and merged reports have their record already
  const isRecorded = () => !vitest.config.watch && !vitest.config.mergeReports;

  return {
    async onTestRunStart(specifications) {
      const files = specifications.map(({ moduleId }) => moduleId).filter(isScenario);
      const loaded = await Promise.all(files.map(async file => ({ file, ...(await load(file)) })));
      planned = loaded.flatMap(({ scenarios }) => scenarios);
      pending = [];
      // an empty shard is an ordinary thing where the suite is not empty
      if (vitest.config.shard && specifications.length > 0) vitest.config.passWithNoTests = true;
      if (files.length === 0 || !isRecorded()) return;
      const unreadable = loaded.filter(({ problems }) => problems.length > 0).map(({ file }) => relative(suite.project, file));
      record = await openSuite(suitesBeside(suite.out), { nonce: suite.nonce, scenarios: planned, unreadable }, ports);
    },

    onTestCaseResult(test) {
      const ending = isScenario(test.module.moduleId) ? endingOf(test, suite.project) : undefined;
      if (!record || !ending) return;
      const ended = record.end(`${test.module.relativeModuleId}#${test.fullName}`, ending, proofOf(test).digest);
      // heard at the end of the suite: the other scenarios go on
      pending.push(ended.then(nothing, (error: unknown) => error as Error));
    },

    async onTestRunEnd(modules, _errors, reason) {
      const own = modules.filter(({ moduleId }) => isScenario(moduleId));
      const failures = (await Promise.all(pending)).filter(one => one !== undefined);
      if (planned.length === 0 && own.length === 0) {
        if (isRecorded() && reason !== 'interrupted' && isWhole(vitest) && !vitest.config.shard)
          throw nothingThere(relative(suite.project, suite.scenarios));
        return;
      }
      const tests = own.flatMap(module => [...module.children.allTests()]);
      const rehearsed = await countRehearsals(planned, suite, ports.files);
      if (own.length > 0) vitest.logger.log(pageOf(tests, record && relative(suite.project, record.dir), rehearsed));

      const { shard } = vitest.config;
      if (record && reason !== 'interrupted') {
        failures.push(...(await record.close(shard ? `${shard.index}/${shard.count}` : null)));
        if (!keepsAll) await pruneSuites(record.dir, suite.out, suite.project, ports);
      }
      if (failures.length > 0) throw plainError('SuiteRecord', failures.map(({ message }) => message).join('\n'));
      if (vitest.config.watch) return;
      if (reason === 'passed' && planned.length > 0 && !(shard ? mayBeElsewhere(planned, vitest) : tests.some(isSelected)))
        throw nothingSelected();
      const idle =
        shard || reason !== 'passed' ? [] : idleFilters(filtersOf(vitest), { ...suite, files: modules.map(({ moduleId }) => moduleId) });
      if (idle.length > 0) throw nothingBehind(idle);
      const missing = coverage && isWhole(vitest) && planned.length > 0 ? missingFrom(planned) : [];
      if (missing.length > 0) throw incomplete(missing);
    },
  };
}

const isSelected = (test: TestCase) => test.result().state !== 'skipped' || proofOf(test).notProven !== undefined || isTodo(test);

/** What the record says of a test; undefined for one that a filter left out. */
function endingOf(test: TestCase, project: string): Ending | undefined {
  const state = stateOf(test);
  if (state === undefined) return undefined;
  const { bundle, exit, notProven, fails, waived } = proofOf(test);
  return {
    state,
    exit: exit ?? null,
    bundle: bundle === undefined ? null : relative(project, bundle),
    reason: notProven ?? (isTodo(test) ? 'todo' : fails) ?? null,
    waived: waived ?? {},
    duration_ms: Math.round(test.diagnostic()?.duration ?? 0),
  };
}

/** Another shard may have what this one has not, unless no scenario has such a name. */
const mayBeElsewhere = (planned: readonly Scenario[], { config: { testNamePattern } }: Vitest) =>
  !testNamePattern || planned.some(scenario => titleOf(scenario).search(testNamePattern) >= 0);

/** File filters, as they stand on the command line. */
const filtersOf = ({ filenamePattern = [] }: Vitest & { filenamePattern?: string[] | undefined }) => filenamePattern;

/** No filter chose some of the files or tests. */
const isWhole = (vitest: Vitest) => {
  const { testNamePattern, tagsFilter, changed, related, project } = vitest.config;
  return !testNamePattern && !changed && [filtersOf(vitest), tagsFilter, related, project].every(chosen => !chosen?.length);
};

const nothing = () => undefined;
