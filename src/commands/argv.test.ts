import { describe, expect, it } from 'vitest';
import { UserError } from '../errors.ts';
import { splitArgv } from './argv.ts';

describe('a command on one line becomes program and arguments', () => {
  it.each([
    ['node agent.js', ['node', 'agent.js']],
    ['  node\t agent.js \n', ['node', 'agent.js']],
    ['node agent.js --flag "a b"', ['node', 'agent.js', '--flag', 'a b']],
    ['sh -c \'echo "$HOME" | cat\'', ['sh', '-c', 'echo "$HOME" | cat']],
    ['a"b c"d', ['ab cd']],
    ['run ""', ['run', '']],
    [String.raw`run a\ b "x\"y" "c:\dir"`, ['run', 'a b', 'x"y', String.raw`c:\dir`]],
    ['echo * $HOME && rm', ['echo', '*', '$HOME', '&&', 'rm']],
  ])('%s', (line, argv) => {
    expect(splitArgv(line)).toEqual(argv);
  });

  it.each([
    ["node 'agent.js", 'a quote at column 6 has no end'],
    ['node a"b', 'a quote at column 7 has no end'],
    ['node a\\', 'a backslash at column 7 has no end'],
    ['   ', 'names no program'],
    ['"" a', 'names no program'],
  ])('%j is a mistake with a place', (line, message) => {
    expect(() => splitArgv(line)).toThrow(UserError);
    expect(() => splitArgv(line)).toThrow(message);
  });
});
