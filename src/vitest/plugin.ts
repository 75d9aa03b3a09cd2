import { randomBytes } from 'node:crypto';
import { basename, extname, join, relative, resolve } from 'node:path';
import type { Plugin, PluginOption } from 'vite';
import { configDefaults } from 'vitest/config';
import type { Vitest } from 'vitest/node';
import { sha256 } from '../model/digest.ts';
import { UserError } from '../errors.ts';
import { nodePorts } from '../node/ports.ts';
import { dependenciesOf, scenarioFiles, tagsOf } from '../scenario/discover.ts';
import { emitProblems, emitTests, type TestModule } from '../scenario/emit.ts';
import { MAX_YAML_BYTES } from '../scenario/yaml.ts';
import { checkNonce } from '../suite/write.ts';
import { account } from './account.ts';
import type { SuiteContext } from './context.ts';
import { type Loaded, makeShelf, type Shelf } from './shelf.ts';
import { endOnSignals } from './signals.ts';

export interface ScenariosOptions {
  /** Folder of the scenarios, relative to the root. */
  dir?: string;
  /** Folder for evidence bundles, relative to the root; the records of suites stand beside it in `suites`. */
  out?: string;
  /** Every blocker, event, marker, exit class and row of the failure matrix has to have a scenario. For a suite that proves an engine. */
  coverage?: boolean;
  /** `all` keeps the bundles of earlier suites; otherwise those of red scenarios and of the last suite stay. `PROOFGATE_KEEP=all` does the same. */
  keep?: 'all';
}

/** The worker's side, beside this file: TypeScript in a checkout, JavaScript in the package. */
const runtime = join(import.meta.dirname, `runtime${extname(import.meta.filename)}`);

/** Runs mostly wait for processes: docs/decisions has what was measured. */
const RUNS_AT_ONCE = 3;

/**
 * Makes every scenario file a Vitest test file: paths, lines, `-t`, tags, shards, reporters, watch and the editor work as they
 * do for any test.
 */
export function scenarios({ dir = 'scenarios', out = 'reports/runs', coverage = false, keep }: ScenariosOptions = {}): Plugin {
  const ports = nodePorts();
  /** Folder or file that a scenario file depends on, to the scenario files. */
  const dependents = new Map<string, Set<string>>();
  /** Digest of the module of a scenario file, once the file is loaded. */
  const made = new Map<string, string>();
  let suite: SuiteContext | undefined;
  let shelf: Shelf | undefined;
  let host: Vitest | undefined;

  const isScenario = (id: string) =>
    suite !== undefined && isBelow(suite.scenarios, id) && !basename(id).startsWith('_') && /\.ya?ml$/.test(id);

  return {
    name: PLUGIN,
    enforce: 'pre',

    async config(config) {
      const test = config.test ?? {};
      refuseBlindSpots(config.plugins ?? [], test.projects ?? []);
      const project = resolve(config.root ?? test.root ?? process.cwd());
      const nonce = process.env['PROOFGATE_NONCE'] || randomBytes(16).toString('hex');
      checkNonce(nonce);
      suite = { project, scenarios: join(project, dir), out: join(project, out), nonce };
      shelf = makeShelf(suite, ports);
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
          watchTriggerPatterns: [{ pattern: /.*/, testsToRun: touched }],
        },
      };
    },

    configureServer(server) {
      server.watcher.on('all', () => shelf?.forget());
    },

    configureVitest({ vitest, project, defineCacheKeyGenerator }) {
      // `--allowOnly` would leave the others of a file out where nothing may be left out
      if (process.env['CI'] === 'true') project.config.allowOnly = false;
      // The key is the module itself, so that no change of a default, a task or the compiler can hide behind a module of before.
      // One that was not made ahead is not cached, and neither is any while watching: making it is how its dependencies are learned.
      defineCacheKeyGenerator(({ id }) => (isScenario(fileOf(id)) ? (!vitest.config.watch && made.get(fileOf(id))) || false : undefined));
      host = vitest;
      endOnSignals(vitest);
      const keepsAll = keep === 'all' || process.env['PROOFGATE_KEEP'] === 'all';
      vitest.config.reporters.push(account({ vitest, suite: suite!, load: loadAhead, isScenario, coverage, keepsAll }, ports) as never);
    },

    load: {
      filter: { id: /\.ya?ml(\?|$)/ },
      /** What is too large to be read is not read by Vite either: its problem is all that is shown of it. */
      async handler(id) {
        const file = fileOf(id);
        const stat = isScenario(file) ? await ports.files.stat(file) : undefined;
        return stat && stat.bytes > MAX_YAML_BYTES ? '' : undefined;
      },
    },

    transform: {
      filter: { id: /\.ya?ml(\?|$)/ },
      async handler(source, id) {
        const file = fileOf(id);
        if (!suite || !shelf || !isScenario(file)) return undefined;
        for (const users of dependents.values()) users.delete(file);
        for (const path of await dependenciesOf(file, suite, ports.files)) remember(dependents, path, file);
        const loaded = await shelf.load(file);
        for (const path of loaded.uses) remember(dependents, path, file);
        return moduleOf(file, source, loaded);
      },
    },
  };

  async function loadAhead(file: string): Promise<Loaded> {
    const loaded = await shelf!.load(file);
    made.set(file, sha256(moduleOf(file, '', loaded).code));
    return loaded;
  }

  /** Scenario files that depend on a file that changed; null says that this is nobody's business here. */
  function touched(id: string): string[] | null {
    const users = [...new Set([...dependents].filter(([path]) => id === path || isBelow(path, id)).flatMap(([, files]) => [...files]))];
    for (const file of users) host?.invalidateFile(file);
    return users.length > 0 ? users : null;
  }
}

const PLUGIN = 'proofgate:scenarios';

/** Configurations under which scenarios would be judged by another folder's rules, or not be run, and nobody would hear of it. */
function refuseBlindSpots(plugins: readonly PluginOption[], projects: readonly unknown[]): void {
  const own = plugins.flat(3).filter(plugin => plugin && 'name' in plugin && plugin.name === PLUGIN);
  const refuse = (message: string, hint: string) => new UserError({ at: 'scenarios()', message, hint });
  if (own.length > 1) throw refuse('stands twice among the plugins', 'take one folder for all scenarios, or two configurations of Vitest');
  if (projects.length > 0) {
    const hint = "write it into one of them: {plugins: [scenarios()], test: {name: 'proofs'}}";
    throw refuse('stands beside test.projects, none of which would run a scenario', hint);
  }
}

function moduleOf(file: string, source: string, { scenarios: loaded, problems }: Loaded): TestModule {
  const emission = { file, source, runtime };
  return problems.length > 0 ? emitProblems(problems, emission) : emitTests(loaded, emission, { strict: process.env['CI'] === 'true' });
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
