import type { Ports } from '../ports.ts';
import type { Paint } from './paint.ts';
import type { Project } from './project.ts';

/** A word that stands on the command line without a flag. */
export interface Argument {
  /** `<name>` is required, `[name]` is not, `[name...]` takes as many words as there are. */
  name: string;
  help: string;
  choices?: readonly string[];
}

export interface Option {
  /** As commander reads them: `--json`, `--stage <n>`, `--engine, --backend <id>`. */
  flags: string;
  help: string;
  /** Shown in the help; the command itself applies it. */
  default?: string;
  choices?: readonly string[];
  /** Turns the text into the value. @throws an Error whose message says what was expected */
  parse?(text: string): unknown;
}

export interface Example {
  line: string;
  shows: string;
}

/**
 * One command, told once: the parser, `--help` and docs/cli.md are all read from this object.
 * `O` names the options as `run` gets them, by their long flag in camelCase.
 */
export interface Command<O extends object = object> {
  name: string;
  /** One sentence. */
  summary: string;
  /** What somebody wants to know who has read the summary. */
  about?: string;
  arguments: readonly Argument[];
  options: readonly Option[];
  /** What each exit code of this command means; 64 and 70 are the same everywhere and not repeated. */
  exits: Readonly<Record<number, string>>;
  examples: readonly Example[];
  /** @returns the exit code. @throws UserError for what somebody else can fix */
  run(input: { args: readonly (string | undefined)[]; options: O }, io: Io): Promise<number>;
}

/** Everything a command may use of the world. */
export interface Io {
  ports: Ports;
  project: Project;
  cwd: string;
  /** Aborted by SIGINT or SIGTERM; the reason is the name of the signal. */
  signal: AbortSignal;
  /** A result, to stdout. */
  print(text: string): void;
  /** A diagnostic, to stderr. */
  note(text: string): void;
  /** Colours of stdout: none where it is not a terminal or NO_COLOR is set. */
  paint: Paint;
  /** Asks the person at the terminal for one line; absent where there is none. @throws when the signal comes first */
  ask?: ((question: string, signal: AbortSignal) => Promise<string>) | undefined;
  /** A spinner is wanted: stderr is a terminal that can redraw a line. */
  live: boolean;
}

/** Every command that has a result for programs names it like this. */
export const jsonOption: Option = { flags: '--json', help: 'Print one JSON document and nothing else.' };

/** The one JSON document of a command that was asked for it. */
export const asJson = (value: unknown): string => JSON.stringify(value, null, 2);
