import { modelName } from '../model/ledger.ts';
import { UserError } from '../errors.ts';
import { type Broken, type Change, changes, whatBreaks } from '../gate/breaks.ts';
import { oneLine } from '../report/escape.ts';
import { asJson, type Command, jsonOption } from './command.ts';

export const whatBreaksIf: Command<{ json?: true }> = {
  name: 'what-breaks-if',
  summary: 'Say which promotions and admissions lapse when something that they rest on changes.',
  about:
    'Looks at the promotions that stand now. A name is a model as PROVIDER/MODEL, a stage by its number, an executable by its digest, a source by its id, a comparison by its candidate, a key by its file or keyid, and each of them by its record; the policy needs none. Reads and changes nothing.',
  arguments: [
    { name: '<what>', help: 'What changes.', choices: changes },
    { name: '[name]', help: 'Which one; the policy has no name.' },
  ],
  options: [jsonOption],
  exits: { 0: 'It is known what breaks, which may be nothing.' },
  examples: [
    { line: 'proofgate what-breaks-if policy', shows: 'every promotion that stands: each rests on the policy, byte for byte' },
    { line: 'proofgate what-breaks-if model qwen-local/qwen3.6-35b-a3b', shows: 'its promotions, its record, and the stages that close' },
    { line: 'proofgate what-breaks-if stage 2 --json', shows: '{what, name, means, promotions, admissions, closes}' },
  ],

  async run({ args: [what = '', name], options }, { ports, project, print }) {
    const change = what as Change;
    if (change === 'policy' && name !== undefined)
      throw new UserError({ at: name, message: 'is one word too many: there is one policy', hint: 'proofgate what-breaks-if policy' });
    if (change !== 'policy' && name === undefined)
      throw new UserError({ at: change, message: 'needs a name', hint: `proofgate what-breaks-if ${change} NAME` });
    const broken = await whatBreaks(project.root, change, name ?? '', ports);
    print(options.json ? asJson({ what: change, name: name ?? null, ...broken }) : inWords(broken));
    return 0;
  },
};

function inWords({ means, promotions, admissions, closes }: Broken): string {
  const lines = [
    ...promotions.map(({ file, subject, why }) => `promotion lapses: ${file} (${oneLine(subject)}) ${oneLine(why)}`),
    ...admissions.map(({ file, why }) => `admission lapses: ${oneLine(file)} ${why}`),
    ...closes.map(({ backend, model, stage }) => {
      const of = model ? ` with ${oneLine(modelName(model))}` : '';
      return `closes: stage ${stage} for ${backend}${of} (prior_stage_not_proven)`;
    }),
  ];
  return lines.length > 0 ? lines.join('\n') : `nothing lapses: no promotion that stands rests on ${oneLine(means.join(', '))}`;
}
