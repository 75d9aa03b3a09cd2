import { join } from 'node:path';
import type { Problem } from '../errors.ts';
import type { Path } from '../model/json.ts';
import type { Scenario } from '../scenario/scenario.ts';

/** An error that a reader sees at the line of the scenario that asked for it. */
export function errorAt(project: string, scenario: Scenario, path: Path, message: string): Error {
  const { yaml, path: inFile } = scenario.origin(path);
  const { line, col } = yaml.place(inFile);
  return withPlace('ScenarioFailure', message, `${join(project, yaml.file)}:${line}:${col}`);
}

/** The problems of a file, each at its place. */
export function refusals(project: string, file: string, problems: readonly Problem[]): Error[] {
  return problems.map(({ at = '', message, hint, frame }) => {
    const [, name, line = '1', col = '1'] = /^(.+):(\d+):(\d+)$/.exec(at) ?? [];
    const place = name === undefined ? `${file}:1:1` : `${join(project, name)}:${line}:${col}`;
    // Vitest frames the scenario file itself; of any other file the problem brings its own.
    const isElsewhere = name === undefined || join(project, name) !== file;
    const context = isElsewhere ? [...(at ? [`  at ${at}`] : []), ...(frame ? [frame] : [])] : [];
    return withPlace('ScenarioProblem', [message, ...context, `  hint: ${hint}`].join('\n'), place);
  });
}

/** The only frame of its stack is the YAML, which is how Vitest comes to print it. */
function withPlace(name: 'ScenarioProblem' | 'ScenarioFailure', message: string, place: string): Error {
  return Object.assign(new Error(message), { name, stack: `${name}: ${message}\n    at ${place}` });
}

/** Throws what there is to throw; Vitest reports each error of an aggregate on its own. */
export function throwAll(errors: readonly Error[]): void {
  if (errors.length === 1) throw errors[0];
  if (errors.length > 1) throw new AggregateError(errors, `${errors.length} expectations do not hold`);
}
