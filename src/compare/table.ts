import type { Cell, Comparison } from '../model/comparison.ts';
import { stageNames, type Stage } from '../model/units.ts';
import { code, table, text } from '../report/escape.ts';

const words = { proven: 'proven', rehearsed: 'rehearsed', not_proven: 'not proven', no_evidence: '—', not_applicable: 'n/a' } as const;

/** One cell in a few words: what it amounts to, and of how many bundles. */
function cellText({ state, counts }: Cell): string {
  const parts = (['pass', 'rehearsed', 'fail', 'blocked', 'invalid'] as const)
    .filter(key => counts[key] > 0)
    .map(key => `${counts[key]} ${key}`);
  return parts.length > 0 ? `${words[state]} (${parts.join(', ')})` : words[state];
}

const backendsOf = ({ cells }: Comparison) => [...new Set(cells.map(({ backend }) => backend))];
const stagesOf = ({ cells }: Comparison) => [...new Set(cells.map(({ stage }) => stage))];

/** The table for people: a row a stage. */
export function rowsOf(comparison: Comparison): { head: string[]; rows: string[][] } {
  const backends = backendsOf(comparison);
  const at = (stage: Stage, backend: string) => comparison.cells.find(cell => cell.stage === stage && cell.backend === backend);
  return {
    head: ['stage', ...backends],
    rows: stagesOf(comparison).map(stage => [
      `${stage} ${stageNames[stage]}`,
      ...backends.map(backend => {
        const cell = at(stage, backend);
        return cell ? cellText(cell) : '';
      }),
    ]),
  };
}

/** The same as Markdown, and below it the evidence behind each cell. */
export function markdownOf(comparison: Comparison): string {
  const { head, rows } = rowsOf(comparison);
  const reasons = [...new Set(comparison.cells.flatMap(({ backend, reason }) => (reason === null ? [] : [`${backend}: ${reason}`])))];
  const behind = comparison.cells.filter(({ evidence }) => evidence.length > 0);
  return [
    `# Comparison of ${text(comparison.candidate)}`,
    '',
    `Derived again at ${comparison.compared_at}. Not a promotion: default status is earned by a record of stage 6.`,
    '',
    ...table(
      head.map(text),
      rows.map(row => row.map(text)),
    ),
    '',
    ...(reasons.length > 0 ? ['Not applicable:', '', ...reasons.map(reason => `- ${text(reason)}`), ''] : []),
    '## Evidence',
    ...behind.flatMap(({ stage, backend, bundles, evidence }) => [
      '',
      `### Stage ${stage}, ${text(backend)}`,
      '',
      `${evidence.length} of ${bundles} bundle${bundles === 1 ? '' : 's'}:`,
      '',
      ...evidence.map(
        ({ status, task, given, bundle, manifest }) =>
          `- ${status}${given.length > 0 ? ` under ${text(given.join(', '))}` : ''}: ${text(task)}, ${code(bundle)}, manifest ${code(manifest.slice(0, 16))}`,
      ),
    ]),
    '',
  ].join('\n');
}
