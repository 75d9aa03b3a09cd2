import { code, table, text } from '../report/escape.ts';
import { countStates, type CriterionState, type JudgedItem } from './judge.ts';

/** One line about all of it: `12 proven, 1 red, 3 unproven, 2 planning`. */
export function boardLine(items: readonly JudgedItem[]): string {
  const counts = countStates(items);
  return (Object.keys(counts) as CriterionState[]).map(state => `${counts[state]} ${state}`).join(', ');
}

/** The board as Markdown: a table for each item; what a stranger chose is escaped. */
export const boardMarkdown = (items: readonly JudgedItem[], suite: string): string =>
  [
    '# Board',
    '',
    `${boardLine(items)}. ${text(suite)}`,
    '',
    ...items.flatMap(({ id, title, criteria }) => [
      `## ${text(id)}: ${text(title)}`,
      '',
      ...table(
        ['criterion', 'state', 'by', 'why not'],
        criteria.map(one => [
          text(one.text),
          one.state,
          one.proofs.map(proof => code(proof.id)).join('<br>'),
          one.why.map(text).join('<br>'),
        ]),
      ),
      '',
    ]),
  ].join('\n');
