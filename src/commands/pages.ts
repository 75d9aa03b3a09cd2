import { blockers, type BlockerRow } from '../model/blocker.ts';
import { events } from '../model/event.ts';
import { exitOf } from '../model/exit.ts';
import { reasons } from '../gate/reasons.ts';
import { table } from '../report/escape.ts';
import type { Command } from './command.ts';
import { commonExits } from './exits.ts';

/** Pages of docs/ that are read from tables of the code. */

const header = (title: string, source: string): string[] => [
  `# ${title}`,
  '',
  `<!-- Generated from ${source} by \`npm run gen\`. Do not edit. -->`,
  '',
];

const page = (...lines: string[]): string => `${lines.join('\n').replace(/\n+$/, '')}\n`;

/** docs/cli.md */
export const cliPage = (commands: readonly Command[]): string =>
  page(
    ...header('Command line', 'src/commands/'),
    'Results go to stdout, diagnostics to stderr. `--json` prints one JSON document and nothing else.',
    'Colours appear on a terminal only, and never where `NO_COLOR` is set.',
    '',
    ...commands.flatMap(commandSection),
    '## Every command',
    '',
    ...exitTable(commonExits),
  );

function commandSection({ name, summary, about, arguments: args, options, exits, examples }: Command): string[] {
  const usage = ['proofgate', name, ...args.map(a => a.name), ...(options.length ? ['[options]'] : [])].join(' ');
  const inputs = [
    ...args.map(a => [`\`${a.name}\``, `${cell(a.help)}${oneOf(a.choices)}`]),
    ...options.map(o => [`\`${o.flags}\``, `${cell(o.help)}${oneOf(o.choices)}${o.default ? ` Default: ${o.default}.` : ''}`]),
  ];
  return [
    `## ${name}`,
    '',
    summary,
    ...(about ? [about] : []),
    '',
    '```',
    usage,
    '```',
    '',
    ...(inputs.length > 0 ? [...table(['argument or option', 'meaning'], inputs), ''] : []),
    ...exitTable(exits),
    '',
    ...examples.map(e => `- \`${e.line}\`: ${e.shows}`),
    '',
  ];
}

const oneOf = (choices: readonly string[] = []): string => (choices.length ? ` One of ${choices.map(c => `\`${c}\``).join(', ')}.` : '');

const exitTable = (exits: Readonly<Record<number, string>>): string[] =>
  table(
    ['exit', 'meaning'],
    Object.entries(exits).map(([code, meaning]) => [code, cell(meaning)]),
  );

/** docs/blockers.md */
export const blockersPage = (): string =>
  page(
    ...header('Blockers', 'src/model/blocker.ts'),
    'Every way a run can end other than `pass`, in pipeline order. A run may meet several: the first is *the* blocker and gives the status.',
    '`proofgate explain CODE` prints one of them. A row that says *not built* is defined, and no code path raises it yet.',
    '',
    ...table(
      ['code', 'status', 'exit', 'who acts', 'meaning', 'what to do next'],
      blockerRows.map(([code, r]) => [
        anchor(code),
        r.status,
        String(exitOf(r.status)),
        r.owner,
        `${cell(r.meaning)}${r.built ? '' : ' *Not built.*'}`,
        cell(r.hint),
      ]),
    ),
    '',
    '## What carries them',
    '',
    'The event has the status of the blocker, and its `data.blockers` has the code. A marker is a file below `backend/`.',
    'The last column is the row of the failure matrix (CTO-WORK-007) that fixed the code.',
    '',
    ...table(
      ['code', 'event', 'may end otherwise when repeated', 'marker', 'matrix'],
      blockerRows.map(([code, r]) => [
        `\`${code}\``,
        r.event ? `\`${r.event}\`` : 'none',
        r.retryable ? 'yes' : 'no',
        r.marker ? `\`${r.marker}\`` : '',
        r.matrix ?? '',
      ]),
    ),
  );

const anchor = (code: string): string => `<a id="${code}"></a>\`${code}\``;

const blockerRows = Object.entries<BlockerRow>(blockers);

/** docs/gate-reasons.md */
export const gateReasonsPage = (): string =>
  page(
    ...header('Why a gate stays closed', 'src/gate/reasons.ts'),
    'Every reason by its code, with what would open the gate. A decision tells all that it found; the first class of 4, 1, 2 and 3 that is',
    'among them gives the exit code. What was decided stays decided: it is a new challenge to which the gate opens then.',
    '[From nothing to default](gate.md) says what the gate looks at.',
    '',
    ...table(
      ['reason', 'exit', 'what would open the gate'],
      Object.entries(reasons).map(([reason, { exit, opens }]) => [`\`${reason}\``, String(exit), cell(opens)]),
    ),
  );

/** docs/events.md */
export const eventsPage = (required: readonly string[]): string =>
  page(
    ...header('Events', 'src/model/event.ts'),
    'The lines of `events.normalized.jsonl`: numbered without a gap, dated, and each with the SHA-256 of the line before.',
    "What the harness emits is a fact. What an agent emits is a claim; an event that is the harness's own, sent by an agent, stays in `backend/events.jsonl`.",
    '',
    ...table(
      ['event', 'comes from', 'required by default', 'meaning'],
      Object.entries(events).map(([type, { origin, meaning }]) => {
        const place = required.indexOf(type);
        return [`\`${type}\``, origin, place === -1 ? '' : `${place + 1}`, cell(meaning)];
      }),
    ),
    '',
    'A number in the third column is the place in the order that a pass needs.',
  );

/** A pipe would end the cell. */
const cell = (text: string): string => text.replaceAll('|', '\\|');
