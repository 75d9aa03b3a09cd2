import { join, relative } from 'node:path';
import { UserError } from '../errors.ts';
import { Slug } from '../model/units.ts';
import type { Command } from './command.ts';
import { type Language, languages, taskFiles } from './templates.ts';

export const newThing: Command<{ language?: Language }> = {
  name: 'new',
  summary: 'Make a task that works, to change into your own.',
  about: 'The new folder has a seed with a bug, tests that show it, twins of the tests, a known good answer and a task.yaml with comments.',
  arguments: [
    { name: '<kind>', help: 'What to make.', choices: ['task'] },
    { name: '<name>', help: 'Its name: lower case letters, digits and hyphens.' },
  ],
  options: [{ flags: '--language <language>', help: 'What the task is written in.', choices: languages, default: 'node' }],
  exits: { 0: 'Made.' },
  examples: [{ line: 'proofgate new task my-first-task', shows: 'fixtures/my-first-task, ready for proofgate run my-first-task' }],

  async run({ args: [, name = ''], options }, { ports: { files }, project, cwd, print }) {
    if (!Slug.safeParse(name).success) {
      throw new UserError({
        at: name,
        message: 'cannot be the name of a task',
        hint: 'Use lower case letters, digits and hyphens: my-first-task.',
      });
    }
    const dir = join(project.root, 'fixtures', name);
    if (await files.stat(dir)) {
      throw new UserError({ at: relative(cwd, dir), message: 'is there already', hint: 'Choose another name, or remove the folder.' });
    }
    const made = Object.entries(taskFiles(name, options.language ?? 'node'));
    for (const [path, text] of made) await files.write(join(dir, path), text);
    print([...made.map(([path]) => relative(cwd, join(dir, path))), '', `Try it: proofgate run ${name}`].join('\n'));
    return 0;
  },
};
