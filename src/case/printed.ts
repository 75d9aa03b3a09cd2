import { agentOf, type Story } from './story.ts';

/** What `ca` said on its standard output. Unlike its event log that is a pipe to the harness: nobody can take back what was said. */
export interface Printed {
  /** `completed`, or the agent at which it failed; null: it did not say. */
  verdict: string | null;
  /** No more cycles were left, and it went on with warnings. */
  exhausted: boolean;
  /** Agents whose last phase is said to be done. */
  done: readonly string[];
}

/** A longer line is none of them. */
const MAX_LINE = 1000;
const LINES = {
  starting: /^(?:\[unattended\] )?\[\w+\] starting (\w+)\.\.\.$/,
  done: /^(?:\[unattended\] )?\[\w+\] (\w+) done \(/,
  exhausted: /^(?:\[unattended\] )?Revision budget exhausted after cycle /,
  completed: /^(?:\[unattended\] )?Pipeline completed successfully\.$/,
  failed: /^(?:\[unattended\] )?Pipeline failed at (\w+) phase\.$/,
};

/** Listens to the standard output while the run goes on. Source of every line: protocol notes, section 3. */
export function listenToPrinted(): { push(chunk: Uint8Array): void; printed(): Printed } {
  const done = new Set<string>();
  let [verdict, exhausted]: [string | null, boolean] = [null, false];
  let rest = '';
  const hear = (line: string) => {
    const starting = LINES.starting.exec(line)?.[1];
    if (starting !== undefined) done.delete(starting);
    const ended = LINES.done.exec(line)?.[1];
    if (ended !== undefined) done.add(ended);
    exhausted ||= LINES.exhausted.test(line);
    const failed = LINES.failed.exec(line)?.[1];
    // a failure that was said once is not unsaid
    if (failed !== undefined) verdict = failed;
    else if (LINES.completed.test(line)) verdict ??= 'completed';
  };
  return {
    push(chunk) {
      const lines = (rest + Buffer.from(chunk).toString('latin1')).split('\n');
      rest = (lines.pop() ?? '').slice(0, MAX_LINE);
      lines.forEach(hear);
    },
    printed: () => ({ verdict, exhausted, done: [...done] }),
  };
}

/** Where the event log, which an agent can rewrite, says something else than `ca` did; null: nowhere. */
export function disagreement({ verdict, exhausted }: Printed, story: Story): string | null {
  const differ = (log: string, said: string) => `the event log and ca do not agree: ${log}, and ca said ${said}`;
  if (exhausted && !story.exhausted) return differ('no cycle was missing by the log', 'that it ran out of them');
  if (!story.end) return null;
  const ended = story.end.outcome === 'completed' ? 'completed' : story.end.failedAgent;
  if (ended === verdict) return null;
  const tell = (how: string | null) => (how === null ? 'nothing' : how === 'completed' ? how : `failed at the ${how}`);
  return differ(`the pipeline is ${tell(ended)} by the log`, tell(verdict));
}

/** Whether `ca` itself said that implementer and evaluators are done. */
export const saidDone = ({ done }: Printed, { evaluators }: Story): boolean =>
  ['implement', ...evaluators].every(phase => done.includes(agentOf(phase)));
