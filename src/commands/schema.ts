import { join } from 'node:path';
import { UserError } from '../errors.ts';
import { didYouMean } from '../suggest.ts';
import type { Command } from './command.ts';
import { onDisk } from './on-disk.ts';
import { isSchemaName, schemaAbout, schemaNames, schemaPath, schemaText } from './schemas.ts';

export const schema: Command<{ write?: true }> = {
  name: 'schema',
  summary: 'Print a JSON Schema, or write them all for the editor.',
  about: 'With a schema in place an editor completes keys and marks mistakes while a task is written.',
  arguments: [{ name: '[name]', help: `One of ${schemaNames.join(', ')}.` }],
  options: [{ flags: '--write', help: 'Write schema/<name>.v1.json into the project instead; without a name, all of them.' }],
  exits: { 0: 'Printed or written.' },
  examples: [
    { line: 'proofgate schema task', shows: 'the JSON Schema of task.yaml' },
    { line: 'proofgate schema --write', shows: 'all schemas, as files of the project' },
  ],

  async run({ args: [name], options }, { ports, project, print }) {
    if (name !== undefined && !isSchemaName(name)) {
      throw new UserError({
        at: name,
        message: 'is not a schema',
        hint: `${didYouMean(name, schemaNames)}One of ${schemaNames.join(', ')}.`,
      });
    }
    const names = name ? [name] : schemaNames;
    if (options.write) {
      await onDisk('schema', async () => {
        await ports.files.makeDir(join(project.root, 'schema'));
        for (const each of names) await ports.files.replace(join(project.root, schemaPath(each)), schemaText(each));
      });
      print(names.map(schemaPath).join('\n'));
    } else if (name) print(schemaText(name).trimEnd());
    else print(schemaNames.map(each => `${each.padEnd(18)}${schemaAbout(each)}`).join('\n'));
    return 0;
  },
};
