import { join } from 'node:path';
import type { Plan } from '../model/plan.ts';
import type { Ports } from '../ports.ts';
import type { Backend, Turn } from './backend.ts';
import { runHeadless } from './headless.ts';
import { modelsJson, settingsJson } from './pi-config.ts';
import { readPi, readPiEvent } from './pi-events.ts';

/**
 * The Pi coding agent (`@earendil-works/pi-coding-agent`), headless. Its exit code is 0 also where every request failed, so that the
 * stream is read instead: it must be settled, and the last answer must have stopped by itself with a text (seen with 1.5.2).
 */
export const pi: Backend = {
  id: 'pi',
  summary: 'the Pi coding agent CLI, headless',
  exemptUpTo: 1,
  reportsEdits: false,
  statesPlan: false,
  usesModel: true,
  ownState: [],

  async probe(plan, ports) {
    const path = await findPi(plan, ports);
    if (path) return { version: path };
    const detail = 'pi is not on PATH; npm install @earendil-works/pi-coding-agent, or name it in CTO_HARNESS_PI_BIN';
    return { code: 'provider_unavailable', cause: 'binary_missing', detail };
  },

  async run(job, ports): Promise<Turn> {
    const { access, plan } = job;
    if (!access) throw new Error('pi was started without a way to its model');
    const config = join(job.agentDir, 'pi-agent');
    const documents = { 'models.json': modelsJson(access), 'settings.json': settingsJson, 'auth.json': '{}\n' };
    for (const [name, text] of Object.entries(documents)) {
      await ports.files.write(join(config, name), text, { mode: 0o600 });
      await job.keep(`pi-agent/${name}`, text.replaceAll(access.baseUrl, 'http://gateway/v1'));
    }
    const argv = [(await findPi(plan, ports)) ?? 'pi', ...ISOLATED, ...modelArguments(access.model)] as const;
    const env = { PI_CODING_AGENT_DIR: config, PI_OFFLINE: '1', PROOFGATE_MODEL_KEY: access.token };
    return runHeadless({ argv, env, stream: readPi(access.model), readEvent: readPiEvent }, job, ports);
  },

  readEvent: readPiEvent,
};

/** Nothing of the user, of the project or of the network but what is named; `--no-approve` trusts no file of the workspace. */
const ISOLATED =
  '--mode json --no-session --no-extensions --no-mcp --no-skills --no-prompt-templates --no-themes --no-context-files --no-approve --offline --thinking off --tools read,bash,edit,write'.split(
    ' ',
  );

const modelArguments = ({ runtime_provider, model }: { runtime_provider: string; model: string }) =>
  ['--provider', runtime_provider, '--model', model] as const;

/** The executable: the one that is named, that of the PATH, or that of the project. */
async function findPi({ env, project }: Plan, { files, host }: Ports): Promise<string | undefined> {
  const named = env['CTO_HARNESS_PI_BIN'];
  if (named) return (await files.stat(named)) ? files.realPath(named) : undefined;
  const local = join(project, 'node_modules', '.bin', 'pi');
  return (await host.which('pi')) ?? ((await files.stat(local)) ? files.realPath(local) : undefined);
}
