import { basename, join, relative, resolve } from 'node:path';
import { mustFit } from '../authoring/inherited.ts';
import { modeline } from '../authoring/modeline.ts';
import { endingOf, newScenarioText } from '../authoring/new-scenario.ts';
import { textOver } from '../authoring/text-over.ts';
import { findBackend } from '../backends/index.ts';
import type { Backend } from '../backends/backend.ts';
import { UserError } from '../errors.ts';
import type { BlockerCode } from '../model/blocker.ts';
import type { Stage } from '../model/units.ts';
import type { Ports } from '../ports.ts';
import { loadScenarios } from '../scenario/load.ts';
import { newMemory } from '../scenario/memory.ts';
import { partsOf } from '../scenario/plan.ts';
import { DEFAULT_STAGE, DEFAULT_TASK } from '../scenario/scenario.ts';
import { findTaskDir, loadTask } from '../scenario/task.ts';
import type { Io } from './command.ts';
import { scenarioRoot } from './explain-scenario.ts';
import type { NewOptions } from './new.ts';
import { onDisk } from './on-disk.ts';
import { shellWord } from './shell-word.ts';

/** Writes a scenario that is green as it is. @throws {UserError} where it could not be, or something stands there already */
export async function writeScenario(name: string, options: NewOptions, { ports, project, cwd }: Io): Promise<string> {
  const { files } = ports;
  const root = scenarioRoot(project);
  const stage = options.stage ?? DEFAULT_STAGE;
  const backend = findBackend(options.backend ?? 'fake', '--backend');
  const dir = options.dir === undefined ? join(root.scenarios, `stage${stage}`) : resolve(cwd, options.dir);
  const file = join(dir, `${name}.yaml`);
  await mustBeFree(file, root.scenarios, { ports, cwd });

  const task = await loadTask(await findTaskDir(options.task ?? DEFAULT_TASK, root.project, ports), ports);
  const ending = endingOf(task, refusalOf(backend, stage));
  const memory = newMemory();
  await mustFit(file, ending, root, files, memory);
  const text = newScenarioText({
    task,
    backend: backend.id,
    stage,
    ending,
    changedFiles: await filesOf(task.oracle, ports),
    modeline: await modeline(file, 'scenario', root.project, files),
  });

  const written = { files: textOver(files, file, text) };
  for (const scenario of await loadScenarios(file, root, written, memory)) await partsOf(scenario, root.project, written, memory);
  const path = relative(cwd, file);
  await onDisk(path, async () => {
    await files.makeDir(dir);
    await files.replace(file, text);
  });
  return [path, '', `Try it: npx vitest run ${shellWord(path)}`, `See every value of it: proofgate explain ${shellWord(path)}`].join('\n');
}

async function mustBeFree(file: string, scenarios: string, { ports: { files }, cwd }: Pick<Io, 'ports' | 'cwd'>): Promise<void> {
  const at = relative(cwd, file);
  if (relative(scenarios, file).startsWith('..')) {
    throw new UserError({
      at,
      message: 'would not be run: scenarios stand below scenarios/',
      hint: 'Name a folder below scenarios/ with --dir.',
    });
  }
  if (await files.stat(file))
    throw new UserError({ at, message: 'is there already', hint: `Choose another name than ${basename(file, '.yaml')}.` });
}

/** The preflight that says no as things stand: a gated backend is off, and no stage is promoted. */
function refusalOf({ gate, exemptUpTo }: Backend, stage: Stage): BlockerCode | null {
  if (gate) return 'backend_not_enabled';
  return stage > exemptUpTo ? 'prior_stage_not_proven' : null;
}

/** What a patch changes, as git reads it; null where git cannot, or a name needs more than a plain one. */
async function filesOf(patch: string, { exec, host }: Ports): Promise<string[] | null> {
  const { code, stdout } = await exec(['git', 'apply', '--numstat', '-p1', '-'], {
    cwd: '/',
    env: { PATH: host.env['PATH'] ?? '', HOME: '/nonexistent' },
    input: patch,
  });
  const names = stdout
    .split('\n')
    .filter(Boolean)
    .map(line => line.split('\t')[2] ?? '');
  const isPlain = names.every(name => name !== '' && !/[{}"]| => /.test(name));
  return code === 0 && names.length > 0 && isPlain ? names.toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b))) : null;
}
