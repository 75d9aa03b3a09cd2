import { join } from 'node:path';
import { PLAN_STATEMENT, statementFile } from '../promotion/place.ts';
import type { GateFault, Loose } from './gate-fault.ts';
import { signAll } from './gate-fault-hands.ts';

/** What is done to signatures and statements. */
export const signaturesFaults: readonly GateFault[] = [
  {
    what: 'a statement dropped',
    exit: 2,
    codes: ['statement_missing'],
    do: s => s.ports.files.remove(join(s.root, s.suite, statementFile(s.ids.passes))),
  },
  { what: 'the key of a stranger', exit: 3, codes: ['key_not_allowed'], do: s => signAll(s, undefined, [s.keys.stranger]) },
  { what: 'the key of the approver', exit: 3, codes: ['key_not_allowed'], do: s => signAll(s, undefined, [s.keys.approver]) },
  {
    what: 'the same key twice',
    exit: 4,
    codes: ['statement_invalid'],
    do: s => s.sign(s.ids.passes, undefined, [s.keys.runner, s.keys.runner]),
  },
  {
    what: 'a signature of other bytes',
    exit: 4,
    codes: ['statement_invalid'],
    async do(s) {
      const [one, other] = [`${s.suite}/${statementFile(s.ids.passes)}`, `${s.suite}/${statementFile(s.ids.nothing)}`];
      const { signatures } = JSON.parse(await s.text(other)) as Loose;
      await s.json(one, envelope => void (envelope.signatures = signatures));
    },
  },
  {
    what: 'the statement of another scenario',
    exit: 4,
    codes: ['statement_differs'],
    async do(s) {
      await s.put(`${s.suite}/${statementFile(s.ids.passes)}`, await s.text(`${s.suite}/${statementFile(s.ids.nothing)}`));
    },
  },
  {
    what: 'the statement of another run',
    exit: 4,
    codes: ['statement_differs'],
    do: s => s.sign(s.ids.passes, statement => void (statement.predicate.run.run_id = 'another')),
  },
  {
    what: 'the statement of another suite',
    exit: 4,
    codes: ['statement_differs'],
    do: s => s.sign(s.ids.passes, statement => void (statement.predicate.nonce = 'f'.repeat(32))),
  },
  {
    what: 'the statement about the plan dropped',
    exit: 2,
    codes: ['suite_unsigned'],
    do: s => s.ports.files.remove(join(s.root, s.suite, PLAN_STATEMENT)),
  },
  { what: 'the plan signed by a stranger', exit: 3, codes: ['key_not_allowed'], do: s => s.signPlan(undefined, [s.keys.stranger]) },
  { what: 'the plan signed by the approver', exit: 3, codes: ['key_not_allowed'], do: s => s.signPlan(undefined, [s.keys.approver]) },
  {
    what: 'the plan of another suite, signed',
    exit: 4,
    codes: ['suite_changed'],
    do: s => s.signPlan(statement => void (statement.predicate.nonce = 'f'.repeat(32))),
  },
  {
    what: 'a plan signed with one result fewer',
    exit: 4,
    codes: ['suite_changed'],
    do: s => s.signPlan(statement => void statement.subject.pop()),
  },
  {
    what: 'the statement of a run in the place of that about the plan',
    exit: 4,
    codes: ['statement_invalid'],
    do: async s => s.put(`${s.suite}/${PLAN_STATEMENT}`, await s.text(`${s.suite}/${statementFile(s.ids.passes)}`)),
  },
  {
    what: 'a statement too many',
    exit: 4,
    codes: ['evidence_surplus'],
    async do(s) {
      await s.put(`${s.suite}/statements/${'0'.repeat(32)}.dsse.json`, await s.text(`${s.suite}/${statementFile(s.ids.passes)}`));
    },
  },
];
