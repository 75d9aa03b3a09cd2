import type { Decided } from './decide.ts';
import type { Place } from './gather.ts';

/** Most that GitHub shows of one step. */
const MAX_ANNOTATIONS = 10;

/**
 * Workflow commands of GitHub Actions: an error at the line of each scenario that keeps the gate closed.
 * https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands
 */
export function annotationsOf({ findings, decision }: Decided, places: ReadonlyMap<string, Place>): string[] {
  return findings.slice(0, MAX_ANNOTATIONS).map(({ code, detail, scenario }) => {
    const origin = scenario === undefined ? undefined : places.get(scenario)?.origin([]);
    const { line, col } = origin?.yaml.place(origin.path, 'key') ?? { line: 1, col: 1 };
    const where = origin
      ? ` file=${property(origin.yaml.file)},line=${line},col=${col},title=${property(code)}`
      : ` title=${property(code)}`;
    const opens = decision.reasons.find(reason => reason.code === code)?.opens ?? '';
    return `::error${where}::${data(`${detail}. Opens: ${opens}`)}`;
  });
}

const data = (text: string): string => text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
const property = (text: string): string => data(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
