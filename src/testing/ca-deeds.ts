import { playModel } from './ca-model.ts';
import { caRoom, type Line } from './ca-room.ts';
import type { Situation } from './ca-situations.ts';

/** What a `ca` did, without what differs from run to run: times, ids, commits, and where it all lay. */
export interface Deeds {
  exit: number | null;
  /** Standard output; `(…)` for a duration. */
  said: string[];
  /** `level msg` and what else decides, of the JSON lines on standard error. */
  logged: string[];
  /** The whole event log; what a tool answered is the model's business and left out. */
  events: Line[];
  /** Who asked the model, in order; `+` for a request that was tried again. */
  asked: string[];
  git: object;
  task: Record<string, unknown>;
}

/** Puts one program into one situation. @param program a file of fixtures/ca/, or an absolute path */
export async function deedsOf(program: string, { script, task }: Pick<Situation, 'script' | 'task'>): Promise<Deeds> {
  await using model = await playModel(script);
  await using room = await caRoom({ baseUrl: model.baseUrl, program, ...(task && { task }) });
  const { exit, stdout, stderr } = await room.run();
  const plain = (text: string) =>
    text
      .replaceAll(room.at(), '@')
      .replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, '(time)')
      .replaceAll(/\b[0-9a-f]{7,40}\b/g, '#');
  const said = (text: string) => plain(text).replaceAll(/\((\d+m )?\d+s\)/g, '(…)');
  return {
    exit,
    said: stdout.trimEnd().split('\n').map(said),
    logged: stderr.split('\n').flatMap(line => shorten(line)),
    events: room.events().map(line => JSON.parse(plain(JSON.stringify(line, dropping))) as Line),
    asked: model.asked.map(({ role, retry }) => (retry > 0 ? `${role}+` : role)),
    git: room.after(),
    task: JSON.parse(plain(JSON.stringify(room.task(), dropping))) as Record<string, unknown>,
  };
}

const fleeting = new Set(['ts', 'runId', 'durationMs', 'toolCallId']);

/** For JSON.stringify: leaves out what no two runs share. A `result` that is text is that of a tool. */
const dropping = (key: string, value: unknown): unknown =>
  fleeting.has(key) || (key === 'result' && typeof value === 'string') ? undefined : value;

/** Lines that are no JSON come from libraries, and are nobody's promise. */
function shorten(line: string): string[] {
  if (!line.startsWith('{')) return [];
  const { level, msg, agent, status, provider, model, outcome, failedAgent } = JSON.parse(line) as Record<string, unknown>;
  return [[level, msg, agent, status, provider, model, outcome, failedAgent].filter(part => part !== undefined).join(' ')];
}
