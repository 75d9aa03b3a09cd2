import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { basename, extname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Plugin } from 'vite';
import { configDefaults } from 'vitest/config';
import type { Reporter, Vitest } from 'vitest/node';
import { systemCode, UserError } from './errors.ts';
import { nodePorts } from './node/ports.ts';
import { dependenciesOf, scenarioFiles, tagsOf } from './scenario/discover.ts';
import { emitProblems, emitTests, type TestModule } from './scenario/emit.ts';
import { loadScenarios } from './scenario/load.ts';
import { makePlan } from './scenario/plan.ts';
import type { Suite } from './vitest-run.ts';

export interface ScenariosOptions {
  /** Folder of the scenarios, relative to the root. */
  dir?: string;
  /** Folder for evidence bundles, relative to the root. */
  out?: string;
}

/** The worker's side, beside this file: TypeScript in a checkout, JavaScript in the package. */
const runtime = fileURLToPath(new URL(`./vitest-run${extname(import.meta.url)}`, import.meta.url));

/** Runs mostly wait for processes; with two workers this keeps two processors busy and no more. */
const RUNS_AT_ONCE = 3;

/**
 * Makes every scenario file a Vitest test file: paths, `-t`, tags, shards, reporters, watch and the editor work as they
 * do for any test.
 */
export function scenarios({ dir = 'scenarios', out = 'reports/runs' }: ScenariosOptions = {}): Plugin {
  const ports = nodePorts();
  /** Folder or file that a scenario file depends on, to the scenario files. */
  const dependents = new Map<string, Set<string>>();
  let suite: Suite | undefined;

  const isScenario = (id: string) =>
    suite !== undefined && isBelow(suite.scenarios, id) && !basename(id).startsWith('_') && /\.ya?ml$/.test(id);

  return {
    name: 'proofgate:scenarios',
    enforce: 'pre',

    async config(config) {
      const project = resolve(config.root ?? process.cwd());
      const nonce = process.env['PROOFGATE_NONCE'] || randomBytes(16).toString('hex');
      suite = { project, scenarios: join(project, dir), out: join(project, out), nonce };
      const test = config.test ?? {};
      const files = await scenarioFiles(suite.scenarios, ports.files);
      const tags = await tagsOf(files, ports.files);
      return {
        test: {
          include: [...(test.include ? [] : configDefaults.include), `${dir}/**/[!_]*.{yaml,yml}`],
          // the tasks' own tests fail on purpose, and what an agent left behind is nobody's test
          exclude: [...(test.exclude ? [] : configDefaults.exclude), 'fixtures/**', `${out}/**`],
          tags: tags.filter(name => !test.tags?.some(tag => tag.name === name)).map(name => ({ name })),
          provide: { proofgate: suite },
          includeTaskLocation: test.includeTaskLocation ?? true,
          isolate: test.isolate ?? false,
          pool: test.pool ?? 'threads',
          maxConcurrency: test.maxConcurrency ?? RUNS_AT_ONCE,
          passWithNoTests: false,
          watchTriggerPatterns: [
            {
              pattern: /.*/,
              testsToRun: (id: string) =>
                [...dependents].filter(([path]) => id === path || isBelow(path, id)).flatMap(([, users]) => [...users]),
            },
          ],
        },
      };
    },

    configureVitest({ vitest, defineCacheKeyGenerator }) {
      // A module from the cache would skip what is learned here, and hide a changed fixture or compiler.
      defineCacheKeyGenerator(({ id }) => (isScenario(fileOf(id)) ? false : undefined));
      endOnSignals(vitest);
      vitest.config.reporters.push(account(vitest, isScenario) as never);
    },

    transform: {
      filter: { id: /\.ya?ml(\?|$)/ },
      async handler(_code, id) {
        const file = fileOf(id);
        if (!suite || !isScenario(file)) return undefined;
        for (const users of dependents.values()) users.delete(file);
        for (const path of await dependenciesOf(file, suite, ports.files)) remember(dependents, path, file);
        return compile(file, suite);
      },
    },
  };

  async function compile(file: string, where: Suite): Promise<TestModule> {
    const source = await readFile(file, 'utf8').catch((error: unknown) => {
      if (systemCode(error)) return '';
      throw error;
    });
    const emission = { file, source, runtime };
    try {
      const loaded = await loadScenarios(file, where, ports);
      for (const scenario of loaded) {
        const { task } = await makePlan(scenario, { ...where, env: {} }, ports);
        remember(dependents, task.dir, file);
      }
      return emitTests(loaded, emission);
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      return emitProblems(error.problems, emission);
    }
  }
}

const fileOf = (id: string) => id.split('?', 1)[0]!;

function isBelow(folder: string, path: string): boolean {
  const below = relative(folder, path);
  return below !== '' && !below.startsWith('..');
}

function remember(map: Map<string, Set<string>>, key: string, value: string): void {
  const set = map.get(key) ?? new Set();
  map.set(key, set.add(value));
}

/**
 * Vitest would leave at once on a signal, and what its workers started would live on. Instead every run is cancelled,
 * its children end and its bundle is sealed, and then the process ends as a shell expects it. A second signal ends it now.
 */
function endOnSignals(vitest: Vitest): void {
  const codes = { SIGINT: 130, SIGTERM: 143 } as const;
  let isEnding = false;
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.removeAllListeners(signal);
    process.on(signal, async () => {
      if (isEnding) process.exit(codes[signal]);
      isEnding = true;
      await vitest.cancelCurrentRun('keyboard-input').catch(() => undefined);
      await vitest.close().catch(() => undefined);
      process.exit(codes[signal]);
    });
  }
}

/** Says at the end what was not proven and why, and does not let a run pass that proved nothing at all. */
function account(vitest: Vitest, isScenario: (id: string) => boolean): Reporter {
  return {
    onTestRunEnd(modules, _errors, reason) {
      const tests = modules.flatMap(module => [...module.children.allTests()].map(test => ({ test, file: module.relativeModuleId })));
      const gaps = tests.flatMap(({ test, file }) => {
        const { notProven } = test.meta();
        return notProven === undefined ? [] : [`  ${file}: ${test.fullName}: ${notProven}`];
      });
      if (gaps.length > 0) vitest.logger.log(`\nNot proven (${gaps.length}):\n${gaps.join('\n')}\n`);

      const wasSelected = tests.some(({ test }) => test.result().state !== 'skipped' || test.meta().notProven !== undefined);
      const isAsked = reason === 'passed' && modules.some(({ moduleId }) => isScenario(moduleId));
      if (isAsked && !wasSelected && !vitest.config.shard && !vitest.config.watch) throw nothingSelected();
    },
  };
}

function nothingSelected(): Error {
  const error = new Error('The filters select no scenario: nothing was proven.\n  hint: npx vitest list prints the names');
  error.name = 'NothingSelected';
  error.stack = `${error.name}: ${error.message}`;
  return error;
}
