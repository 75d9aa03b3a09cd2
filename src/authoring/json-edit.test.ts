import { describe, expect, it } from 'vitest';
import { withScript } from './json-edit.ts';

const add = (text: string) => withScript(text, 'proofgate', 'vitest run scenarios');
const line = '"proofgate": "vitest run scenarios"';

describe('a script is added and every other byte stays', () => {
  it.each([
    ['after the last', '{\n  "scripts": {\n    "test": "x"\n  }\n}\n', `{\n  "scripts": {\n    "test": "x",\n    ${line}\n  }\n}\n`],
    [
      'indented by tabs',
      '{\n\t"scripts": {\n\t\t"test": "x"\n\t},\n\t"b": 1\n}',
      `{\n\t"scripts": {\n\t\t"test": "x",\n\t\t${line}\n\t},\n\t"b": 1\n}`,
    ],
    [
      'indented by four',
      '{\n    "scripts": {\n        "test": "x"\n    }\n}\n',
      `{\n    "scripts": {\n        "test": "x",\n        ${line}\n    }\n}\n`,
    ],
    ['into empty scripts', '{\n  "scripts": {}\n}\n', `{\n  "scripts": {\n    ${line}\n  }\n}\n`],
    ['where there are no scripts', '{\n  "name": "x"\n}\n', `{\n  "name": "x",\n  "scripts": {\n    ${line}\n  }\n}\n`],
    ['into an empty file of braces', '{}\n', `{\n  "scripts": {\n    ${line}\n  }\n}\n`],
    ['on one line', '{"scripts": {"test": "x"}, "b": [1,2]}', `{"scripts": {"test": "x", ${line}}, "b": [1,2]}`],
    [
      'where lines end in CR LF',
      '{\r\n  "scripts": {\r\n    "test": "x"\r\n  }\r\n}\r\n',
      `{\r\n  "scripts": {\r\n    "test": "x",\r\n    ${line}\r\n  }\r\n}\r\n`,
    ],
    [
      'beside odd spaces and escapes',
      '{ "a" : "\\u00e9\\"" ,\n  "scripts" : { "test" : "x" } }',
      `{ "a" : "\\u00e9\\"" ,\n  "scripts" : { "test" : "x", ${line} } }`,
    ],
  ])('%s', (_title, before, after) => {
    expect(add(before)).toBe(after);
  });
});

it.each([
  ['no JSON', '{"scripts": {'],
  ['JSON with comments', '{\n  // x\n  "scripts": {}\n}'],
  ['no map', '[]'],
  ['nothing', ''],
  ['a key that stands twice', '{"scripts": {"a": "1"}, "scripts": {"b": "2"}}'],
  ['scripts that are no map', '{"scripts": []}'],
])('%s is left as it is', (_title, text) => {
  expect(add(text)).toBeUndefined();
});
