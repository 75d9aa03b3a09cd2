import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { UserError } from '../errors.ts';
import { newMemory } from '../scenario/memory.ts';
import { idOf } from '../scenario/resolved.ts';
import { quietPorts } from '../testing/command-line.ts';
import { aProject } from '../testing/project.ts';
import { selectScenarios } from './select.ts';

const blocked = 'backend: case\nexpect: {status: blocked}\n';
const table = `scenario: 1
matrix: m
each: {backend: case, expect: {status: blocked}}
rows:
  - {case: one}

  - case: two
    stage: 1
`;

/** Asks for a word in a project of two files and a folder. */
async function ask(word: string, files: Record<string, string> = {}): Promise<string[]> {
  await using project = await aProject({
    'scenarios/a.yaml': `scenario: 1\n${blocked}`,
    'scenarios/t.yaml': table,
    'scenarios/deep/_defaults.yaml': 'scenario: 1\nstage: 1\n',
    'scenarios/deep/b.yaml': `scenario: 1\nname: a title of its own\n${blocked}`,
    ...files,
  });
  const root = { project: project.root, scenarios: join(project.root, 'scenarios') };
  return (await selectScenarios(word, { root, cwd: join(project.root, 'scenarios') }, quietPorts(), newMemory())).map(idOf);
}

const refused = async (word: string, files: Record<string, string> = {}) => {
  const error = await ask(word, files).then(
    ids => new Error(`selected ${ids.join()}`),
    (reason: unknown) => reason,
  );
  if (!(error instanceof UserError)) throw error;
  return error.problems[0];
};

describe('a word selects', () => {
  it.each([
    ['all of a file, seen from here', 't.yaml', ['scenarios/t.yaml#m > one', 'scenarios/t.yaml#m > two']],
    ['all of a file, seen from the project', 'scenarios/a.yaml', ['scenarios/a.yaml#a']],
    ['a row by its whole title', 't.yaml#m > two', ['scenarios/t.yaml#m > two']],
    ['a row by its own name', 't.yaml#two', ['scenarios/t.yaml#m > two']],
    ['the row at its first line', 't.yaml:5', ['scenarios/t.yaml#m > one']],
    ['the row that a line belongs to', 't.yaml:8', ['scenarios/t.yaml#m > two']],
    ['the row that a place belongs to', 't.yaml:8:5', ['scenarios/t.yaml#m > two']],
    ['the one scenario of a file, at any line', 'a.yaml:1', ['scenarios/a.yaml#a']],
    ['a title that only one has', 'a title of its own', ['scenarios/deep/b.yaml#a title of its own']],
    ['the whole title before the name of a row', 'one', ['scenarios/z.yaml#one']],
  ])('%s', async (_title, word, ids) => {
    expect(await ask(word, { 'scenarios/z.yaml': `scenario: 1\nname: one\n${blocked}` })).toEqual(ids);
  });
});

describe('a word that selects nothing, or too much, is said with what was meant', () => {
  it('candidates of a title', async () => {
    expect(await refused('two', { 'scenarios/u.yaml': table })).toMatchObject({
      at: 'two',
      message: '2 scenarios have this title',
      frame: '  scenarios/t.yaml#m > two\n  scenarios/u.yaml#m > two',
    });
  });

  it.each([
    ['a title with a letter wrong', 'a tilte of its own', 'no scenario has this title', /Did you mean "a title of its own"\?/],
    ['a file that is not there', 'scenarios/tt.yaml', 'there is no such file', /Did you mean "scenarios\/t\.yaml"\?/],
    ['a row that is not there', 't.yaml#tow', 'no scenario of the file has this title', /Did you mean "two"\?/],
    ['a line before the first row', 't.yaml:3', 'no scenario stands at that line', /one of these lines/],
    ['a line after the last', 't.yaml:99', 'the file has 9 lines', /one of these lines/],
    ['a folder', 'deep', 'is a folder', /a file of it/],
    ['defaults', 'deep/_defaults.yaml', 'is no scenario: its keys go into every scenario below', /a file below/],
  ])('%s', async (_title, word, message, hint) => {
    const problem = await refused(word);
    expect(problem.message).toBe(message);
    expect(problem.hint).toMatch(hint);
  });

  it('files that do not load are counted, since the title may stand there', async () => {
    expect((await refused('nowhere', { 'scenarios/x.yaml': 'scenario: 2\n' })).hint).toContain(
      'A file does not load: proofgate lint says why.',
    );
  });

  it('the problems of a file are those of the loader', async () => {
    expect(await refused('x.yaml', { 'scenarios/x.yaml': `scenario: 1\nstag: 2\n${blocked}` })).toMatchObject({
      at: 'scenarios/x.yaml:2:1',
      message: 'stag: unknown key',
    });
  });
});
