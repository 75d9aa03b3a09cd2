import type { Report } from '../model/report.ts';
import type { SourceFacts } from '../model/source.ts';
import { code, text } from './escape.ts';

const KINDS = { git_bundle: 'a git bundle', repository: 'a repository of its owner' } as const satisfies Record<
  SourceFacts['kind'],
  string
>;

/** Where the workspace came from, and whether the original is as it was; of a task with files of its own nothing. */
export function sourceSection({ source, source_admission_status: status }: Pick<Report, 'source' | 'source_admission_status'>): string[] {
  if (!source) return [];
  const { id, kind, problem, commit, original } = source;
  return [
    '## Source',
    '',
    `It is ${code(id)}, ${KINDS[kind]}: ${status.replaceAll('_', ' ')}.${problem === null ? '' : ` It cannot be used: ${text(problem)}.`}`,
    '',
    `- commit: ${commit === null ? 'none' : code(commit)}`,
    ...(original ? originalLines(original) : ['- original: not looked at']),
  ];
}

function originalLines({ path, before, after }: NonNullable<SourceFacts['original']>): string[] {
  const became = after === null ? 'not looked at again' : after === before ? 'untouched' : '**changed while the run went on**';
  return [
    `- original: ${code(path)}, ${became}`,
    `- digest before: ${code(before)}`,
    `- digest after: ${after === null ? 'none' : code(after)}`,
  ];
}
