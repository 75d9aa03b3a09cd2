import { describe, expect, it } from 'vitest';
import { UserError } from '../errors.ts';
import type { ReportKind } from '../model/task.ts';
import type { Argv } from '../model/units.ts';
import { planReporting } from './reporting.ts';

const plan = (line: string, kind: ReportKind) => planReporting(line.split(' ') as Argv, kind, '/r.js');
const told = (line: string, kind: ReportKind) => plan(line, kind).argv.join(' ');

describe('a command is left as it is written, but for what is added', () => {
  const ours = '--test-reporter=/r.js --test-reporter-destination=stderr';

  it.each<[string, ReportKind, string]>([
    ['node --test', 'node-test', `node --test-reporter=spec --test-reporter-destination=stdout ${ours} --test`],
    [
      'node --import ./x.js --test a.js',
      'node-test',
      `node --test-reporter=spec --test-reporter-destination=stdout ${ours} --import ./x.js --test a.js`,
    ],
    ['node --test-reporter=tap --test', 'node-test', `node --test-reporter-destination=stdout ${ours} --test-reporter=tap --test`],
    [
      'node --test-reporter tap --test-reporter-destination=x --test',
      'node-test',
      `node ${ours} --test-reporter tap --test-reporter-destination=x --test`,
    ],
    ['python3 -m pytest -q', 'pytest', 'python3 -m pytest -p pytest_identities -p no:cacheprovider --rootdir=. --confcutdir=. -q'],
    ['/opt/py.test a', 'pytest', '/opt/py.test -p pytest_identities -p no:cacheprovider --rootdir=. --confcutdir=. a'],
    ['uv run pytest', 'pytest', 'uv run pytest -p pytest_identities -p no:cacheprovider --rootdir=. --confcutdir=.'],
    ['node --test', 'junit', `node --test-reporter=spec --test-reporter-destination=stdout ${ours} --test`],
    ['pytest -q', 'junit', 'pytest -p pytest_identities -p no:cacheprovider --rootdir=. --confcutdir=. --junitxml=/dev/fd/4 -q'],
    ['npx vitest run --outputFile={report}', 'junit', 'npx vitest run --outputFile=/dev/fd/4'],
    ['npx playwright {report} {report}', 'ctrf', 'npx playwright /dev/fd/4 /dev/fd/4'],
  ])('%s as %s', (line, kind, expected) => {
    const { argv, added } = plan(line, kind);
    expect(argv.join(' ')).toBe(expected);
    expect(argv.filter(word => !added.includes(word)).join(' ')).toBe(line.replaceAll('{report}', '/dev/fd/4'));
  });

  it('what is added is named', () => {
    expect(plan('node --test', 'node-test').added.slice(2).join(' ')).toBe(ours);
    expect(plan('x {report}', 'junit').added).toEqual([]);
  });
});

describe('a command that would not report is refused, with what to do', () => {
  it.each<[string, ReportKind, RegExp]>([
    ['npm test', 'node-test', /start the command with node/],
    ['/usr/bin/node --test', 'node-test', /start the command with node/],
    ['python3 run.py', 'pytest', /name pytest/],
    ['npx vitest run', 'junit', /\{report\}/],
    ['node run.js', 'junit', /\{report\}/],
    ['node --test --test-reporter-destination={report}', 'junit', /leave the reporter and \{report\} out/],
    ['pytest', 'ctrf', /\{report\}/],
    ['node --test', 'ctrf', /\{report\}/],
  ])('%s as %s', (line, kind, hint) => {
    expect(() => told(line, kind)).toThrow(UserError);
    expect(() => told(line, kind)).toThrow(hint);
  });
});
