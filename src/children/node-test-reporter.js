// @ts-check
/**
 * A reporter for Node's test runner that says one line of JSON a test to file descriptor 4, and nothing to the runner.
 * Plain JavaScript: stripping types would cost every run of every test command 40 ms (Node 24.21, 2 cores, median of 6).
 *
 * With `node --test` it is loaded in the runner, where no file under test ever is, and its descriptor is not inherited
 * by the process of a test file.
 */
import fs from 'node:fs';
import { resolve } from 'node:path';

// captured before anything else is loaded
const write = fs.writeSync;
const { stringify } = JSON;
const CHANNEL = 4;

/**
 * @typedef {{ name: string, nesting: number, file?: string, skip?: string | boolean, todo?: string | boolean,
 *   expectFailure?: unknown, details?: { type?: string, error?: { failureType?: string } } }} Test
 */

/** @param {AsyncIterable<{ type: string, data: Test }>} events */
export default async function* identities(events) {
  /** Names from the outermost suite inward: `test:start`, `test:pass` and `test:fail` come in the order in which tests are written. @type {string[]} */
  const names = [];
  for await (const { type, data } of events) {
    if (type === 'test:start' || type === 'test:pass' || type === 'test:fail') {
      names.length = data.nesting;
      names.push(data.name);
    }
    if ((type === 'test:pass' || type === 'test:fail') && isTest(data, type)) {
      say({ id: names.join(' > '), outcome: outcomeOf(data, type === 'test:pass') });
    }
  }
  yield '';
}

/**
 * Suites and files are no tests. Where one fails by itself (a hook, an import, an exit code), that is a failed test of its name.
 *
 * @param {Test} data @param {string} type
 */
function isTest({ name, nesting, file, details }, type) {
  const isFile = nesting === 0 && file !== undefined && resolve(name) === file;
  if (!isFile && details?.type !== 'suite') return true;
  return type === 'test:fail' && details?.error?.failureType !== 'subtestsFailed';
}

/** @param {Test} data @param {boolean} passed */
function outcomeOf({ skip, todo, expectFailure }, passed) {
  if (isSet(skip)) return 'skipped';
  if (isSet(todo)) return 'todo';
  if (!passed) return 'failed';
  return isSet(expectFailure) ? 'expected_failure' : 'passed';
}

/** A reason may be an empty text. @param {unknown} mark */
const isSet = mark => mark !== undefined && mark !== false && mark !== null;

/** @param {{ id: string, outcome: string }} result */
function say(result) {
  let rest = Buffer.from(`${stringify(result)}\n`);
  while (rest.length > 0) {
    try {
      rest = rest.subarray(write(CHANNEL, rest));
    } catch (error) {
      if (/** @type {NodeJS.ErrnoException} */ (error).code !== 'EAGAIN') throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1);
    }
  }
}
