import { dirname, join, resolve } from 'node:path';
import { z } from 'zod';
import { admissionFolders } from '../admission/index.ts';
import { systemCode, UserError } from '../errors.ts';
import { defaultFakeScript, FakeAction } from '../model/fake.ts';
import { defaultLimits, ordinaryGiven, type Plan } from '../model/plan.ts';
import { durationMs } from '../model/duration.ts';
import { Duration, type Stage } from '../model/units.ts';
import type { Files } from '../ports.ts';
import { checkFile } from '../scenario/issues.ts';
import { DEFAULT_STAGE, DEFAULT_TASK } from '../scenario/scenario.ts';
import { readYaml } from '../scenario/source.ts';
import { findTaskDir, loadTask } from '../scenario/task.ts';
import { findBackend } from '../backends/index.ts';
import { splitArgv } from './argv.ts';
import { approvalOf } from './approvals.ts';
import type { Io, Option } from './command.ts';
import { findProfile, profileEnvironment } from './profiles.ts';

export interface RunOptions {
  profile?: string;
  backend?: string;
  command?: string;
  stage?: Stage;
  out?: string;
  fake?: string;
  approve?: string;
  approvals?: string;
  limitBackend?: number;
  limitVerification?: number;
  limitRun?: number;
}

/** An option that takes a duration; milliseconds in the program. */
export const durationOption = (flag: string, help: string, fallback: string): Option => ({
  flags: `${flag} <duration>`,
  help,
  default: fallback,
  parse(text) {
    if (!Duration.safeParse(text).success) throw new Error('It is a duration such as 250ms, 30s or 5m');
    return durationMs(text);
  },
});

/** What the command line asks for, with every default filled in. @throws UserError before anything is started */
export async function planFor(taskName: string | undefined, options: RunOptions, io: Io): Promise<Plan> {
  const { ports, project, cwd } = io;
  const profile = options.profile === undefined ? undefined : findProfile(options.profile);
  const ambientEnv = ambient(ports.host.env);
  const env = profile ? profileEnvironment(profile, options, ambientEnv) : ambientEnv;
  const backend = backendOf({ ...options, ...(profile && { backend: profile.backend }) });
  const script = options.fake
    ? await readScript(resolve(cwd, options.fake), options.fake, ports.files)
    : { fake: defaultFakeScript, patches: {} };
  const dir = await findTaskDir(taskName ?? profile?.task ?? DEFAULT_TASK, project.root, ports);
  return {
    task: await loadTask(dir, ports),
    backend,
    stage: options.stage ?? profile?.stage ?? DEFAULT_STAGE,
    ...script,
    model: modelOf(env),
    admissions: admissionFolders(project.root, env['PROOFGATE_ADMISSIONS'] && resolve(cwd, env['PROOFGATE_ADMISSIONS'])),
    env,
    limits: {
      ...defaultLimits,
      backendMs: options.limitBackend ?? defaultLimits.backendMs,
      verificationMs: options.limitVerification ?? defaultLimits.verificationMs,
      runMs: options.limitRun ?? defaultLimits.runMs,
    },
    approval: await approvalOf(options, name => resolve(cwd, name), ports.files),
    given: { ...ordinaryGiven, ...profile?.given },
    nonce: ports.host.env.PROOFGATE_NONCE ?? ports.randomHex(16),
    suite: null,
    scenarioText: null,
    out: options.out === undefined ? join(project.root, 'reports', 'runs') : resolve(cwd, options.out),
    project: project.root,
    bundleName: null,
  };
}

/** Provider and model, where both are named: half of a name is no model, and preflight says which half is missing. */
function modelOf(env: Plan['env']): Plan['model'] {
  const { CTO_HARNESS_CASE_MODEL_PROVIDER: provider, CTO_HARNESS_CASE_MODEL: id } = env;
  return provider && id ? { provider, id, runtime_provider: null } : null;
}

function backendOf({ backend, command, fake }: RunOptions): Plan['backend'] {
  const id = backend ?? (command === undefined ? 'fake' : 'command');
  findBackend(id, '--backend');
  if (command !== undefined && id !== 'command') {
    throw new UserError({
      at: '--command',
      message: `has no meaning for the backend ${id}`,
      hint: 'Leave out --backend, or say --backend command.',
    });
  }
  if (id === 'command' && command === undefined) {
    throw new UserError({
      at: '--backend command',
      message: 'does not say which program',
      hint: "Add --command 'node /path/to/agent.js'.",
    });
  }
  if (fake !== undefined && id !== 'fake') {
    throw new UserError({
      at: '--fake',
      message: `has no meaning for the backend ${id}`,
      hint: 'Leave out --backend, or say --backend fake.',
    });
  }
  return command === undefined ? { id } : { id, argv: splitArgv(command) };
}

/** The list of actions, and the text of every file that a `patch:` of it names. */
async function readScript(path: string, name: string, files: Files): Promise<Pick<Plan, 'fake' | 'patches'>> {
  const yaml = await readYaml(path, name, files);
  const { data: fake, problems } = checkFile(z.array(FakeAction).min(1), yaml);
  const [first, ...rest] = problems;
  if (first) throw new UserError([first, ...rest]);
  const names = (fake ?? []).flatMap(action => ('patch' in action ? [String(action.patch)] : []));
  const texts = await Promise.all(names.map(async patch => [patch, await readPatch(join(dirname(path), patch), patch, files)] as const));
  return { fake: fake ?? [], patches: Object.fromEntries(texts) };
}

async function readPatch(path: string, name: string, files: Files): Promise<string> {
  try {
    return await files.readText(path);
  } catch (error) {
    const code = systemCode(error);
    if (!code) throw error;
    throw new UserError(
      { at: name, message: `cannot be read (${code})`, hint: 'A patch is named relative to the script.' },
      { cause: error },
    );
  }
}

/** The environment as it is, without the names that have no value. */
const ambient = (env: Readonly<Record<string, string | undefined>>): Record<string, string> =>
  Object.fromEntries(Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined));
