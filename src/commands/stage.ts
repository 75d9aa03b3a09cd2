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
