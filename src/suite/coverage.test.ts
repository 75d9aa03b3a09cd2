import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { blockers } from '../model/blocker.ts';
import { notBuilt } from '../model/built.ts';
import type { Scenario } from '../scenario/scenario.ts';
import type { ScenarioSpec } from '../scenario/schema.ts';
import { missingFrom, wanted } from './coverage.ts';

const aScenario = (spec: Partial<ScenarioSpec>, proves: string[] = []): Scenario => ({ spec, proves }) as unknown as Scenario;
const expects = (expectation: ScenarioSpec['expect'], over: Partial<ScenarioSpec> = {}) => aScenario({ expect: expectation, ...over });

/** What a scenario takes off the list. */
const shows = (...scenarios: Scenario[]) => {
  const left = new Set(missingFrom(scenarios));
  return missingFrom([]).filter(name => !left.has(name));
};

describe('a suite without scenarios', () => {
  it('lacks every built blocker, event, marker, exit class and row of the matrix, each by name', () => {
    const all = missingFrom([]);
    expect(all).toHaveLength(Object.values(wanted).flat().length);
    expect(all).toEqual(
      expect.arrayContaining([
        'blocker no_diff',
        'event approval.granted',
        'marker provider-timeout.txt',
        'exit class invalid',
        'exit class of the command line usage',
        'row of the failure matrix artifact-write-failure',
      ]),
    );
    expect(all.filter(name => name.startsWith('row of'))).toHaveLength(12);
  });

  it('does not lack what nothing brings about yet', () => {
    expect(notBuilt.blockers.length).toBeGreaterThan(0);
    expect(missingFrom([]).filter(name => notBuilt.blockers.some(code => name === `blocker ${code}`))).toEqual([]);
  });
});

describe('a scenario shows', () => {
  it.each<[string, Scenario, string[]]>([
    ['the blocker that it expects', expects({ blocker: 'no_diff' }), ['blocker no_diff']],
    ['every blocker of an exact list', expects({ blockers: ['no_diff', 'timeout'] }), ['blocker no_diff', 'blocker timeout']],
    ['no blocker that it excludes', expects({ blocker: { $not: 'no_diff' } }), []],
    [
      'events in order, in groups, with their data',
      expects({ events: ['run.started', [{ type: 'backend.started' }]] }),
      ['event run.started', 'event backend.started'],
    ],
    ['events by number, unless it is none', expects({ events: { count: { 'run.started': 1, 'plan.updated': 0 } } }), ['event run.started']],
    ['no event that must never be', expects({ events: { never: ['run.started'], in_order: [{ not: 'plan.updated' }] } }), []],
    ['a marker that is there', expects({ artifacts: { 'backend/provider-timeout.txt': 'present' } }), ['marker provider-timeout.txt']],
    ['no marker that is absent', expects({ artifacts: { 'backend/provider-timeout.txt': 'absent' } }), []],
    ['the class of an exit', expects({ exit: 'blocked' }), ['exit class blocked']],
    ['every class that a code is in', expects({ exit: 1 }), ['exit class nonzero', 'exit class fail']],
    ['no class by codes of two', expects({ exit: [0, 1] }), []],
    [
      'the class of the real command line',
      expects({ exit: 'usage' }, { do: 'cli' }),
      ['exit class usage', 'exit class of the command line usage'],
    ],
    [
      'the row of the matrix that it proves by its blocker',
      aScenario({ expect: { blocker: 'no_diff' } }, ['CTO-WORK-007/no-diff']),
      ['blocker no_diff', 'row of the failure matrix no-diff'],
    ],
    ['no row that it only says it proves', aScenario({ expect: { blocker: 'timeout' } }, ['CTO-WORK-007/no-diff']), ['blocker timeout']],
    ['nothing while it is skipped', expects({ blocker: 'no_diff' }, { skip: 'later' }), []],
    ['nothing while it is to be written', expects({ blocker: 'no_diff' }, { todo: true }), []],
    ['nothing while it is known to fail', expects({ blocker: 'no_diff' }, { fails: 'blocker' }), []],
  ])('%s', (_title, scenario, names) => {
    expect(shows(scenario).toSorted()).toEqual(names.toSorted());
  });
});

describe('a row of the blocker table that is not built', () => {
  const src = join(import.meta.dirname, '..');
  const texts = readdirSync(src, { recursive: true, encoding: 'utf8' })
    .filter(file => file.endsWith('.ts') && !file.endsWith('.test.ts') && file !== 'model/blocker.ts')
    .map(file => readFileSync(join(src, file), 'utf8'));
  // words for a blocker that somebody else raised (`case 'x':`) raise none
  const names = (code: string) => texts.filter(text => new RegExp(`(?<!case )'${code}'`).test(text)).length;

  it.each(notBuilt.blockers)('%s is raised by no code', code => {
    expect(names(code)).toBe(0);
  });

  it('is told from those that are: each of these is named by some code', () => {
    const unnamed = Object.entries(blockers).filter(([code, { built }]) => built && names(code) === 0);
    expect(unnamed).toEqual([]);
  });
});
