import type { Files } from '../ports.ts';
import { eventsFolder, MAX_LOG_BYTES } from './follow.ts';
import type { CaseJob } from './job.ts';
import { listPlain, readPlain } from './plain-file.ts';
import { TASKS } from './task-files.ts';

const MAX_BYTES = 256 * 1024;
/** A run leaves one; more are a finding, and the first few are enough to see it. */
const MAX_LOGS = 4;
/** A name that an agent chose becomes a name in the bundle only where it is a plain one. */
const PLAIN_NAME = /^[\w-]{1,80}\.jsonl$/;

/** Keeps what Case wrote down about itself: its bookkeeping is wrong in known ways (protocol notes, section 4), and is evidence for that, too. */
export async function keepBooks({ workspaceDir, keep }: CaseJob, taskId: string, files: Files): Promise<void> {
  const copy = async (from: string, to: string, maxBytes: number) => {
    const found = await readPlain(workspaceDir, from, maxBytes, files);
    if (found) await keep(`case/${to}`, 'text' in found ? found.text : `[proofgate: not kept: ${found.problem}]\n`);
  };
  const listed = await listPlain(workspaceDir, eventsFolder(taskId), files);
  const logs = 'names' in listed ? listed.names.filter(name => PLAIN_NAME.test(name)).slice(0, MAX_LOGS) : [];
  for (const name of logs) await copy(`${eventsFolder(taskId)}/${name}`, `events/${name}`, MAX_LOG_BYTES);
  for (const name of ['plan.json', 'tested', 'reviewed', 'manual-tested']) await copy(`.case/${taskId}/${name}`, name, MAX_BYTES);
  await copy('.case/run-log.jsonl', 'run-log.jsonl', MAX_BYTES);
  await copy(`${TASKS}/${taskId}.task.json`, 'task.json', MAX_BYTES);
}
