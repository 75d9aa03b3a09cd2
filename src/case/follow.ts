import type { Files } from '../ports.ts';
import { type Log, type LogEvent, readLog } from './log.ts';
import { listPlain, readPlain } from './plain-file.ts';

/** The logs that were seen had a few dozen kilobytes; a line of it has at most two texts of 500 characters, and an envelope. */
export const MAX_LOG_BYTES = 4 * 1024 * 1024;

const ABSENT = 'there is no event log';

/** Where Case keeps the event logs of a task, in the workspace. Source: protocol notes, section 4. */
export const eventsFolder = (taskId: string): string => `.case/${taskId}/events`;

/** Follows the event log of one run while it is written, by somebody who cannot be trusted. */
export interface Follower {
  /** Reads it again. @returns the events that are new since the last look */
  look(): Promise<readonly LogEvent[]>;
  /** As of the last look. */
  log(): Log;
}

/**
 * @param workspaceDir Case has never run in it: a second log, or one that begins elsewhere than at its beginning, would be a run
 * that was resumed (protocol notes, section 2.5)
 */
export function followLog(workspaceDir: string, taskId: string, files: Files): Follower {
  let text = '';
  let good: Log = { events: [], problem: null, rest: '' };
  let log: Log = { ...good, problem: ABSENT };
  let rewritten = false;

  const read = async (): Promise<Log> => {
    const found = await readOnly(workspaceDir, taskId, files);
    if ('problem' in found) return { ...good, problem: found.problem };
    // what follows the last newline may be half a character
    rewritten ||= !found.text.startsWith(text.slice(0, text.lastIndexOf('\n') + 1));
    if (rewritten) return { ...good, problem: 'the event log was rewritten while the run went on' };
    if (found.text !== text) good = readLog(found.text, taskId);
    ({ text } = found);
    return good;
  };
  return {
    async look() {
      const known = log.events.length;
      log = await read();
      return log.events.slice(known);
    },
    log: () => log,
  };
}

/** The text of the only event log, or why there is not exactly one. */
async function readOnly(workspaceDir: string, taskId: string, files: Files): Promise<{ text: string } | { problem: string }> {
  const folder = eventsFolder(taskId);
  const listed = await listPlain(workspaceDir, folder, files);
  if ('problem' in listed) return listed;
  const [name, ...others] = listed.names.filter(entry => entry.endsWith('.jsonl'));
  if (name === undefined) return { problem: ABSENT };
  if (others.length > 0) return { problem: `there are ${others.length + 1} event logs` };
  return (await readPlain(workspaceDir, `${folder}/${name}`, MAX_LOG_BYTES, files)) ?? { problem: ABSENT };
}
