import { type Problem, UserError } from '../errors.ts';
import { expectKeys, outputKeys } from '../expect/expectation.ts';
import { isMap, type Path } from '../model/json.ts';
import { check, checkFile, problemOf } from './issues.ts';
import type { Layer } from './layers.ts';
import { TableFile, TerseFile } from './schema.ts';
import type { Yaml } from './yaml.ts';

/** A scenario as a file has it, before defaults. */
export interface Draft {
  /** Layers of the file itself: the scenario, or `each` and the row. */
  layers: Layer[];
  matrix: string | null;
  case: string | null;
  /** Where the scenario stands. */
  path: Path;
}

/** True for a key that stands below `expect` in the terse form and is a column in a table. */
const isExpectKey = (key: string) => Object.hasOwn(expectKeys, key) || Object.hasOwn(outputKeys, key);

/** What a file has: the scenarios that can be looked at further, and what is wrong with the form of the others. */
interface Drafts {
  drafts: Draft[];
  problems: Problem[];
}

/** The scenarios of a file in either form. @throws {UserError} with every problem of the form, where no scenario can be told */
export function draftsOf(yaml: Yaml): Drafts {
  const isTable = isMap(yaml.value) && ['matrix', 'each', 'rows'].some(key => Object.hasOwn(yaml.value as object, key));
  return isTable ? rowsOf(yaml) : { drafts: [terse(yaml)], problems: [] };
}

function terse(yaml: Yaml): Draft {
  const { data, problems } = checkFile(TerseFile, yaml);
  if (!data) throw new UserError(problems as [Problem, ...Problem[]]);
  const { scenario: _version, ...value } = data;
  const layer: Layer = { yaml, value, pathInFile: path => path };
  return { layers: [layer], matrix: null, case: null, path: Object.hasOwn(value, 'name') ? ['name'] : ['scenario'] };
}

/** A row that is wrong in its form hides nothing of the others. */
function rowsOf(yaml: Yaml): Drafts {
  const { mistakes } = check(TableFile, yaml.value);
  const problems = mistakes.map(mistake => problemOf(mistake, yaml));
  const broken = new Set(mistakes.map(({ path: [top, row] }) => (top === 'rows' ? row : undefined)));
  const { rows, ...rest } = yaml.value as Record<string, unknown>;
  const sound = Array.isArray(rows) ? rows.flatMap((row: unknown, i) => (broken.has(i) ? [] : [{ row, i }])) : [];
  const { data } = TableFile.safeParse({ ...rest, rows: sound.map(({ row }) => row) });
  if (!data) throw new UserError(problems as [Problem, ...Problem[]]);
  const each: Layer = { yaml, value: data.each ?? {}, pathInFile: path => ['each', ...path] };
  const drafts = data.rows.map(({ case: name, ...row }, at) => {
    const { i } = sound[at]!;
    const columns = Object.entries(row).filter(([key]) => isExpectKey(key));
    const value: Record<string, unknown> = Object.fromEntries(Object.entries(row).filter(([key]) => !isExpectKey(key)));
    if (columns.length > 0) value['expect'] = Object.fromEntries(columns);
    const pathInFile = ([top, ...rest]: Path): Path =>
      top === 'expect' ? ['rows', i, ...rest] : ['rows', i, ...(top === undefined ? [] : [top]), ...rest];
    const path: Path = ['rows', i];
    return { layers: [each, { yaml, value, pathInFile }], matrix: data.matrix, case: name, path };
  });
  return { drafts, problems };
}
