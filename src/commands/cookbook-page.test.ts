import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { nodePorts } from '../node/ports.ts';
import { parseYaml } from '../scenario/yaml.ts';
import { recipeOf, recipesIn } from './cookbook-page.ts';

const recipes = await recipesIn(join(import.meta.dirname, '..', '..'), nodePorts());

it('a recipe is its head comment, without the line for editors, and the rest of the file', () => {
  const text = '# yaml-language-server: $schema=x\n# The problem.\n# More\n# of it.\nscenario: 1\n# inside\nexpect: {status: pass}\n';
  expect(recipeOf('a.yaml', text)).toEqual({
    path: 'a.yaml',
    problem: 'The problem.',
    about: 'More\nof it.',
    code: 'scenario: 1\n# inside\nexpect: {status: pass}',
  });
});

describe('every recipe', () => {
  it.each(recipes.map(recipe => [recipe.path, recipe] as const))(
    '%s says its problem, and is a scenario file',
    (path, { problem, code }) => {
      expect(problem).toMatch(/\.$/);
      expect(parseYaml(code, path).value).toMatchObject({ scenario: 1 });
    },
  );

  it('has a number of its own, without a gap', () => {
    const numbers = new Set(recipes.map(({ path }) => Number(/cookbook\/(\d+)-/.exec(path)?.[1])));
    expect([...numbers]).toEqual(Array.from({ length: numbers.size }, (_, i) => i + 1));
    expect(numbers.size).toBeGreaterThanOrEqual(10);
  });
});
