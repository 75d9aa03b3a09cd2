import { modelName } from '../model/ledger.ts';
import { findBackend } from '../backends/index.ts';
import { UserError } from '../errors.ts';
import { type Account, accountsOf, type Standing } from '../gate/query.ts';
import { exitCodes } from '../model/exit.ts';
import { oneLine } from '../report/escape.ts';
import { asJson, type Command, jsonOption } from './command.ts';
import type { Paint } from './paint.ts';
import { stageOption } from './stage.ts';

interface Options {
  stage?: number;
  backend?: string;
  json?: true;
}

/** Without a default: every stage. */
const { default: _default, ...stage } = stageOption('Only this stage, 1 to 6.');

export const whyPromoted: Command<Options> = {
  name: 'why-promoted',
  summary: 'Say which promotions stand, who signed them and on what, and why the others do not.',
  about:
    'Reads admissions/promotions, admissions/ledger and what they rest on, as they are in the project; checks every signature and digest again; writes nothing and asks nobody.',
  arguments: [{ name: '[subject]', help: 'A candidate as a decision names it: `backend:case@sha256:…#model=…&stage=2`.' }],
  options: [stage, { flags: '--engine, --backend <id>', help: 'Only this coding agent.' }, jsonOption],
  exits: {
    [exitCodes.pass]: 'at least one promotion that was asked about stands',
    [exitCodes.refused]: 'none does',
  },
  examples: [
    { line: 'proofgate why-promoted', shows: 'every backend and stage of the ledger' },
    { line: 'proofgate why-promoted --stage 2 --backend case', shows: 'who promoted it, on which decision, or what was refused' },
    {
      line: 'proofgate why-promoted --json',
      shows: '{exit, accounts: [{backend, model, stage, stands, fallen, challenges}], strays, ledger}',
    },
  ],

  async run({ args: [subject], options }, { ports, project, print, paint }) {
    if (subject !== undefined && (options.stage !== undefined || options.backend !== undefined))
      throw new UserError({ at: subject, message: 'names backend and stage already', hint: 'leave out --stage and --backend' });
    if (options.backend !== undefined) findBackend(options.backend, '--backend');
    const answer = await accountsOf(project.root, { stage: options.stage, backend: options.backend, subject }, ports);
    const { accounts, strays, ledger } = answer;
    const exit = accounts.some(({ stands }) => stands.length > 0) ? exitCodes.pass : exitCodes.refused;
    if (options.json) {
      print(asJson({ exit, ...answer }));
      return exit;
    }
    const lines = [
      ...(accounts.length > 0 ? accounts.flatMap(one => inWords(one, paint)) : ['Nothing was promoted, and nobody asked for it.']),
      ...strays.map(({ file, why }) => paint('red', `${oneLine(file)} ${oneLine(why)}`)),
      ...ledger.map(detail => paint('red', `the ledger is not whole: ${oneLine(detail)}`)),
    ];
    print(lines.join('\n'));
    return exit;
  },
};

function inWords({ backend, model, stage, stands, fallen, challenges }: Account, paint: Paint): string[] {
  const what = `${backend}${model ? ` with ${modelName(model)}` : ''} at stage ${stage}`;
  const headline = stands.length > 0 ? paint('green', `${oneLine(what)}: promoted`) : paint('yellow', `${oneLine(what)}: not promoted`);
  return [
    headline,
    ...stands.flatMap(standing),
    ...fallen.map(({ file, why }) => `  ${file} ${oneLine(why)}`),
    ...challenges
      .filter(({ verdict, signed }) => verdict !== 'promoted' || !signed)
      .flatMap(({ nonce, verdict, decided_at, reasons }) => [
        `  ${nonce} ${decided_at === null ? 'was never decided, which is a refusal' : `${verdict} on ${decided_at}`}${verdict === 'promoted' ? ', and no approver of the policy signed it' : ''}`,
        ...reasons.map(({ code, detail, opens }) => `    ${code}: ${oneLine(detail)}; it would open: ${oneLine(opens)}`),
      ]),
    '',
  ];
}

function standing({ file, signer, decision: { file: decided, value } }: Standing): string[] {
  const { subject, decided_at, expires_at, scenarios, inputs } = value;
  return [
    `  promotion ${file}`,
    `  subject   ${oneLine(subject)}`,
    `  approver  ${signer}`,
    `  decision  ${decided}, ${decided_at}`,
    `  expires   ${expires_at}`,
    ...scenarios.map(({ id, statement }) => `  proven    ${oneLine(id)}, statement ${statement?.slice(0, 12)}`),
    `  rests on  policy ${inputs.policy.slice(0, 12)}, stage record ${inputs.stage.slice(0, 12)}, engine ${inputs.engine.slice(0, 12)}`,
    `            the plan of the suite, statement ${inputs.suite_statement?.slice(0, 12)}`,
    ...Object.entries(inputs.admissions).map(([name, sha256]) => `            ${oneLine(name)} ${sha256.slice(0, 12)}`),
  ];
}
