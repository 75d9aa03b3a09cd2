import { join, resolve } from 'node:path';
import { z } from 'zod';
import { type Problem, UserError } from '../errors.ts';
import { Slug } from '../model/units.ts';
import type { Ports } from '../ports.ts';
import { checkFile } from './issues.ts';
import { readYaml } from './source.ts';
import type { Yaml } from './yaml.ts';

const ItemId = z.string().regex(/^[A-Z][A-Z0-9-]*$/, 'must be capitals, digits and hyphens, such as CTO-WORK-007');

const Criterion = z.strictObject({
  id: Slug.describe('Name of the criterion; a scenario proves <item>/<id>.'),
  text: z.string().min(1).describe('What has to be true.'),
  proven_by: z
    .strictObject({ planning: z.string().min(1).describe('What shows it, and why nothing that runs can.') })
    .optional()
    .describe('Only where no scenario can prove it: it is shown apart, and never counted as proven.'),
});

/** admissions/workboard.yaml: every work item with what has to be true of it. Scenarios say which criteria they prove. */
export const Workboard = z
  .strictObject({
    workboard: z.literal(1).describe('Schema version.'),
    core_promotion_status: z.literal('not-promoted').describe('Nothing on this board promotes anything.'),
    notice: z.string().min(1).describe('What this file does not authorize.'),
    items: z
      .array(
        z.strictObject({
          id: ItemId.describe('Identity of the work item.'),
          title: z.string().min(1).describe('What the item is about.'),
          criteria: z.array(Criterion).min(1).describe('What has to be true for it to be done.'),
        }),
      )
      .min(1)
      .describe('Work items.'),
  })
  .meta({ id: 'workboard', title: 'Workboard', description: 'Work items and their acceptance criteria.' });
export type Workboard = z.output<typeof Workboard>;

/** Where the board stands in a project. */
export const BOARD = 'admissions/workboard.yaml';
/** What to do where there is none. */
export const writeBoard = 'write the work items with their criteria; scenarios prove them by proves:';
const home = resolve(import.meta.dirname, '..', '..');

/** Reads a board. @throws {UserError} with every problem, an identity that is used twice among them */
export async function readBoard(root: string, { files }: Pick<Ports, 'files'>): Promise<Workboard> {
  const yaml = await readYaml(join(root, BOARD), BOARD, files, writeBoard);
  const { data, problems } = checkFile(Workboard, yaml);
  const found: Problem[] = data ? repeated(data, yaml) : problems;
  if (!data || found.length > 0) throw new UserError(found as [Problem, ...Problem[]]);
  return data;
}

/** Every criterion that a scenario can prove: those of the project's board, and of the one that comes with proofgate. */
export async function criteriaOf(project: string, ports: Pick<Ports, 'files'>): Promise<string[]> {
  const roots = [...new Set([resolve(project), home])];
  const there = await Promise.all(roots.map(async root => (await ports.files.stat(join(root, BOARD))) !== undefined));
  const boards = await Promise.all(roots.filter((_, i) => there[i]).map(root => readBoard(root, ports)));
  return [...new Set(boards.flatMap(({ items }) => items.flatMap(item => item.criteria.map(({ id }) => `${item.id}/${id}`))))];
}

/** What is skipped, not written yet or known to fail proves nothing. */
export const mayProve = ({ skip, todo, fails }: { skip?: unknown; todo?: unknown; fails?: unknown }): boolean =>
  skip === undefined && todo === undefined && fails === undefined;

const isRepeated = (ids: readonly string[], i: number) => ids.indexOf(ids[i]!) !== i;

function repeated({ items }: Workboard, yaml: Yaml): Problem[] {
  const hint = 'give it another id, or remove one of the two';
  const itemIds = items.map(({ id }) => id);
  return items.flatMap((item, i) => {
    const ids = item.criteria.map(({ id }) => id);
    return [
      ...(isRepeated(itemIds, i) ? [yaml.problem(['items', i, 'id'], `the item ${item.id} stands twice`, hint)] : []),
      ...ids.flatMap((id, k) =>
        isRepeated(ids, k) ? [yaml.problem(['items', i, 'criteria', k, 'id'], `the criterion ${item.id}/${id} stands twice`, hint)] : [],
      ),
    ];
  });
}
