import { Command as Parser, CommanderError, InvalidArgumentError, Option as ParserOption } from 'commander';
import { UserError } from '../errors.ts';
import type { Command, Io, Option } from './command.ts';
import { commonExits } from './exits.ts';
import { didYouMean } from '../suggest.ts';

export interface Program {
  version: string;
  commands: readonly Command[];
  /** Where the text of `--help` and `--version` goes. */
  print(text: string): void;
}

/** A word of the command line that picked a command: call it to run. */
export type Chosen = (io: Io) => Promise<number>;

/**
 * Reads the command line (without the program itself).
 * @returns the command to run, or undefined where help or version was asked for and printed
 * @throws UserError for everything that the table does not allow
 */
export function parseCommandLine(argv: readonly string[], program: Program): Chosen | undefined {
  let chosen: Chosen | undefined;
  const parser = quiet(new Parser('proofgate'), program)
    .description('Decides whether a coding agent may be trusted with a repository.')
    .version(program.version, '-V, --version', 'Print the version.')
    .helpOption('-h, --help', 'Print this help.')
    .helpCommand(false)
    // a command may have an option that is called like one of ours: --version
    .enablePositionalOptions()
    .addHelpText('after', `\nFirst run: proofgate run\nExit codes:\n${exitLines(commonExits)}`);

  for (const command of program.commands) {
    const sub = quiet(parser.command(command.name), program).description(command.summary).helpOption('-h, --help', 'Print this help.');
    if (command.about) sub.summary(command.summary).description(`${command.summary}\n${command.about}`);
    for (const { name, help, choices } of command.arguments) {
      const argument = sub.createArgument(name, help);
      sub.addArgument(choices ? argument.choices([...choices]) : argument);
    }
    for (const option of command.options) sub.addOption(toParserOption(option));
    sub.addHelpText('after', `\n${after(command)}`);
    sub.action((...all: unknown[]) => {
      const options = all.at(-2) as object;
      // the words of `[name...]` come as one list
      const args = all.slice(0, -2).flat() as (string | undefined)[];
      chosen = io => command.run({ args, options }, io);
    });
  }

  if (argv.length === 0) {
    throw new UserError({ message: 'no command given', hint: 'proofgate run makes a first run, proofgate --help lists the commands.' });
  }
  const words = asFlag(argv);
  try {
    if (words[0] && !words[0].startsWith('-') && !program.commands.some(c => c.name === words[0])) {
      parser.error(`error: unknown command '${words[0]}'`, { code: 'commander.unknownCommand' });
    }
    parser.parse(words, { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return undefined;
    throw usageError(error, argv, program.commands);
  }
  return chosen;
}

/** `help run` is `run --help`, so that an unknown command is the same mistake in both. */
const asFlag = ([first, ...rest]: readonly string[]): string[] => (first === 'help' ? [...rest, '--help'] : [first ?? '', ...rest]);

/** commander throws instead of ending the process, and prints nothing but the help that was asked for. */
const quiet = (parser: Parser, { print }: Program): Parser =>
  parser
    .exitOverride()
    .configureOutput({ writeOut: text => print(text.trimEnd()), writeErr: () => {} })
    .showSuggestionAfterError(false);

function toParserOption({ flags, help, default: fallback, choices, parse }: Option): ParserOption {
  const option = new ParserOption(flags, fallback === undefined ? help : `${help} Default: ${fallback}.`);
  if (choices) option.choices([...choices]);
  if (parse) {
    option.argParser((text: string) => {
      try {
        return parse(text);
      } catch (error) {
        if (error instanceof UserError) throw error;
        throw new InvalidArgumentError(error instanceof Error ? error.message : String(error));
      }
    });
  }
  return option;
}

const exitLines = (exits: Readonly<Record<number, string>>): string =>
  Object.entries(exits)
    .map(([code, meaning]) => `  ${code.padEnd(4)}${meaning}`)
    .join('\n');

const after = ({ exits, examples }: Command): string =>
  ['Exit codes:', exitLines({ ...exits, ...commonExits }), '', 'Examples:', ...examples.map(e => `  ${e.line}\n      ${e.shows}`)].join(
    '\n',
  );

/** commander's message with the place on the command line and what was probably meant. */
function usageError(error: CommanderError, argv: readonly string[], commands: readonly Command[]): UserError {
  const message = error.message
    .replace(/^error: /, '')
    .replace(/\.$/, '')
    .replace(/^command-argument value ('.*') is invalid for argument '.*'\. Allowed choices are/s, '$1 is not one of');
  const command = commands.find(c => c.name === argv[0]);
  const word = wrongWord(error.code, message);
  const more = command ? `proofgate ${command.name} --help shows what it takes.` : 'proofgate --help lists the commands.';
  return new UserError({
    at: 'command line',
    message,
    frame: frameOf(argv, word),
    hint: `${didYouMean(word, namesFor(error.code, message, command, commands))}${more}`,
  });
}

/** The word that is wrong, as far as the message names it. */
function wrongWord(errorCode: string, message: string): string {
  const [, pattern] = [
    ['commander.excessArguments', /, ([^,]*)$/] as const,
    ['commander.invalidArgument', /'([^']*)' (?:from|is)/] as const,
  ].find(([known]) => known === errorCode) ?? ['', /'([^' =]*)/];
  return pattern.exec(message)?.[1] ?? '';
}

/** What could have been written in its place. */
function namesFor(errorCode: string, message: string, command: Command | undefined, commands: readonly Command[]): string[] {
  if (errorCode === 'commander.unknownOption') return flagsOf(command);
  const choices = /(?:Allowed choices are|is not one of) (.*)$/.exec(message)?.[1];
  if (choices) return choices.split(', ');
  return command ? [] : commands.map(c => c.name);
}

const flagsOf = (command: Command | undefined): string[] => [
  ...(command?.options ?? []).flatMap(o => o.flags.match(/--[a-z-]+/g) ?? []),
  '--help',
  ...(command ? [] : ['--version']),
];

/** The command line with carets below the word, where it can be found. */
function frameOf(argv: readonly string[], word: string): string | undefined {
  const index = word ? argv.findLastIndex(a => a === word || a.startsWith(`${word}=`)) : -1;
  if (index === -1) return undefined;
  const line = ['proofgate', ...argv];
  if (line.some(a => /[^\x20-\x7e]/.test(a)) || line.join(' ').length > 200) return undefined;
  const start = line.slice(0, index + 1).join(' ').length + 1;
  return `  ${line.join(' ')}\n  ${' '.repeat(start)}${'^'.repeat(word.length)}`;
}
