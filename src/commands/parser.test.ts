import { describe, expect, it } from 'vitest';
import { commands } from './index.ts';
import { parseCommandLine } from './parser.ts';

const parse = (...argv: string[]) => {
  const printed: string[] = [];
  const chosen = parseCommandLine(argv, { version: '1.2.3', commands, print: text => printed.push(text) });
  return { chosen, out: printed.join('\n') };
};

describe('a mistake on the command line has a place and a hint', () => {
  it('for a flag', () => {
    expect(() => parse('run', '--stag', '2')).toThrowErrorMatchingInlineSnapshot(`
      [UserError: command line: unknown option '--stag'
        proofgate run --stag 2
                      ^^^^^^
        hint: Did you mean "--stage"? proofgate run --help shows what it takes.]
    `);
  });
  it('for a flag with its value attached', () => {
    expect(() => parse('run', 'x', '--bakend=case')).toThrowErrorMatchingInlineSnapshot(`
      [UserError: command line: unknown option '--bakend=case'
        proofgate run x --bakend=case
                        ^^^^^^^^
        hint: Did you mean "--backend"? proofgate run --help shows what it takes.]
    `);
  });
  it('for a command', () => {
    expect(() => parse('verfiy', '.')).toThrowErrorMatchingInlineSnapshot(`
      [UserError: command line: unknown command 'verfiy'
        proofgate verfiy .
                  ^^^^^^
        hint: Did you mean "verify"? proofgate --help lists the commands.]
    `);
  });
  it('for a word too many', () => {
    expect(() => parse('run', 'one', 'two')).toThrowErrorMatchingInlineSnapshot(`
      [UserError: command line: too many arguments for 'run'. Expected 1 argument but got 2: one, two
        proofgate run one two
                          ^^^
        hint: proofgate run --help shows what it takes.]
    `);
  });
  it('for a word too few', () => {
    expect(() => parse('verify')).toThrowErrorMatchingInlineSnapshot(`
      [UserError: command line: missing required argument 'what'
        hint: proofgate verify --help shows what it takes.]
    `);
  });
  it('for a value', () => {
    expect(() => parse('run', '--stage', '7')).toThrowErrorMatchingInlineSnapshot(`
      [UserError: command line: option '--stage <n>' argument '7' is invalid. It is one of 1, 2, 3, 4, 5, 6
        proofgate run --stage 7
                              ^
        hint: proofgate run --help shows what it takes.]
    `);
  });
  it('for a choice', () => {
    expect(() => parse('list', 'taks')).toThrowErrorMatchingInlineSnapshot(`
      [UserError: command line: 'taks' is not one of tasks, scenarios, backends, blockers, events
        proofgate list taks
                       ^^^^
        hint: Did you mean "tasks"? proofgate list --help shows what it takes.]
    `);
  });
  it('for a flag that lacks its value', () => {
    expect(() => parse('run', '--out')).toThrowErrorMatchingInlineSnapshot(`
      [UserError: command line: option '--out <dir>' argument missing
        proofgate run --out
                      ^^^^^
        hint: proofgate run --help shows what it takes.]
    `);
  });
  it('for nothing at all', () => {
    expect(() => parse()).toThrowErrorMatchingInlineSnapshot(`
      [UserError: no command given
        hint: proofgate run makes a first run, proofgate --help lists the commands.]
    `);
  });
});

describe('help and version are results', () => {
  it('the version is printed alone', () => {
    expect(parse('--version')).toEqual({ chosen: undefined, out: '1.2.3' });
  });

  it.each(commands.map(command => [command.name, command] as const))('%s --help tells everything of the table', (name, command) => {
    const { chosen, out } = parse(name, '--help');
    expect(chosen).toBeUndefined();
    for (const { flags, help } of command.options) expect(out.replace(/\s+/g, ' ')).toContain(`${flags} ${help}`.split('. ')[0]);
    for (const { line } of command.examples) expect(out).toContain(line);
    for (const code of Object.keys(command.exits)) expect(out).toMatch(new RegExp(`^ {2}${code} `, 'm'));
  });

  it('help COMMAND is the same as COMMAND --help', () => {
    expect(parse('help', 'run').out).toBe(parse('run', '--help').out);
  });
});

it('--engine is another spelling of --backend', () => {
  expect(parse('run', '--engine', 'case').chosen).toBeTypeOf('function');
});
