import { posix } from 'node:path';
import type { Argv } from '../model/units.ts';
import { bindingsOf } from './bindings.ts';
import { failingArguments, failingMatchers, type FailingCall } from './failing-calls.ts';
import { plantPython } from './planted-python.ts';

/** A test file with tests added to it that must fail. */
export interface Planted {
  text: string;
  /** What the planted tests are called: the last part of their identities. */
  names: string[];
}

/** Hands out names that no other planted test of the run has; the last two words are the ones it compares. */
export type NextName = () => string;

/** More assertions than this are not tried in one file. */
const MAX_PLANTED = 4;

/**
 * Appends tests to a canonical test file that fail by the very functions with which its own tests compare: whoever
 * disarmed one of them is seen. They have ordinary names and run in the same process as the rest of the file.
 *
 * @returns undefined for a file that defines no tests, or whose way of defining them is not known
 */
export function plant(path: string, text: string, nextName: NextName): Planted | undefined {
  return path.endsWith('.py') ? plantPython(text, nextName) : plantJavaScript(text, nextName);
}

const scriptName = /\.[cm]?[jt]sx?$/;
const pythonName = /^(test_.*|.*_test)\.py$/;
const testName = /^(test|test-.+|.+[.\-_]test|.+\.spec)\.[cm]?[jt]sx?$/;

/**
 * Whether a canonical file is one that the command runs as a test, and no helper or data: by the patterns of the runners,
 * or because the command names it. What merely stands in a folder of tests, and exports, is a helper.
 */
export function isTestFile(path: string, text: string, command: Argv): boolean {
  const name = posix.basename(path);
  if (command.slice(1).some(word => posix.normalize(word) === path || word.startsWith(`${path}::`))) return true;
  if (pythonName.test(name) || testName.test(name)) return true;
  const inTestFolder = path
    .split('/')
    .slice(0, -1)
    .some(folder => folder === 'test' || folder === '__tests__');
  return (
    inTestFolder && scriptName.test(name) && !/^\s*(export\b|module\.exports\b|exports\.)/m.test(text) && testFunction(text) !== undefined
  );
}

function plantJavaScript(text: string, nextName: NextName): Planted | undefined {
  const define = testFunction(text);
  if (!define) return undefined;
  const calls = failingCalls(text).slice(0, MAX_PLANTED);
  const tests = calls.map(call => ({ name: nextName(), call }));
  const added = tests.map(({ name, call }) => {
    const [one = '', other = ''] = name.split(' ').slice(-2);
    const statement = call(one, other);
    const head = `${statement.startsWith('await ') ? 'async ' : ''}${statement.includes('t.assert.') ? 't' : '()'}`;
    return `\n${define}('${name}', ${head} => {\n  ${statement};\n});\n`;
  });
  return tests.length === 0 ? undefined : { text: `${text}\n${added.join('')}`, names: tests.map(test => test.name) };
}

/** What the file itself calls to define a test at its top level. */
function testFunction(text: string): string | undefined {
  const { whole, namespaces, named } = bindingsOf(text, ['test', 'vitest', '@jest/globals', 'bun:test']);
  const imported = named.get('test') ?? named.get('it') ?? whole[0] ?? (namespaces[0] && `${namespaces[0]}.test`);
  return imported ?? /^\s*(test|it)(?:\.\w+)*\(/m.exec(text)?.[1];
}

/** One for each way of comparing that the file uses, the most used first. */
function failingCalls(text: string): FailingCall[] {
  const { whole, namespaces, named } = bindingsOf(text, ['assert', 'assert/strict']);
  const calls: { used: number; call: FailingCall }[] = [];
  const add = (callee: string, method: string) => {
    const args = failingArguments[method];
    const used = count(text, callee);
    if (args && used > 0) calls.push({ used, call: (one, other) => `${awaited(method)}${callee}(${args(one, other)})` });
  };
  for (const [method, local] of named) add(local, method);
  for (const object of [...whole, ...namespaces, 't.assert']) {
    add(object, 'ok');
    for (const method of Object.keys(failingArguments)) {
      add(`${object}.${method}`, method);
      add(`${object}.strict.${method}`, method);
    }
  }
  const expects =
    [...bindingsOf(text, ['vitest', '@jest/globals', 'bun:test', 'expect', 'chai']).named].find(([name]) => name === 'expect')?.[1] ??
    'expect';
  for (const [matcher, call] of Object.entries(failingMatchers)) {
    const used = count(text, `.${matcher}`);
    if (used > 0 && count(text, expects) > 0) calls.push({ used, call: (one, other) => `${expects}${call(one, other)}` });
  }
  if (calls.length === 0 && bindingsOf(text, ['test']).named.size + bindingsOf(text, ['test']).whole.length > 0) return [builtinEqual];
  return calls.toSorted((a, b) => b.used - a.used).map(({ call }) => call);
}

/** For a file on Node's test runner that leaves comparing to its helpers. */
const builtinEqual: FailingCall = (one, other) => `process.getBuiltinModule('node:assert').strict.equal('${one}', '${other}')`;

const awaited = (method: string) => (method === 'rejects' || method === 'doesNotReject' ? 'await ' : '');

/** How often a name is called that is not part of a longer one. */
function count(text: string, callee: string): number {
  const start = callee.startsWith('.') ? '' : '(?<![\\w$.])';
  return text.match(new RegExp(`${start}${callee.replace(/[.$]/g, '\\$&')}\\(`, 'g'))?.length ?? 0;
}
