import { sha256 } from '../model/digest.ts';

/** A mutant that nobody noticed. */
export interface Survivor {
  kind: string;
  /** `file:line:col` of the assertion, or bundle and artifact. */
  place: string;
  /** What was changed. */
  what: string;
  /** What was expected of it, and what happened. */
  because: string;
  /** Names this mutant alone, in the same suite: `--only <id>`. */
  id: string;
}

interface Row {
  mutants: number;
  killed: number;
  survivors: number;
  limits: number;
}

/** What became of every mutant, one row a kind. Memory grows with the kinds and the survivors, not with the mutants. */
export interface KillTable {
  killed(kind: string): void;
  survived(survivor: Survivor): void;
  /** Something that is not counted as a mutant, or that is documented not to be found, and why. */
  limit(kind: string, reason: string): void;
  readonly rows: ReadonlyMap<string, Readonly<Row>>;
  readonly survivors: readonly Survivor[];
  /** Kind to reason of everything that was left out. */
  readonly limits: ReadonlyMap<string, string>;
  /** Mutants of all kinds. */
  total(): number;
}

export function makeTable(): KillTable {
  const rows = new Map<string, Row>();
  const limits = new Map<string, string>();
  const survivors: Survivor[] = [];
  const row = (kind: string): Row => {
    const known = rows.get(kind) ?? { mutants: 0, killed: 0, survivors: 0, limits: 0 };
    rows.set(kind, known);
    return known;
  };
  const count = (kind: string, how: 'killed' | 'survivors') => {
    row(kind).mutants += 1;
    row(kind)[how] += 1;
  };
  return {
    rows,
    limits,
    survivors,
    killed: kind => count(kind, 'killed'),
    survived(survivor) {
      count(survivor.kind, 'survivors');
      survivors.push(survivor);
    },
    limit(kind, reason) {
      row(kind).limits += 1;
      limits.set(kind, reason);
    },
    total: () => [...rows.values()].reduce((sum, { mutants }) => sum + mutants, 0),
  };
}

/** What tells a mutant from every other of the suite, in ten characters. */
export const mutantId = (...parts: readonly string[]): string => sha256(parts.join('\0')).slice(0, 10);

/** The table as text, the kinds in the order in which they were met, and below it why something was left out. */
export function renderTable(title: string, table: KillTable): string {
  const head = [title, 'mutants', 'killed', 'survivors', 'limits'];
  const sum = (key: keyof Row) => [...table.rows.values()].reduce((total, row) => total + row[key], 0);
  const body = [...table.rows].map(([kind, row]) => [kind, row.mutants, row.killed, row.survivors, row.limits].map(String));
  const total = ['all', sum('mutants'), sum('killed'), sum('survivors'), sum('limits')].map(String);
  const lines = [head, ...body, total];
  const widths = head.map((_, column) => Math.max(...lines.map(line => line[column]!.length)));
  const shown = lines.map(line =>
    line.map((cell, column) => (column === 0 ? cell.padEnd(widths[0]!) : cell.padStart(widths[column]!))).join('  '),
  );
  const rule = '-'.repeat(shown[0]!.length);
  const reasons = [...table.limits].map(([kind, reason]) => `  ${kind}: ${reason}`);
  return [shown[0], rule, ...shown.slice(1, -1), rule, shown.at(-1), ...(reasons.length > 0 ? ['limits:', ...reasons] : [])].join('\n');
}

/** Every survivor in full, and the command that tries it alone. */
export const renderSurvivors = (table: KillTable, again: string): string =>
  table.survivors
    .flatMap(({ kind, place, what, because, id }) => [
      `survivor ${id}  ${kind}`,
      `  ${place}`,
      `  ${what}`,
      `  ${because}`,
      `  again: ${again} --only ${id}`,
    ])
    .join('\n');
