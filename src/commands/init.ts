import { join, relative, resolve } from 'node:path';
import { type InitPlan, missingPackages, planInit } from '../authoring/init-plan.ts';
import { UserError } from '../errors.ts';
import { exitCodes } from '../model/exit.ts';
import type { Files } from '../ports.ts';
import type { Command } from './command.ts';
import { onDisk } from './on-disk.ts';

export const init: Command = {
  name: 'init',
  summary: 'Set up a suite that works, in any repository.',
  about:
    'Makes a Vitest configuration with the plugin, a task, two scenarios that are green, lines for .gitignore and a script for package.json. Nothing that is there is replaced, nothing is installed; a second run changes nothing.',
  arguments: [{ name: '[dir]', help: 'The folder of the repository. Default: where you are.' }],
  options: [],
  exits: { 0: 'The suite is set up; it may have been before.', 1: 'Something is left to be done by hand; stdout has the lines.' },
  examples: [
    { line: 'npx proofgate init', shows: 'everything that npx vitest run needs' },
    { line: 'npx proofgate init packages/agent', shows: 'the same in a folder of the repository' },
  ],

  async run({ args: [given = '.'] }, { ports: { files }, cwd, print }) {
    const dir = resolve(cwd, given);
    const kind = (await files.stat(dir))?.kind;
    if (kind !== 'dir')
      throw new UserError({
        at: given,
        message: kind ? `is a ${kind}, not a folder` : 'there is no such folder',
        hint: 'name the folder of a repository',
      });
    const plan = await onDisk(given, () => planInit(dir, files));
    await writeAll(plan, dir, files);
    const missing = await missingPackages(dir, files);
    print(inWords(plan, missing, name => relative(cwd, join(dir, name))));
    return plan.left.length === 0 ? exitCodes.pass : exitCodes.fail;
  },
};

/** Each file old or new, never half. @throws {UserError} where the folder may not be written to */
async function writeAll({ writes }: InitPlan, dir: string, files: Files): Promise<void> {
  for (const [name, text] of writes) {
    const path = join(dir, name);
    await onDisk(name, async () => {
      const mode = (await files.stat(path))?.mode;
      await files.makeDir(join(path, '..'));
      await files.replace(path, text);
      if (mode !== undefined) await files.chmod(path, mode);
    });
  }
}

function inWords({ writes, kept, left }: InitPlan, missing: readonly string[], place: (name: string) => string): string {
  const next = left.length > 0 ? 'then: npx vitest run scenarios' : 'Run it: npx vitest run scenarios';
  return [
    ...(writes.size === 0 ? ['Nothing to change.'] : [...writes.keys()].map(place)),
    ...kept.map(text => `  kept: ${text}`),
    '',
    ...left.flatMap(({ why, lines }) => [`${why}:`, ...lines.map(line => `    ${line}`), '']),
    ...(missing.length > 0 ? [`Install what is missing: npm install --save-dev ${missing.join(' ')}`] : []),
    next,
  ].join('\n');
}
