import { parse, YAMLError } from 'yaml';
import { sha256 } from '../model/digest.ts';
import { defaultFakeScript } from '../model/fake.ts';
import { backendOf, DEFAULT_STAGE, DEFAULT_TASK, type Scenario, titleOf } from './scenario.ts';

/** What a scenario is called in plans, results and contracts: no other scenario of the project has it. */
export const idOf = (scenario: Scenario): string => `${scenario.file}#${titleOf(scenario)}`;

/** A scenario with every default in its place, as evidence keeps it. */
export function resolvedOf(scenario: Scenario): Record<string, unknown> {
  const { spec, file } = scenario;
  return {
    scenario: 1,
    file,
    ...spec,
    name: titleOf(scenario),
    task: spec.task ?? DEFAULT_TASK,
    backend: backendOf(spec),
    stage: spec.stage ?? DEFAULT_STAGE,
    fake: spec.fake ?? defaultFakeScript,
  };
}

/** SHA-256 of what a scenario says once every default is in its place; comments and layout do not count. */
export const digestOf = (scenario: Scenario): string => digestOfValue(resolvedOf(scenario));

/** The same of the scenario.yaml that a bundle keeps; undefined where it is no YAML. */
export function digestOfText(text: string): string | undefined {
  try {
    return digestOfValue(parse(text));
  } catch (error) {
    if (error instanceof YAMLError || error instanceof ReferenceError) return undefined;
    throw error;
  }
}

const digestOfValue = (value: unknown): string => sha256(JSON.stringify(sorted(value)));

/** The same value with its keys in order, so that one meaning has one digest. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).filter(([, one]) => one !== undefined);
  return Object.fromEntries(entries.toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([key, one]) => [key, sorted(one)]));
}
