import { join, resolve } from 'node:path';
import type { Plan } from '../model/plan.ts';

/**
 * Where the records of a project stand.
 * @param project absolute root of the project
 * @param more folder of further records, such as those of a machine (`PROOFGATE_ADMISSIONS`); asked after the project's own
 */
export function admissionFolders(project: string, more: string | undefined): Plan['admissions'] {
  const roots = [join(project, 'admissions'), ...(more ? [resolve(project, more)] : [])];
  const of = (kind: string) => roots.map(root => join(root, kind));
  return { models: of('models'), binaries: of('binaries'), sources: of('sources'), owned: of('owned'), comparisons: of('comparisons') };
}
