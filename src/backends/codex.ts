import { join } from 'node:path';
import type { Backend, Turn } from './backend.ts';
import { configToml, TOKEN } from './codex-config.ts';
import { readCodex, readCodexEvent } from './codex-events.ts';
import { findCodex } from './codex-find.ts';
import { runHeadless } from './headless.ts';

/**
 * The Codex CLI (`@openai/codex`), headless. Its exit code is 0 also where every command of its sandbox failed or nothing was changed, so
 * that the stream is read instead: the turn must be completed, and its last item a message (seen with 0.169.0).
 */
export const codex: Backend = {
  id: 'codex',
  summary: 'the Codex CLI, headless',
  exemptUpTo: 1,
  reportsEdits: false,
  statesPlan: false,
  usesModel: true,
  ownState: [],

  cannotUse: ({ api }) => (api === 'openai-responses' ? undefined : `Codex speaks openai-responses alone, and its api is ${api}`),

  async probe(plan, ports) {
    const path = await findCodex(plan, ports);
    if (path) return { version: path };
    const detail = 'codex is not on PATH; cd fixtures/codex && npm ci, or name it in CTO_HARNESS_CODEX_BIN';
    return { code: 'provider_unavailable', cause: 'binary_missing', detail };
  },

  async run(job, ports): Promise<Turn> {
    const { access, plan } = job;
    if (!access) throw new Error('codex was started without a way to its model');
    // beside TMPDIR and not below it: from there it starts no sandbox, and every command fails without a word
    const home = join(job.agentDir, 'codex-home');
    const config = configToml(access);
    await ports.files.write(join(home, 'config.toml'), config, { mode: 0o600 });
    await job.keep('codex-home/config.toml', config.replaceAll(access.baseUrl, 'http://gateway/v1'));
    const argv = [(await findCodex(plan, ports)) ?? 'codex', ...ISOLATED, '-C', job.workspaceDir, '-'] as const;
    const env = { CODEX_HOME: home, [TOKEN]: access.token };
    return runHeadless({ argv, env, stream: readCodex(), readEvent: readCodexEvent }, job, ports);
  },

  readEvent: readCodexEvent,
};

/** Every setting is one that it knows, nothing of it is kept, and no rule of the user or of the project is read; the prompt is piped in. */
const ISOLATED = ['exec', '--strict-config', '--json', '--ephemeral', '--ignore-rules', '--color', 'never'] as const;
