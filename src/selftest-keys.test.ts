import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { UserError } from './errors.ts';
import { expectKeys, outputKeys } from './expect/expectation.ts';
import { isMap, type Path, showPath } from './model/json.ts';
import { keysAt } from './model/shape.ts';
import { nodePorts } from './node/ports.ts';
import { scenarioFiles } from './scenario/discover.ts';
import { ScenarioSpec } from './scenario/schema.ts';
import { readYaml } from './scenario/source.ts';

const { files } = nodePorts();
const root = join(import.meta.dirname, '..', 'scenarios');

/** What a scenario that is never run shows of a key is only that it is refused. */
const isRun = (path: string) => !path.includes('/must-fail/');

/** A scenario, its defaults or a row in the shape of a scenario: columns stand below `expect`. */
function scenariosIn(value: unknown): Record<string, unknown>[] {
  if (!isMap(value)) return [];
  const { rows, each, ...rest } = value;
  if (!Array.isArray(rows)) return [rest];
  const isColumn = (key: string) => Object.hasOwn(expectKeys, key) || Object.hasOwn(outputKeys, key);
  const nested = rows.filter(isMap).map(row => {
    const entries = Object.entries(row);
    return {
      ...Object.fromEntries(entries.filter(([key]) => !isColumn(key))),
      expect: Object.fromEntries(entries.filter(([key]) => isColumn(key))),
    };
  });
  return [...(isMap(each) ? [each] : []), ...nested];
}

/** Every path of keys that is written; what somebody else chose (files, names, positions) reads `*`. */
function pathsIn(value: unknown, base: Path = []): string[] {
  if (Array.isArray(value)) return value.flatMap(one => pathsIn(one, [...base, '*']));
  if (!isMap(value)) return [];
  return Object.entries(value).flatMap(([key, one]) => {
    const path = [...base, showPath(base).endsWith('artifacts') ? '*' : key];
    return [showPath(path), ...pathsIn(one, path)];
  });
}

async function valueOf(path: string): Promise<unknown> {
  try {
    return (await readYaml(path, path, files)).value;
  } catch (error) {
    // Such a file is red wherever it is run; here it only shows nothing.
    if (error instanceof UserError) return undefined;
    throw error;
  }
}

const paths = (await scenarioFiles(root, files)).filter(isRun);
const values = await Promise.all(paths.map(valueOf));
const written = new Set(values.flatMap(scenariosIn).flatMap(one => pathsIn(one)));

describe('every key of the language shows its effect in a scenario that is run', () => {
  const star = (path: Path): string => showPath(path.map(step => (typeof step === 'number' ? '*' : step)));
  /** What a role is replied is a reply like any other. */
  const ofAnyRole = new Set([...written].map(path => path.replace(/^model\.script\.\w+\.\*/, 'model.script.*')));
  const below = (...path: Path): string[] => keysAt(ScenarioSpec, path).map(key => star([...path, key]));

  it.each([
    ['of a scenario', below()],
    ['of a backend', below('backend')],
    ['of limits', below('limits')],
    ['of given', below('given')],
    ['of given.mutate', below('given', 'mutate')],
    ['of given.interrupt', below('given', 'interrupt')],
    // version and name of a task are what they are: laid over, they can only be the same
    ['of given.task', below('given', 'task').filter(key => !/\.(task|id)$/.test(key))],
    ['of the verification in given.task', below('given', 'task', 'verification')],
    ['of approval', below('approval')],
    ['of gate', below('gate')],
    ['of gate.mutate', below('gate', 'mutate')],
    ['of given.provider', below('given', 'provider')],
    ['of a model', below('model')],
    ['of a script by role', below('model', 'script')],
    ['of a reply of a scripted model', below('model', 'script', 0)],
    ['of a tool call', below('model', 'script', 0, 'tool')],
    ['of findings', below('model', 'script', 0, 'findings')],
    ['of an action of the fake backend', below('fake', 0)],
    ['of an expectation', [...Object.keys(expectKeys), ...Object.keys(outputKeys)].map(key => `expect.${key}`)],
    ['of events', below('expect', 'events')],
    ['of an artifact', below('expect', 'artifacts', '*')],
  ])('%s', (_title, keys) => {
    expect(keys.length).toBeGreaterThan(1);
    expect(keys.filter(key => !written.has(key) && !ofAnyRole.has(key))).toEqual([]);
  });
});
