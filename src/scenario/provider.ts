import { join, resolve } from 'node:path';
import { admissionFolders } from '../admission/index.ts';
import { UserError } from '../errors.ts';
import type { Plan } from '../model/plan.ts';
import type { Files } from '../ports.ts';
import type { Scenario } from './scenario.ts';
import type { ScenarioSpec } from './schema.ts';

type Env = Readonly<Record<string, string>>;

const LOCAL = 'CTO_HARNESS_CASE_LOCAL_BASE_URL';
const BRIDGE = 'CTO_HARNESS_CASE_AUTH_BRIDGE_URL';

/** Variables that give the address of a provider, by the key of `given.provider` that says whether there is one (SPEC section 9). */
export const addressVariables = {
  base_url: [LOCAL, 'CTO_HARNESS_CASE_API_BASE_URL'],
  auth_bridge: [BRIDGE, 'CTO_HARNESS_CASE_AUTH_BRIDGE_TOKEN'],
} as const;

/** What `model` sets in the environment of the harness. */
export const modelEnv = ({ model }: ScenarioSpec): Record<string, string> =>
  model ? { CTO_HARNESS_CASE_MODEL_PROVIDER: model.provider, CTO_HARNESS_CASE_MODEL: model.id } : {};

/** The model that an environment names, and what `model` says it is called inside of the backend: half of a name is no model. */
export function modelIn(env: Env, { model }: ScenarioSpec): Plan['model'] {
  const { CTO_HARNESS_CASE_MODEL_PROVIDER: provider, CTO_HARNESS_CASE_MODEL: id } = env;
  return provider && id ? { provider, id, runtime_provider: model?.runtime_provider ?? null } : null;
}

/**
 * Where the scripted model can be reached, for the environment of the harness: nowhere that `given.provider` calls absent, and at
 * an auth bridge only where one is proven. What the scenario's own `env` says stays.
 */
export function endpointEnv({ given, env = {} }: ScenarioSpec, baseUrl: string): Record<string, string> {
  const { base_url: base, auth_bridge: bridge } = given?.provider ?? {};
  const names = [...(base === 'absent' ? [] : [LOCAL]), ...(bridge === 'proven' ? [BRIDGE] : [])];
  return Object.fromEntries(names.filter(name => env[name] === undefined).map(name => [name, baseUrl]));
}

/** Where a checkout has the faithful stand-in for Case. */
const STAND_IN = ['fixtures', 'ca', 'ca'] as const;

/** The Case and the Codex that scenarios run: those that the outside names, else for Case the stand-in where the project has it. */
export async function agentEnv(outside: Readonly<Record<string, string | undefined>>, project: string, files: Files): Promise<Env> {
  const standIn = join(project, ...STAND_IN);
  const bin = outside['CTO_HARNESS_CASE_BIN'] ?? ((await files.stat(standIn))?.kind === 'file' ? standIn : undefined);
  const codex = outside['CTO_HARNESS_CODEX_BIN'];
  return { ...(bin !== undefined && { CTO_HARNESS_CASE_BIN: bin }), ...(codex !== undefined && { CTO_HARNESS_CODEX_BIN: codex }) };
}

const kinds = ['models', 'binaries', 'sources', 'owned', 'comparisons'] as const;
/** Also the records of stages, which a run looks for by itself. */
const recordFolders = [...kinds, 'stages'] as const;

/**
 * The folders of admission records of a run: those of the project and of PROOFGATE_ADMISSIONS, unless `given.admissions` has the kind.
 *
 * @returns `own`: that folder, absolute, or null
 * @throws {UserError} at the line of the scenario, for a folder that has no records of any kind
 */
export async function admissionsOf(
  scenario: Scenario,
  { project, env }: { project: string; env: Readonly<Record<string, string | undefined>> },
  files: Files,
): Promise<{ own: string | null; folders: Plan['admissions'] }> {
  const usual = admissionFolders(project, env['PROOFGATE_ADMISSIONS']);
  const name = scenario.spec.given?.admissions;
  if (name === undefined) return { own: null, folders: usual };
  const own = resolve(scenario.dir, name);
  const has = await Promise.all(recordFolders.map(async kind => (await files.stat(join(own, kind)))?.kind === 'dir'));
  if (!has.includes(true)) {
    const message = `given.admissions: ${name} has none of ${recordFolders.map(kind => `${kind}/`).join(', ')}`;
    throw new UserError(scenario.problem(['given', 'admissions'], message, 'name a folder of records, relative to the scenario'));
  }
  const folders = Object.fromEntries(kinds.map((kind, i) => [kind, has[i] ? [join(own, kind)] : usual[kind]]));
  return { own, folders: folders as unknown as Plan['admissions'] };
}
