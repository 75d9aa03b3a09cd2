import type { Reply, Script } from './ca-model.ts';

/** What a scripted model says to `ca`, in the words of the tests. */
export const tool = (name: string, args: object, more: Reply = {}): Reply => ({ tools: [[name, args]], ...more });
export const bash = (command: string) => tool('bash', { command });
export const wrapped = (json: string) => `<<<AGENT_RESULT\n${json}\nAGENT_RESULT>>>`;
export const says = (body: object): Reply => ({ text: `All done.\n${wrapped(JSON.stringify(body))}\n` });
export const rubric = (role: string, category: string, verdict: string) =>
  says({ status: 'completed', rubric: { role, categories: [{ category, verdict, detail: 'd' }] } });

export const completed = says({ status: 'completed', summary: 'ok', artifacts: { filesChanged: ['greeting.txt'] }, error: null });
/** An answer without an envelope. */
export const silent: Reply = { text: 'I think that is all.' };
export const read = tool('read', { path: '.case/tasks/active/greet-1.md' });
export const edit = tool('edit', { path: 'greeting.txt', edits: [{ oldText: 'hello', newText: 'Hello' }] });
export const commit = bash("git add -A -- ':!.case/' && git commit -qm greet");

/** Everybody does well: 4 + 2 + 2 + 2 + 1 requests. */
export const good = {
  implementer: [[read, edit, commit, completed], [completed]],
  verifier: [[bash('cat greeting.txt'), rubric('verifier', 'edge-case-checked', 'pass')]],
  reviewer: [[bash('git show --stat'), rubric('reviewer', 'scope-discipline', 'pass')]],
  closer: [[bash('true'), completed]],
  retrospective: [[silent]],
} satisfies Script;

/** Everybody whom a pipeline asks after a broken implementer gets the same answer of the provider. */
export const provider = (reply: Reply): Script => ({ implementer: [[reply]], retrospective: [[reply]] });
