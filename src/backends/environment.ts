import { delimiter, dirname, isAbsolute, join } from 'node:path';
import type { Plan } from '../model/plan.ts';
import type { Ports, Served } from '../ports.ts';

/**
 * The whole environment of an agent: an allow-list by name, a HOME and XDG folders of its own, nothing of the user's
 * configuration. `given.secrets` of a scenario are the only values that come from outside.
 */
export async function agentEnvironment(
  plan: Plan,
  agentDir: string,
  served: Served | null,
  { files, host }: Ports,
): Promise<Record<string, string>> {
  const at = (name: string) => join(agentDir, name);
  const folders = {
    HOME: at('home'),
    XDG_CONFIG_HOME: at('config'),
    XDG_CACHE_HOME: at('cache'),
    XDG_DATA_HOME: at('data'),
    XDG_STATE_HOME: at('state'),
    TMPDIR: at('tmp'),
  };
  for (const folder of Object.values(folders)) await files.makeDir(folder);
  const promptFile = at('prompt.md');
  await files.write(promptFile, plan.task.spec.prompt);
  return {
    PATH: agentPath(host.env['PATH'] ?? '', host.nodePath),
    ...folders,
    LANG: 'C.UTF-8',
    LC_ALL: 'C.UTF-8',
    TERM: 'dumb',
    NO_COLOR: '1',
    // what Python and pytest would leave in the workspace is no part of an answer
    PYTHONDONTWRITEBYTECODE: '1',
    PYTEST_ADDOPTS: '-p no:cacheprovider',
    PROOFGATE_PROMPT_FILE: promptFile,
    ...(served ? proxies(served.origin) : {}),
    ...plan.given.secrets,
  };
}

/**
 * Whoever wants to go anywhere but to the gateway and asks the environment for the way is refused by the gateway, and remembered.
 * Loopback goes without: Bun sends even that through a proxy unless told otherwise.
 */
function proxies(origin: string): Record<string, string> {
  const names = ['HTTP_PROXY', 'HTTPS_PROXY', 'ALL_PROXY'];
  const all = { ...Object.fromEntries(names.map(name => [name, origin])), NO_PROXY: '127.0.0.1,localhost' };
  return { ...all, ...Object.fromEntries(Object.entries(all).map(([name, value]) => [name.toLowerCase(), value])) };
}

/** The harness's PATH without relative entries, with the Node that runs the engine first: `node` means one thing everywhere. */
function agentPath(path: string, nodePath: string): string {
  const entries = path.split(delimiter).filter(entry => isAbsolute(entry));
  return [...new Set([dirname(nodePath), ...entries])].join(delimiter);
}
