import { join, relative } from 'node:path';
import { modeline } from '../authoring/modeline.ts';
import { type Language, languages, taskFiles } from '../authoring/task-template.ts';
import { UserError } from '../errors.ts';
import { type Stage, Slug } from '../model/units.ts';
import type { Command, Io } from './command.ts';
import { writeBackend } from './new-backend.ts';
import { writeScenario } from './new-scenario.ts';
import { onDisk } from './on-disk.ts';
import { stageOption } from './stage.ts';

export interface NewOptions {
  language?: Language;
  task?: string;
  backend?: string;
  stage?: Stage;
  dir?: string;
}

/** What can be made, and which options say more about it. */
const kinds = {
  task: { options: ['language'], example: 'my-first-task', make: makeTask },
  scenario: { options: ['task', 'backend', 'stage', 'dir'], example: 'my-first-proof', make: writeScenario },
  backend: { options: [], example: 'my-agent', make: writeBackend },
} as const satisfies Record<string, Kind>;

interface Kind {
  options: readonly (keyof NewOptions)[];
  example: string;
  /** @returns what is printed */
  make(name: string, options: NewOptions, io: Io): Promise<string>;
}

export const newThing: Command<NewOptions> = {
  name: 'new',
  summary: 'Make a task, a scenario or a backend that works, to change into your own.',
  about:
    'A task has a seed with a bug, tests that show it, twins of the tests, a known good answer and a task.yaml with comments. A scenario is green as it is: scenarios/stageN/NAME.yaml, with comments. A backend is one file of a checkout of proofgate, and a line that is shown.',
  arguments: [
    { name: '<kind>', help: 'What to make.', choices: Object.keys(kinds) },
    { name: '<name>', help: 'Its name: lower case letters, digits and hyphens.' },
  ],
  options: [
    { flags: '--language <language>', help: 'Of a task: what it is written in.', choices: languages, default: 'node' },
    { flags: '--task <task>', help: 'Of a scenario: the task that it runs.', default: 'n1-string-slugify' },
    { flags: '--engine, --backend <id>', help: 'Of a scenario: the coding agent.', default: 'fake' },
    stageOption('Of a scenario: rung of the ladder, 1 to 6.'),
    { flags: '--dir <dir>', help: 'Of a scenario: another folder below scenarios/.', default: 'scenarios/stageN' },
  ],
  exits: { 0: 'Made.' },
  examples: [
    { line: 'proofgate new task my-first-task', shows: 'fixtures/my-first-task, ready for proofgate run my-first-task' },
    { line: 'proofgate new scenario my-first-proof', shows: 'scenarios/stage2/my-first-proof.yaml, green as it is' },
    { line: 'proofgate new backend my-agent', shows: 'src/backends/my-agent.ts, for a program of that name' },
  ],

  async run({ args: [word = '', name = ''], options }, io) {
    const kind: Kind = kinds[word as keyof typeof kinds];
    if (!Slug.safeParse(name).success) {
      throw new UserError({
        at: name,
        message: `cannot be the name of a ${word}`,
        hint: `Use lower case letters, digits and hyphens: ${kind.example}.`,
      });
    }
    const stray = Object.keys(options).find(key => !kind.options.some(known => known === key));
    if (stray !== undefined) {
      throw new UserError({
        at: `--${stray}`,
        message: `has no meaning for a ${word}`,
        hint: `Leave it out: a ${word} takes ${kind.options.map(key => `--${key}`).join(', ') || 'no option'}.`,
      });
    }
    io.print(await kind.make(name, options, io));
    return 0;
  },
};

async function makeTask(name: string, { language = 'node' }: NewOptions, { ports: { files }, project, cwd }: Io): Promise<string> {
  const dir = join(project.root, 'fixtures', name);
  if (await files.stat(dir)) {
    throw new UserError({ at: relative(cwd, dir), message: 'is there already', hint: 'Choose another name, or remove the folder.' });
  }
  const made = Object.entries(taskFiles(name, language, await modeline(join(dir, 'task.yaml'), 'task', project.root, files)));
  await onDisk(relative(cwd, dir), async () => {
    for (const [path, text] of made) await files.write(join(dir, path), text);
  });
  return [...made.map(([path]) => relative(cwd, join(dir, path))), '', `Try it: proofgate run ${name}`].join('\n');
}
