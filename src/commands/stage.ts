import { Stage, stageNames } from '../model/units.ts';
import type { Option } from './command.ts';

const stages = Object.keys(stageNames);

/** `--stage`: `2` and nothing else, not `2.0`, not `two`. */
export const stageOption = (help: string): Option => ({
  flags: '--stage <n>',
  help,
  default: '2',
  parse(text): Stage {
    if (stages.includes(text)) return Stage.parse(Number(text));
    throw new Error(`It is one of ${stages.join(', ')}`);
  },
});

/** `1,2`: each once. @throws Error that says what was expected */
export function parseStages(text: string): Stage[] {
  const named = text.split(',').map(word => word.trim());
  if (named.every(word => stages.includes(word)) && new Set(named).size === named.length) {
    return named.map(word => Stage.parse(Number(word))).toSorted((a, b) => a - b);
  }
  throw new Error(`It is a list of ${stages.join(', ')}, as in 1,2`);
}
