import { type Problem, UserError } from '../errors.ts';
import { expectKeys, outputKeys } from '../expect/expectation.ts';
import { isMap, type Path } from '../model/json.ts';
import { checkFile } from './issues.ts';
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

/** The scenarios of a file in either form. @throws {UserError} with every problem of the form */
export function draftsOf(yaml: Yaml): Draft[] {
  const isTable = isMap(yaml.value) && ['matrix', 'each', 'rows'].some(key => Object.hasOwn(yaml.value as object, key));
  return isTable ? rowsOf(yaml) : [terse(yaml)];
}

function terse(yaml: Yaml): Draft {
  const { data, problems } = checkFile(TerseFile, yaml);
  if (!data) throw new UserError(problems as [Problem, ...Problem[]]);
  const { scenario: _version, ...value } = data;
  const layer: Layer = { yaml, value, pathInFile: path => path };
  return { layers: [layer], matrix: null, case: null, path: Object.hasOwn(value, 'name') ? ['name'] : ['scenario'] };
}

function rowsOf(yaml: Yaml): Draft[] {
  const { data, problems } = checkFile(TableFile, yaml);
  if (!data) throw new UserError(problems as [Problem, ...Problem[]]);
  const each: Layer = { yaml, value: data.each ?? {}, pathInFile: path => ['each', ...path] };
  return data.rows.map(({ case: name, ...row }, i) => {
    const columns = Object.entries(row).filter(([key]) => isExpectKey(key));
    const value: Record<string, unknown> = Object.fromEntries(Object.entries(row).filter(([key]) => !isExpectKey(key)));
    if (columns.length > 0) value['expect'] = Object.fromEntries(columns);
    const pathInFile = ([top, ...rest]: Path): Path =>
      top === 'expect' ? ['rows', i, ...rest] : ['rows', i, ...(top === undefined ? [] : [top]), ...rest];
    return { layers: [each, { yaml, value, pathInFile }], matrix: data.matrix, case: name, path: ['rows', i] };
  });
}
