import { join } from 'node:path';
import { UserError } from '../errors.ts';
import type { SuiteResult } from '../suite/record.ts';
import type { Ports } from '../ports.ts';
import { type PublicKey, readStatements, readSuiteStatement, Refused, type Statements } from '../promotion/index.ts';
import { statementFile } from '../promotion/place.ts';
import { hasEnded } from '../suite/prune.ts';
import { readSuite, type Suite } from '../suite/read.ts';
import { PLAN } from '../suite/record.ts';
import type { StatementEvidence, SuiteEvidence } from './input.ts';
import type { ReasonCode } from './reasons.ts';

/** The record of a suite as the gate read it. */
export interface SuiteReading {
  evidence: SuiteEvidence;
  resultOf(id: string): SuiteResult | null;
  statementOf(id: string): StatementEvidence;
}

/**
 * Reads the record of a suite and what was signed about it. Nothing in it makes this throw.
 *
 * @param dir absolute
 * @param name as it is told
 */
export async function readSuiteRecord(
  dir: string,
  name: string,
  runners: readonly PublicKey[],
  project: string,
  ports: Ports,
): Promise<SuiteReading> {
  const { files } = ports;
  const statement: SuiteEvidence['statement'] = { problem: { code: 'suite_unsigned', detail: `${name}: nobody signed for its plan` } };
  const nothing: SuiteEvidence = { dir: name, unreadable: null, plan: null, planDigest: null, statement, ended: false, surplus: [] };
  const unsigned = (detail: string): StatementEvidence => ({ problem: { code: 'statement_missing', detail } });
  if ((await files.stat(dir)) === undefined) return { evidence: nothing, resultOf: () => null, statementOf: () => unsigned('was not run') };
  try {
    const suite = await readSuite(dir, ports);
    const { plan, results } = suite;
    const { held, refused } = await readStatements(dir, runners, project, ports);
    const strays = refused.filter(({ code }) => code === 'statement_stray').map(({ detail }) => `${name}: ${detail}`);
    const ofId = new Map(results.map(result => [result.id, result]));
    return {
      evidence: {
        ...nothing,
        plan,
        planDigest: (await files.digest(join(dir, PLAN))).sha256,
        statement: await planStatement(suite, name, runners, ports),
        ended: hasEnded(await files.list(dir)),
        surplus: strays,
      },
      resultOf: id => ofId.get(id) ?? null,
      statementOf: id => statementOf(id, held, refused) ?? unsigned('nobody signed for it'),
    };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    const unreadable = error.problems.map(({ at, message }) => `${at ?? name} ${message}`.replace(`${project}/`, '')).join('; ');
    return {
      evidence: { ...nothing, unreadable },
      resultOf: () => null,
      statementOf: () => unsigned('the record of its suite cannot be read'),
    };
  }
}

async function planStatement(suite: Suite, name: string, runners: readonly PublicKey[], ports: Ports): Promise<SuiteEvidence['statement']> {
  try {
    const { sha256 } = await readSuiteStatement(suite, runners, ports);
    return { sha256 };
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    const code = ofPlan[codeOf(error.code)] ?? codeOf(error.code);
    return { problem: { code, detail: `${name}: ${error.detail}` } };
  }
}

/** What is told of a scenario in one way is told of a whole suite in another. */
const ofPlan: Partial<Record<ReasonCode, ReasonCode>> = { statement_missing: 'suite_unsigned', statement_differs: 'suite_changed' };

function statementOf(id: string, held: Statements['held'], refused: Statements['refused']): StatementEvidence | undefined {
  const signed = held.get(id);
  if (signed) {
    const { sha256, statement } = signed;
    return {
      sha256,
      run: statement.predicate.run,
      subjects: Object.fromEntries(statement.subject.map(({ name, digest }) => [name, digest.sha256])),
    };
  }
  const refusal = refused.find(({ file }) => file === statementFile(id));
  return refusal && { problem: { code: codeOf(refusal.code), detail: refusal.detail } };
}

/** What a refused statement is to the gate: not there, of a stranger, about something else, or none at all. */
function codeOf(code: Statements['refused'][number]['code']): ReasonCode {
  if (code === 'statement_missing') return 'statement_missing';
  if (code === 'signer_unknown') return 'key_not_allowed';
  return about.includes(code) ? 'statement_differs' : 'statement_invalid';
}

const about: readonly string[] = [
  'subject_mismatch',
  'plan_mismatch',
  'result_mismatch',
  'bundle_elsewhere',
  'bundle_foreign',
  'bundle_changed',
];
