import { join } from 'node:path';
import { statementFile } from '../promotion/place.ts';
import { resultFile } from '../suite/record.ts';
import { sha256 } from '../model/digest.ts';
import type { GateFault, GateSpecimen, Loose } from './gate-fault.ts';
import { stateOf } from './gate-fault-hands.ts';

async function takeOut(s: GateSpecimen): Promise<void> {
  await s.json(`${s.suite}/plan.json`, plan => void (plan.scenarios = plan.scenarios.filter((one: Loose) => one.id !== s.ids.passes)));
  for (const file of [resultFile(s.ids.passes), statementFile(s.ids.passes)]) await s.ports.files.remove(join(s.root, s.suite, file));
}

/** What is done to the record of a suite. */
export const suiteFaults: readonly GateFault[] = [
  {
    what: 'a result dropped after the suite was signed',
    exit: 4,
    codes: ['suite_changed', 'scenario_missing'],
    do: s => s.ports.files.remove(join(s.root, s.suite, resultFile(s.ids.passes))),
  },
  {
    what: 'a result dropped, and the suite signed again',
    exit: 2,
    codes: ['scenario_missing'],
    async do(s) {
      await s.ports.files.remove(join(s.root, s.suite, resultFile(s.ids.passes)));
      await s.signPlan();
    },
  },
  {
    what: 'a result edited',
    exit: 4,
    codes: ['suite_changed', 'statement_differs'],
    do: s => s.result(s.ids.passes, result => void (result.duration_ms = 1)),
  },
  {
    what: 'a result of another version of its scenario',
    exit: 4,
    codes: ['suite_unreadable', 'scenario_missing'],
    do: s => s.result(s.ids.passes, result => void (result.digest = sha256('x'))),
  },
  {
    what: 'a red scenario',
    exit: 1,
    codes: ['scenario_red'],
    do: stateOf('red'),
  },
  {
    what: 'a red scenario that nobody signed for',
    exit: 1,
    codes: ['scenario_red', 'statement_missing'],
    async do(s) {
      await stateOf('red')(s);
      await s.ports.files.remove(join(s.root, s.suite, statementFile(s.ids.passes)));
    },
  },
  { what: 'a flaky scenario', exit: 2, codes: ['scenario_left_out'], do: stateOf('flaky') },
  { what: 'a skipped scenario', exit: 2, codes: ['scenario_left_out'], do: stateOf('skipped') },
  { what: 'a scenario to be written', exit: 2, codes: ['scenario_left_out'], do: stateOf('todo') },
  { what: 'a scenario that is known to fail', exit: 2, codes: ['scenario_left_out'], do: stateOf('fails') },
  {
    what: 'a scenario taken out of the plan, with its result',
    exit: 4,
    codes: ['suite_changed', 'scenario_missing'],
    do: takeOut,
  },
  {
    what: 'a scenario taken out of the plan, with its result, and the suite signed again',
    exit: 2,
    codes: ['scenario_missing'],
    async do(s) {
      await takeOut(s);
      await s.signPlan();
    },
  },
  {
    what: 'the plan edited',
    exit: 4,
    codes: ['suite_unreadable', 'scenario_missing'],
    do: s => s.json(`${s.suite}/plan.json`, plan => void (plan.scenarios[0].digest = sha256('x'))),
  },
  {
    what: 'the plan edited, and everything below it',
    exit: 4,
    codes: ['plan_differs', 'suite_changed', 'statement_differs'],
    async do(s) {
      await s.json(
        `${s.suite}/plan.json`,
        plan => void (plan.scenarios.find((one: Loose) => one.id === s.ids.passes).digest = sha256('x')),
      );
      await s.result(s.ids.passes, result => void (result.digest = sha256('x')));
    },
  },
  {
    what: 'a suite that began later, by its plan, than it was signed',
    exit: 4,
    codes: ['suite_changed'],
    do: s => s.json(`${s.suite}/plan.json`, plan => void (plan.started = new Date(Date.parse(plan.started) + 1000).toISOString())),
  },
  { what: 'a suite that was cut off', exit: 2, codes: ['suite_not_ended'], do: s => s.ports.files.remove(join(s.root, s.suite, 'ended')) },
  {
    what: 'no suite at all',
    exit: 2,
    codes: ['suite_missing', 'scenario_missing'],
    do: s => s.ports.files.remove(join(s.root, s.suite)),
  },
];
