import { join, resolve } from 'node:path';
import { UserError } from '../errors.ts';
import { executionModes } from '../model/admission.ts';
import { type BinaryOptions, admitBinary } from './admit-binary.ts';
import { admitModel, choicesOf, modelDefaults, type ModelOptions } from './admit-model.ts';
import { admitOwned, DEFAULT_BRANCH, type OwnedOptions } from './admit-owned.ts';
import { show } from './admit-record.ts';
import { DEFAULT_DAYS, parseCount, parseExpiry } from './admit-terms.ts';
import { admitSource, type SourceOptions } from './admit-source.ts';
import { asJson, type Command, type Io, jsonOption } from './command.ts';
import { shellWord } from './shell-word.ts';
import { parseStages } from './stage.ts';

type AdmitOptions = ModelOptions & BinaryOptions & SourceOptions & OwnedOptions & { json?: true };

interface Kind {
  /** Beside the options that every record has. */
  options: readonly (keyof AdmitOptions)[];
  admit(
    names: readonly string[],
    options: AdmitOptions,
    dir: string,
    io: Io,
  ): Promise<{ file: string; record: object; lines: readonly string[] }>;
}

/** What can be admitted. */
const kinds = {
  model: {
    options: ['backends', 'connection', 'api', 'runtimeProvider', 'contextWindow', 'maxTokens', 'limitRequests', 'limitTokens', 'shim'],
    admit: admitModel,
  },
  binary: { options: ['backend', 'sourceUrl', 'commit', 'builtBy', 'version'], admit: admitBinary },
  source: {
    options: ['id', 'previous', 'sourceUrl', 'commit', 'tag', 'license', 'retrievedBy', 'retrievedAt', 'mode', 'boundary'],
    admit: admitSource,
  },
  owned: { options: ['path', 'branch', 'owner', 'scope', 'noncritical'], admit: admitOwned },
} as const satisfies Record<string, Kind>;
const shared: readonly (keyof AdmitOptions)[] = ['by', 'stages', 'expires', 'days', 'into', 'replace', 'json'];

const words = (text: string) => text.split(',').map(word => word.trim());
const count = (flag: string, help: string, fallback: number) => ({
  flags: `${flag} <n>`,
  help,
  default: String(fallback),
  parse: parseCount,
});

