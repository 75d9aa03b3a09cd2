import { join } from 'node:path';
import { linesOf, type ResolvedLine } from '../authoring/resolved-lines.ts';
import { type Resolved, resolveScenario } from '../authoring/resolve.ts';
import { type Selection, selectScenarios } from '../authoring/select.ts';
import { blockerCodes } from '../model/blocker.ts';
import { isMap, type Path } from '../model/json.ts';
import { newMemory } from '../scenario/memory.ts';
import { asJson, type Io } from './command.ts';
import type { Project } from './project.ts';

/** Where the scenarios of a project stand. */
export const scenarioRoot = ({ root }: Project) => ({ project: root, scenarios: join(root, 'scenarios') });

/** The scenarios that a word names, each with every value that holds for it and the place where that was written. */
export async function explainScenarios(word: string, asDocument: boolean, { ports, project, cwd, paint }: Io): Promise<string> {
  const memory = newMemory();
  const root = scenarioRoot(project);
  const selection: Selection = await selectScenarios(word, { root, cwd, others }, ports, memory);
  const resolved: Resolved[] = [];
  for (const scenario of selection) resolved.push(await resolveScenario(scenario, root.project, ports, memory));
  if (asDocument) return asJson({ scenarios: resolved.map(documentOf) });
  return resolved
    .map(one => [paint('bold', `# ${one.id}  (${one.at})`), ...aligned(linesOf(one), text => paint('dim', text))].join('\n'))
    .join('\n\n');
}

/** A word that is no title may be a code with a letter wrong. */
const others = { kind: 'a blocker', names: blockerCodes };

/** What is right of the values stands in one column, except where a value is longer than most. */
function aligned(lines: readonly ResolvedLine[], dim: (text: string) => string): string[] {
  const width = Math.min(MAX_COLUMN, Math.max(...lines.map(({ text }) => text.length)));
  return lines.map(({ text, from }) => (from === null ? text : `${text.padEnd(width)}  ${dim(`# ${from}`)}`));
}

const MAX_COLUMN = 80;

/** The same for programs: every value by its path, since keys may have dots in them. */
const documentOf = ({ id, at, value, from }: Resolved) => ({
  id,
  at,
  scenario: value,
  origins: leaves(value, []).map(path => ({ path, from: from(path).text })),
});

function leaves(value: unknown, path: Path): Path[] {
  const children = Array.isArray(value) ? [...value.entries()] : isMap(value) ? Object.entries(value) : [];
  return children.length === 0 ? [path] : children.flatMap(([key, one]) => leaves(one, [...path, key]));
}
