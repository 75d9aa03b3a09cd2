import { basename, join, relative } from 'node:path';
import { backends } from '../backends/index.ts';
import { blockers } from '../model/blocker.ts';
import { events } from '../model/event.ts';
import { UserError } from '../errors.ts';
import type { Ports } from '../ports.ts';
import { scenarioFiles } from '../scenario/discover.ts';
import { loadScenarios } from '../scenario/load.ts';
import { titleOf } from '../scenario/scenario.ts';
import { loadTask } from '../scenario/task.ts';
import { asJson, type Command, type Io, jsonOption } from './command.ts';
import { listTasks, type Project, type TaskPlace } from './project.ts';

/** What can be listed; each entry has a name, and one line about it. */
const lists = {
  tasks: async ({ ports, project }: Io) => Promise.all((await listTasks(project, ports.files)).map(task => describeTask(task, ports))),
  scenarios: async ({ ports, project }: Io) => {
    const files = await scenarioFiles(join(project.root, 'scenarios'), ports.files);
    const tested = files.filter(file => !basename(file).startsWith('_'));
    return (await Promise.all(tested.map(file => describeScenarios(file, project, ports)))).flat();
  },
  backends: async () => backends.map(({ id, summary }) => ({ name: id, about: summary })),
  blockers: async () => Object.entries(blockers).map(([name, row]) => ({ name, about: row.meaning, ...row })),
  events: async () => Object.entries(events).map(([name, row]) => ({ name, about: row.meaning, ...row })),
} satisfies Record<string, (io: Io) => Promise<{ name: string; about: string }[]>>;

/** The first line of what the agent is told; of a task that does not load, why. */
async function describeTask({ name, dir, builtIn }: TaskPlace, ports: Ports) {
  const place = { name, dir, built_in: builtIn };
  try {
    const { spec } = await loadTask(dir, ports);
    return { ...place, about: spec.prompt.trim().split('\n')[0] ?? '', loads: true };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return { ...place, about: `does not load: ${error.problems[0].message}`, loads: false };
  }
}

/** Every scenario of a file, by the name that a test has; of a file that does not load, why. */
async function describeScenarios(file: string, { root }: Project, ports: Ports) {
  try {
    const scenarios = await loadScenarios(file, { project: root, scenarios: join(root, 'scenarios') }, ports);
    return scenarios.map(s => ({ name: `${s.file}#${titleOf(s)}`, about: s.spec.why ?? '', loads: true }));
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return [{ name: relative(root, file), about: `does not load: ${error.problems[0].message}`, loads: false }];
  }
}

type ListName = keyof typeof lists;
const names = Object.keys(lists) as ListName[];

export const list: Command<{ json?: true }> = {
  name: 'list',
  summary: 'Name what there is.',
  arguments: [{ name: '[what]', help: 'Without it, tasks.', choices: names }],
  options: [jsonOption],
  exits: { 0: 'Listed.' },
  examples: [
    { line: 'proofgate list', shows: 'every task that proofgate run takes' },
    { line: 'proofgate list blockers', shows: 'every way a run can end other than pass' },
  ],

  async run({ args: [what = 'tasks'], options }, io) {
    const entries = await lists[what as ListName](io);
    const width = Math.max(0, ...entries.map(({ name }) => name.length));
    io.print(
      options.json ? asJson(entries) : entries.map(({ name, about }) => `${name.padEnd(width)}  ${io.paint('dim', about)}`).join('\n'),
    );
    return 0;
  },
};