export const admit: Command<AdmitOptions> = {
  name: 'admit',
  summary: 'Write the record by which a model, an executable, the source of a workspace or the repository of an owner may be used.',
  about:
    'A record says who admitted what, for which backends and stages, and until when; it starts nothing, reaches nothing and promotes nothing. It is written below admissions/ of the project and is committed. For one machine or one try, --into DIR writes it elsewhere: whoever sets PROOFGATE_ADMISSIONS=DIR, for proofgate or for the whole suite, has it read beside those of the project. That is how a real ca is tried: admit it into a temporary folder, and name it in CTO_HARNESS_CASE_BIN.',
  arguments: [
    { name: '<kind>', help: 'What is admitted.', choices: Object.keys(kinds) },
    {
      name: '[names...]',
      help: 'Of a model: its provider and its name. Of a binary: the path of the executable. Of a source: the path of a git bundle. Of an owned repository: its id.',
    },
  ],
  options: [
    { flags: '--by <name>', help: 'Who admits it; required.' },
    {
      flags: '--stages <list>',
      help: 'Stages for which it holds, each by itself.',
      default: '1,2; of a source 3, of an owned repository 5',
      parse: parseStages,
    },
    { flags: '--expires <date>', help: 'The day (as it begins, UTC) or the instant from which it admits nothing.', parse: parseExpiry },
    count('--days', 'The same as a number of days from now, at most 366.', DEFAULT_DAYS),
    { flags: '--into <dir>', help: 'Another folder of admissions than that of the project.', default: 'admissions' },
    { flags: '--replace', help: 'Take the place of a record that is there for the same thing.' },
    { flags: '--backends <list>', help: 'Of a model: backends that may talk to it.', default: 'case', parse: words },
    {
      flags: '--connection <way>',
      help: 'Of a model: how the harness reaches it; the address is given at run time.',
      default: modelDefaults.connection,
      choices: choicesOf.connection,
    },
    { flags: '--api <protocol>', help: 'Of a model: its wire protocol.', default: modelDefaults.api, choices: choicesOf.api },
    {
      flags: '--runtime-provider <name>',
      help: 'Of a model: what its provider is called inside the backend.',
      default: 'openai, or anthropic where that is the protocol',
    },
    count('--context-window', 'Of a model: tokens that it can take in.', modelDefaults.contextWindow),
    count('--max-tokens', 'Of a model: tokens of one answer.', modelDefaults.maxTokens),
    count('--limit-requests', 'Of a model: requests of one run.', modelDefaults.limitRequests),
    count('--limit-tokens', 'Of a model: tokens of one run, in and out.', modelDefaults.limitTokens),
    {
      flags: '--shim <repair>',
      help: 'Of a model: what is done about an answer that only reasons.',
      default: modelDefaults.shim,
      choices: choicesOf.shim,
    },
    { flags: '--engine, --backend <id>', help: 'Of a binary: the backend that starts it; required.' },
    { flags: '--source-url <url>', help: 'Of a binary or a source: where it is from; required.' },
    { flags: '--commit <sha>', help: 'Of a binary: the commit that it was built from. Of a source: the commit that is used. Required.' },
    { flags: '--built-by <text>', help: 'Of a binary: the command that built it, and on what; required.' },
    { flags: '--version <text>', help: 'Of a binary: what it says of itself; it is not asked.' },
    { flags: '--id <name>', help: 'Of a source: how a task calls it; required.' },
    { flags: '--previous <id>', help: 'Of a source: the record that it takes the place of; that one stays until somebody removes it.' },
    { flags: '--tag <name>', help: 'Of a source: the tag that led to the commit.' },
    { flags: '--license <text>', help: 'Of a source: its licence, and how that was found out; required.' },
    { flags: '--retrieved-by <command>', help: 'Of a source: the command that retrieved it; required.' },
    { flags: '--retrieved-at <instant>', help: 'Of a source: when that was.', default: 'now', parse: parseExpiry },
    { flags: '--mode <mode>', help: 'Of a source: what may be done with it.', default: 'workspace_copy', choices: [...executionModes] },
    { flags: '--boundary <text>', help: 'Of a source: what of the original must not change.', default: 'the bundle file' },
    { flags: '--path <dir>', help: 'Of an owned repository: its folder, which has .git in it; required.' },
    { flags: '--branch <name>', help: 'Of an owned repository: its main branch, which never moves.', default: DEFAULT_BRANCH },
    { flags: '--owner <name>', help: 'Of an owned repository: who owns it, and declares this; required.' },
    {
      flags: '--noncritical',
      help: 'Of an owned repository: its owner says that nothing depends on it that a wrong branch could hurt; required.',
    },
    { flags: '--scope <text>', help: 'Of an owned repository: what a run may do.', default: 'put one branch there' },
    jsonOption,
  ],
  exits: { 0: 'The record was written.' },
  examples: [
    {
      line: 'proofgate admit model qwen-local qwen3.6-35b-a3b --by jp',
      shows: `admissions/models/CTO-CASE-MODEL-PROVIDER-ADMISSION.qwen-local-qwen3.6-35b-a3b.json, for case at stages 1 and 2, for ${DEFAULT_DAYS} days`,
    },
    {
      line: "proofgate admit binary /opt/case/ca --backend case --source-url https://github.com/workos/case.git --commit SHA --built-by 'bun run build:binary' --by jp",
      shows: 'admissions/binaries/case-ca-DIGEST.json: this executable and no other',
    },
    {
      line: "proofgate admit source fixtures/sources/a.bundle --id a-1 --source-url https://example.com/a.git --commit SHA --license 'MIT, by its LICENSE' --retrieved-by 'git clone … && git bundle create …' --by jp",
      shows: 'admissions/sources/a-1.json: this file at this commit, for a copy at stage 3',
    },
    {
      line: 'proofgate admit owned my-notes --path ../my-notes --owner jp --noncritical --by jp',
      shows: 'admissions/owned/my-notes.json: a run of stage 5 may put a branch there',
    },
    {
      line: 'proofgate admit binary /opt/case/ca … --into /tmp/tried',
      shows: 'the same for a try: PROOFGATE_ADMISSIONS=/tmp/tried CTO_HARNESS_CASE_BIN=/opt/case/ca npx vitest run scenarios/incidents',
    },
  ],

  async run({ args: [word = '', ...rest], options }, io) {
    const kind: Kind = kinds[word as keyof typeof kinds];
    const known = [...shared, ...kind.options];
    const stray = (Object.keys(options) as (keyof AdmitOptions)[]).find(key => !known.includes(key));
    if (stray !== undefined) {
      throw new UserError({
        at: flagOf(stray),
        message: `has no meaning for ${named(word)}`,
        hint: `Leave it out: ${named(word)} takes ${kind.options.map(flagOf).join(', ')}.`,
      });
    }
    const { into } = options;
    const dir = into === undefined ? join(io.project.root, 'admissions') : resolve(io.cwd, into);
    const names = rest.filter(name => name !== undefined);
    const { file, record, lines } = await kind.admit(names, options, dir, io);
    const elsewhere = into === undefined ? [] : [`  read by  PROOFGATE_ADMISSIONS=${shellWord(show(dir, io) || '.')} proofgate run …`];
    io.print(options.json ? asJson({ file, record }) : [...lines, ...elsewhere].join('\n'));
    return 0;
  },
};

const named = (kind: string): string => (kind === 'owned' ? 'an owned repository' : `a ${kind}`);

const flagOf = (key: string): string => `--${key.replaceAll(/[A-Z]/g, letter => `-${letter.toLowerCase()}`)}`;
