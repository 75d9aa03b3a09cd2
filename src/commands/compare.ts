import { join, resolve } from 'node:path';
import { findBackend, isInstalled } from '../backends/index.ts';
import { cellsOf } from '../compare/cells.ts';
import { gather } from '../compare/gather.ts';
import { markdownOf, rowsOf } from '../compare/table.ts';
import { UserError } from '../errors.ts';
import { type Comparison, COMPARISON_MS, comparedWhereInstalled, comparisonLapse } from '../model/comparison.ts';
import { exitCodes } from '../model/exit.ts';
import { lastSuite, readSuite } from '../suite/read.ts';
import { asJson, type Command, type Io, jsonOption } from './command.ts';
import { planFor } from './plan.ts';

interface CompareOptions {
  candidate?: string;
  into?: string;
  json?: true;
  markdown?: true;
}

const backendsCompared = ['fake', 'case', ...comparedWhereInstalled];

export const compare: Command<CompareOptions> = {
  name: 'compare',
  summary: 'All stages and backends side by side, each cell with the evidence behind it.',
  about:
    'Every bundle is derived again, as by proofgate verify; what a report says of itself counts nothing. Stage 6 starts from such a comparison, written with --into admissions/comparisons and committed: it needs fake, pi and codex where they apply, and the candidate proven at stages 3 to 5. A pass under given or with a scripted model is shown as rehearsed, and is no such proof.',
  arguments: [{ name: '[dirs...]', help: 'Folders of bundles, or of suites. Default: the suite that started last.' }],
  options: [
    { flags: '--candidate <id>', help: 'The backend that is compared with the others.', default: 'case' },
    { flags: '--into <dir>', help: 'Also write it there as <candidate>.json.' },
    { flags: '--markdown', help: 'Print it as Markdown, with the evidence behind each cell.' },
    jsonOption,
  ],
  exits: {
    0: 'everything that stage 6 needs is there',
    [exitCodes.blocked]: 'something is missing, and named',
    [exitCodes.invalid]: 'a bundle is invalid',
  },
  examples: [
    { line: 'proofgate compare', shows: 'the table of the last suite' },
    { line: 'proofgate compare --candidate case --markdown > comparison.md', shows: 'the same as a page' },
    { line: 'proofgate compare --candidate case --into admissions/comparisons', shows: 'the record that stage 6 starts from' },
  ],

  async run({ args, options }, io) {
    const { ports, project, cwd, print, note } = io;
    const candidate = options.candidate ?? 'case';
    findBackend(candidate, '--candidate');
    const dirs = await bundlesOf(
      args.filter(arg => arg !== undefined),
      io,
    );
    const { derived, unreadable } = await gather(dirs, project.root, ports);
    const now = ports.clock.now();
    const comparison: Comparison = {
      schema: 'proofgate/comparison/1',
      candidate,
      compared_at: new Date(now).toISOString(),
      expires_at: new Date(now + COMPARISON_MS).toISOString(),
      cells: cellsOf(derived, [...new Set([...backendsCompared, candidate])], await notApplicable(io)),
      core_promotion_status: 'not-promoted',
      notice: 'Evidence side by side. It does not make anything the default, and promotes nothing.',
    };
    const lack = comparisonLapse(comparison, candidate, now);
    if (options.into !== undefined) {
      const file = join(resolve(cwd, options.into), `${candidate}.json`);
      await ports.files.makeDir(resolve(cwd, options.into));
      await ports.files.replace(file, `${asJson(comparison)}\n`);
      note(`written: ${file}`);
    }
    print(options.json ? asJson(comparison) : options.markdown ? markdownOf(comparison) : inWords(comparison));
    for (const bundle of unreadable) note(`invalid, and of no stage that could be read: ${bundle}`);
    if (lack !== undefined) note(`stage 6 cannot start from it: it ${lack}`);
    if (unreadable.length > 0 || derived.some(({ status }) => status === null)) return exitCodes.invalid;
    return lack === undefined ? exitCodes.pass : exitCodes.blocked;
  },
};

/** A folder with a plan is a suite; anything else is a bundle. */
async function bundlesOf(named: readonly string[], { ports, project, cwd }: Io): Promise<string[]> {
  const last = named.length > 0 ? undefined : await lastSuite(join(project.root, 'reports', 'suites'), ports);
  const roots = named.length > 0 ? named.map(dir => resolve(cwd, dir)) : last === undefined ? [] : [last];
  const bundles: string[] = [];
  for (const root of roots) {
    if (!(await ports.files.stat(join(root, 'plan.json')))) bundles.push(root);
    else for (const { bundle } of (await readSuite(root, ports)).results) if (bundle !== null) bundles.push(resolve(project.root, bundle));
  }
  const there: string[] = [];
  for (const dir of new Set(bundles)) if (await ports.files.stat(join(dir, 'report.json'))) there.push(dir);
  if (there.length > 0) return there;
  throw new UserError({
    at: 'compare',
    message: 'there is no evidence to compare',
    hint: 'Run the scenarios first: npx vitest run scenarios; or name folders of bundles.',
  });
}

/** Where a reference cannot be had: a run would not find its program here. */
async function notApplicable(io: Io): Promise<Record<string, string>> {
  const plan = await planFor(undefined, {}, io);
  const why: Record<string, string> = {};
  for (const name of comparedWhereInstalled) if (!(await isInstalled(name, plan, io.ports))) why[name] = `${name} is not installed here`;
  return why;
}

function inWords(comparison: Comparison): string {
  const { head, rows } = rowsOf(comparison);
  const all = [head, ...rows];
  const widths = head.map((_, i) => Math.max(...all.map(row => row[i]?.length ?? 0)));
  return all
    .map(row =>
      row
        .map((cell, i) => cell.padEnd(widths[i] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
