import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { AnyMatcher } from '../expect/matcher.ts';
import { exitClasses } from '../model/exit.ts';
import { keysAt } from '../model/shape.ts';
import { nodePorts } from '../node/ports.ts';
import { ScenarioSpec } from '../scenario/schema.ts';
import { type Form, formsOf, MATCHING, sections } from './matching-page.ts';

const project = join(import.meta.dirname, '..', '..');
const ports = nodePorts();
const names = Object.keys(sections);
const tables = new Map(await Promise.all(names.map(async name => [name, await formsOf(name, project, ports)] as const)));
const forms = [...tables.values()].flat();

/** Nothing that is built ends so: the form can only show what it refuses. */
const notBuilt = ['`refused`'];

it('the page has every table of scenarios/matching', () => {
  const files = readdirSync(join(project, MATCHING)).filter(name => name.endsWith('.yaml'));
  expect(files.toSorted()).toEqual(names.map(name => `${name}.yaml`).toSorted());
});

describe('every form has an example that holds and one that is refused', () => {
  it.each(forms.map(form => [form.written, form] as const))('%s', (written, { asks, passes, refused }) => {
    expect(written).toMatch(/^`/);
    expect(asks).not.toBe('');
    expect(passes.length > 0).toBe(!notBuilt.includes(written));
    expect(refused.length).toBeGreaterThan(0);
  });
});

describe('nothing of the language is left out', () => {
  const textOf = (pick: (form: Form) => Form['passes'], table: readonly Form[] = forms) => table.flatMap(pick).map(({ text }) => text);
  const holds = textOf(({ passes }) => passes).join('\n');
  const refused = textOf(form => form.refused).join('\n');
  const isIn = (key: string, text: string) => new RegExp(`(^|[{ ,])${RegExp.escape(key)}: `, 'm').test(text);

  it.each([
    ['operators', keysAt(AnyMatcher, [])],
    ['what is said of an artifact', keysAt(ScenarioSpec, ['expect', 'artifacts', 'x'])],
    ['what is said of events', keysAt(ScenarioSpec, ['expect', 'events'])],
    ['keys of expect', keysAt(ScenarioSpec, ['expect'])],
  ])('%s', (_title, keys) => {
    expect(keys.length).toBeGreaterThan(3);
    expect(keys.filter(key => !isIn(key, holds))).toEqual([]);
    expect(keys.filter(key => !isIn(key, refused))).toEqual([]);
  });

  it('words of exit', () => {
    const words = (pick: (form: Form) => Form['passes']) =>
      textOf(pick, tables.get('exits'))
        .join('\n')
        .match(/\b[a-z]+$/gm) ?? [];
    expect(new Set(words(form => form.refused))).toEqual(new Set(Object.keys(exitClasses)));
    expect(new Set(words(form => form.passes))).toEqual(new Set(Object.keys(exitClasses).filter(word => word !== 'refused')));
  });
});
