import { basename } from 'node:path';
import { UserError } from '../errors.ts';
import type { ReportKind } from '../model/task.ts';
import type { Argv } from '../model/units.ts';

/** Written in a command where the path of the report belongs. */
const PLACE = '{report}';
/** What a program that insists on a file is told: the private channel, by path. */
export const REPORT_PATH = '/dev/fd/4';

/** How a test command is made to tell identities. */
export interface Reporting {
  /** The command with its additions; the first word is still as written. */
  argv: Argv;
  /** The additions alone. */
  added: string[];
  /** `lines`: our own reporter, one JSON object a line; otherwise one document. */
  format: 'lines' | 'junit' | 'ctrf';
}

/**
 * Adds what is needed to hear about tests, and leaves the rest of the command as it is written.
 *
 * @param reporter absolute path of our reporter for Node's test runner
 * @throws UserError when nothing says how the command would report
 */
export function planReporting(command: Argv, kind: ReportKind, reporter: string): Reporting {
  switch (kind) {
    case 'node-test':
      if (command[0] === 'node')
        return insert(
          command,
          1,
          [...keepOwnReporter(command), `--test-reporter=${reporter}`, '--test-reporter-destination=stderr'],
          'lines',
        );
      throw unheard(
        command,
        kind,
        'start the command with node, or use report: junit and write {report} where the path of the report belongs',
      );
    case 'pytest': {
      const at = pytestAt(command);
      if (at >= 0) return insert(command, at + 1, pytestArgs, 'lines');
      throw unheard(
        command,
        kind,
        'name pytest in the command, or use report: junit and write {report} where the path of the report belongs',
      );
    }
    case 'junit':
      // Node's own reporters flush their destination to a disk, which a pipe refuses; ours tells the same identities.
      if (isNodeTest(command) && !command.some(word => word.includes(PLACE))) return planReporting(command, 'node-test', reporter);
      if (isNodeTest(command))
        throw unheard(command, kind, "leave the reporter and {report} out: of Node's test runner the tests are heard without");
      return documentReport(command, kind);
    case 'ctrf':
      return documentReport(command, kind);
  }
}

/** The tree is the root: a conftest.py or a setup.py in a folder above it is nobody's. */
const pytestArgs = ['-p', 'pytest_identities', '-p', 'no:cacheprovider', '--rootdir=.', '--confcutdir=.'];

const isNodeTest = (command: Argv) => command[0] === 'node' && command.includes('--test');

function documentReport(command: Argv, kind: 'junit' | 'ctrf'): Reporting {
  if (command.some(word => word.includes(PLACE))) {
    const [program, ...args] = command;
    const placed: Argv = [program, ...args.map(word => word.replaceAll(PLACE, REPORT_PATH))];
    return { argv: placed, added: [], format: kind };
  }
  const at = pytestAt(command);
  if (kind === 'junit' && at >= 0) return insert(command, at + 1, [...pytestArgs, `--junitxml=${REPORT_PATH}`], kind);
  throw unheard(command, kind, 'write {report} where the path of the report belongs, e.g. --outputFile={report}');
}

/** A second reporter takes the place of the default one, so that one is named; a reporter of the task's own needs a destination then. */
function keepOwnReporter(command: Argv): string[] {
  const names = (flag: string) => command.some(word => word === flag || word.startsWith(`${flag}=`));
  if (names('--test-reporter-destination')) return [];
  return names('--test-reporter') ? ['--test-reporter-destination=stdout'] : ['--test-reporter=spec', '--test-reporter-destination=stdout'];
}

/** Where the word stands that starts pytest: `pytest`, `python3 -m pytest`, `uv run pytest`. */
const pytestAt = (command: Argv) => command.findIndex(word => basename(word) === 'pytest' || basename(word) === 'py.test');

function insert(command: Argv, at: number, added: string[], format: Reporting['format']): Reporting {
  const [program, ...rest] = command;
  return { argv: [program, ...rest.slice(0, at - 1), ...added, ...rest.slice(at - 1)], added, format };
}

const unheard = (command: Argv, kind: ReportKind, hint: string) =>
  new UserError({ at: 'verification', message: `nothing says how \`${command.join(' ')}\` would report its tests as ${kind}`, hint });
