import { relative } from 'node:path';
import type { LogEvent } from './log.ts';

/** What every backend says in events. */
export interface Announced {
  type: string;
  data: Record<string, unknown>;
}

/** Lines that tell how a run went; the rest, tool calls above all, stands in the event log itself. */
const TOLD = ['pipeline_start', 'phase_start', 'phase_end', 'revision_requested', 'revision_budget_exhausted', 'pipeline_end'];
/** A path longer than this is none. */
const MAX_PATH = 400;

/**
 * Takes the events of Case in order and says them as the harness does: an edit that a tool call made is `patch.applied`, and the steps of
 * the pipeline are kept under the name `case.<event>`. Both are claims. What its reviewer thinks is no event of one
 * cycle: it is said at the end, see review.ts.
 */
export function announcer(workspaceDir: string, say: (event: Announced) => void): (event: LogEvent) => void {
  /** Path that a running tool call is about, by its id. */
  const edits = new Map<string, string>();
  return event => {
    const { tool, toolCallId = '' } = event;
    if (TOLD.includes(event.event) && event.outcome !== 'skipped') say(toEvent(event));
    if (tool !== 'edit' && tool !== 'write') return;
    if (event.event === 'tool_start') {
      const path = pathIn(event.args ?? '');
      if (path !== undefined) edits.set(toolCallId, relativeTo(workspaceDir, path));
    } else if (event.event === 'tool_end') {
      const file = edits.get(toolCallId);
      edits.delete(toolCallId);
      if (file !== undefined && event.isError !== true) say({ type: 'patch.applied', data: { files: [file] } });
    }
  };
}

/** An event of Case as a claim. */
export function toEvent({ event, phase, agent, outcome, failedAgent }: LogEvent): Announced {
  const told = { phase, agent, outcome, failedAgent };
  return { type: `case.${event}`, data: Object.fromEntries(Object.entries(told).filter(([, value]) => value !== undefined)) };
}

/** The value of `path` in JSON that may be cut off. */
function pathIn(args: string): string | undefined {
  const value = /"path"\s*:\s*("(?:[^"\\]|\\.)*")/.exec(args)?.[1];
  if (value === undefined || value.length > MAX_PATH) return undefined;
  try {
    return JSON.parse(value) as string;
  } catch {
    return undefined;
  }
}

const relativeTo = (dir: string, path: string): string => (path.startsWith(`${dir}/`) ? relative(dir, path) : path);
