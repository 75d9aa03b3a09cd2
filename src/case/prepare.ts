import { delimiter, dirname, join } from 'node:path';
import type { Ports } from '../ports.ts';
import { startBranch } from './branch.ts';
import { configFiles, keyVariable, PI_AGENT } from './config.ts';
import type { CaseJob } from './job.ts';
import { taskFiles, TASKS } from './task-files.ts';

/** What a run of Case starts from. */
export interface Prepared {
  /** Fresh for every run: a task that was seen before would be resumed (protocol notes, section 2.5). */
  taskId: string;
  /** Absolute path of the `.task.json`, which is also where its text is rewritten. */
  taskFile: string;
  baseline: string;
  env: Record<string, string>;
}

/** What stands in the evidence in the place of the address that was given to the agent. */
const GATEWAY = 'http://gateway.invalid';

/** Puts everything into place that Case reads, in the workspace and beside it, and keeps a copy of it where the agent cannot write. */
export async function prepare(job: CaseJob, { files, clock, randomHex }: Ports): Promise<Prepared> {
  const { contract, workspaceDir, agentDir, access, binary, env } = job;
  const short = randomHex(4);
  const taskId = `proofgate-${short}`;
  const keyName = keyVariable(access.model);
  // a workspace that Case was in before would be resumed; a seed with such a folder was refused already
  await files.makeDirExclusive(join(workspaceDir, '.case'));
  const baseline = await startBranch(workspaceDir, short, files);

  const tasks = taskFiles(taskId, contract, clock.now());
  for (const [path, text] of Object.entries(tasks)) await files.write(join(workspaceDir, path), text);
  const data = join(agentDir, 'case-data');
  const config = configFiles({ contract, workspaceDir, model: access.model, baseUrl: access.baseUrl });
  for (const [path, text] of Object.entries(config)) await files.write(join(data, path), text, { mode: 0o600 });

  for (const [path, text] of Object.entries(config)) await job.keep(`case-data/${path}`, text.replaceAll(access.served.origin, GATEWAY));
  for (const [path, text] of Object.entries(tasks)) await job.keep(`case-data/workspace/${path}`, text);

  return {
    taskId,
    taskFile: join(workspaceDir, TASKS, `${taskId}.task.json`),
    baseline,
    env: {
      ...env,
      // the prompts tell the agents to run `ca`
      PATH: [dirname(binary), env['PATH'] ?? ''].join(delimiter),
      CASE_DATA_DIR: data,
      PI_CODING_AGENT_DIR: join(data, PI_AGENT),
      [keyName]: access.token,
      GIT_CONFIG_NOSYSTEM: '1',
      GIT_TERMINAL_PROMPT: '0',
    },
  };
}
