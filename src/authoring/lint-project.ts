import { basename, join, relative } from 'node:path';
import { isMap, type Path, showPath, valueAt } from '../model/json.ts';
import { BOARD, mayProve, readBoard } from '../scenario/board.ts';
import { DEFAULTS } from '../scenario/defaults.ts';
import { type Layer, problemIn } from '../scenario/layers.ts';
import { idOf } from '../scenario/resolved.ts';
import { titleOf } from '../scenario/scenario.ts';
import { readYaml } from '../scenario/source.ts';
import { UserError } from '../errors.ts';
import { type Finding, finding } from './finding.ts';
import { isBelow, type LintInput } from './lint-input.ts';
import { leavesOf } from './lint-style.ts';

/** One title selects one scenario, for `-t` and for whoever talks about it; tables may share a name on purpose. */
export function sameTitle({ scenarios }: LintInput): Finding[] {
  const all = scenarios.map(({ scenario }) => scenario);
  const tables = Map.groupBy(
    all.filter(({ matrix }) => matrix !== null),
    ({ matrix }) => matrix,
  );
  const notes = [...tables.values()].flatMap(rows => {
    const files = [...new Set(rows.map(({ file }) => file))];
    const [, second] = files;
    const first = rows.find(({ file }) => file === second);
    if (!first) return [];
    const message = `the table ${first.matrix} stands in ${files.length} files, so that -t selects its rows in all of them: ${files.join(', ')}`;
    return [
      finding(
        'note',
        'same-table',
        first.origin([]).yaml.problem(['matrix'], message, 'name the file as well: npx vitest run FILE -t ROW'),
      ),
    ];
  });
  const titles = Map.groupBy(
    all.filter(({ matrix }) => matrix === null),
    titleOf,
  );
  const warnings = [...titles.values()].flatMap(same =>
    same.slice(1).map(one => {
      const message = `the title "${titleOf(one)}" is also that of ${same
        .filter(other => other !== one)
        .map(idOf)
        .join(', ')}`;
      return finding('warning', 'same-title', one.problem([], message, 'give one of them another name', 'key'));
    }),
  );
  return [...notes, ...warnings];
}

/** A default that every scenario below overrides is read by everybody and meant for nobody. */
export function overriddenDefaults(input: LintInput): Finding[] {
  const { scenarios, root } = input;
  const defaults = new Set(scenarios.flatMap(({ layers }) => layers.filter(({ yaml }) => basename(yaml.file) === DEFAULTS)));
  return [...defaults].flatMap(layer => {
    const folder = join(root.project, layer.yaml.file, '..');
    if (!isComplete(folder, input)) return [];
    const below = scenarios.filter(({ layers }) => layers.includes(layer));
    const { invariants, ...keys } = layer.value;
    const overridden = leavesOf(keys, []).filter(path => path.length > 0 && below.every(({ layers }) => isOverridden(path, layer, layers)));
    const names = isMap(invariants) ? Object.keys(invariants) : [];
    const waived = names.filter(name => below.every(({ scenario }) => scenario.spec.waive?.[name] !== undefined));
    const warn = (path: Path, message: string) =>
      finding(
        'warning',
        'overridden-default',
        problemIn([layer], { path, message: `${showPath(path)}: ${message}`, hint: 'leave it out here', part: 'key' }),
      );
    return [
      ...overridden.map(path => warn(path, 'every scenario below says something else')),
      ...waived.map(name => warn(['invariants', name], 'every scenario below waives it')),
    ];
  });
}

/** Whether all that a test runs below a folder was read, and loads: only then can it be said of every scenario. */
const isComplete = (folder: string, { tested, read, broken }: LintInput): boolean =>
  tested.filter(file => isBelow(folder, file)).every(file => read.includes(file) && !broken.includes(file));

/** Whether a layer further in replaces the value, or a map that it stands in. */
function isOverridden(path: Path, layer: Layer, layers: readonly Layer[]): boolean {
  return layers.slice(layers.indexOf(layer) + 1).some(({ value }) =>
    path.some((_, i) => {
      const found = valueAt(value, path.slice(0, i + 1));
      return found !== undefined && (i === path.length - 1 || !isMap(found));
    }),
  );
}

/** A criterion that nothing proves is a promise; asked only where every scenario was read. */
export async function unprovenCriteria(input: LintInput): Promise<Finding[]> {
  const { root, files, scenarios } = input;
  if ((await files.stat(join(root.project, BOARD))) === undefined) return [];
  try {
    const board = await readBoard(root.project, { files });
    if (!isComplete(root.scenarios, input)) return [];
    const yaml = await readYaml(join(root.project, BOARD), BOARD, files);
    const proven = new Set(scenarios.filter(({ scenario }) => mayProve(scenario.spec)).flatMap(({ scenario }) => scenario.proves));
    return board.items.flatMap((item, i) =>
      item.criteria.flatMap(({ id, proven_by: other }, k) =>
        other || proven.has(`${item.id}/${id}`)
          ? []
          : [
              finding(
                'warning',
                'unproven-criterion',
                yaml.problem(
                  ['items', i, 'criteria', k, 'id'],
                  `no scenario proves ${item.id}/${id}`,
                  `write one with proves: [${item.id}/${id}]`,
                ),
              ),
            ],
      ),
    );
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return error.problems.map(problem => finding('problem', 'board', problem));
  }
}

/** Files that look like scenarios and are never run. */
export function notRun({ untested, read, tested, root }: LintInput): Finding[] {
  const below = (path: string) => relative(root.project, path);
  const isAsked = (path: string) => read.some(file => isBelow(join(file, '..'), path));
  const stray = read.filter(file => !tested.includes(file) && !untested.includes(file));
  return [
    ...untested.filter(isAsked).map(path =>
      finding('note', 'not-run', {
        at: below(path),
        message: 'no test runs it: its name, or that of its folder, begins with _ or a dot',
        hint: 'rename it where it is meant to be run',
      }),
    ),
    ...stray.map(path =>
      finding('note', 'not-run', {
        at: below(path),
        message: 'no test runs it: it does not stand below scenarios/',
        hint: 'move it there',
      }),
    ),
  ];
}
