import { z } from 'zod';
import { BinaryAdmission, ModelAdmission, OwnedRepository, SourceAdmission } from '../model/admission.ts';
import { ApprovalFile } from '../model/approval.ts';
import { Comparison } from '../model/comparison.ts';
import { Contract } from '../model/contract.ts';
import { Policy } from '../model/policy.ts';
import { Manifest, Report } from '../model/report.ts';
import { StageRecord } from '../model/stage.ts';
import { Decision } from '../model/decision.ts';
import { LedgerEntry } from '../model/ledger.ts';
import { Envelope, LapseStatement, RunStatement, SuiteStatement, SummaryStatement } from '../model/statement.ts';
import { TaskSpec } from '../model/task.ts';
import { TestReport } from '../model/verification.ts';
import { Workboard } from '../scenario/board.ts';
import { scenarioJsonSchema } from '../scenario/schema.ts';

interface Entry {
  about: string;
  make(): unknown;
}

/** As a person writes it: what has a default may be left out. */
const written = (schema: z.ZodType) => () => z.toJSONSchema(schema, { io: 'input' });
/** As proofgate writes it. */
const produced = (schema: z.ZodType) => () => z.toJSONSchema(schema, { io: 'output' });

/** What is written down in JSON Schema; `schema/<name>.v1.json`. */
// oxfmt-ignore
const entries = {
  task:               { about: 'fixtures/<task>/task.yaml',          make: written(TaskSpec) },
  scenario:           { about: 'a file of scenarios/, either form',  make: scenarioJsonSchema },
  workboard:          { about: 'admissions/workboard.yaml',          make: written(Workboard) },
  'model-admission':  { about: 'a record of admissions/models/',     make: written(ModelAdmission) },
  'binary-admission': { about: 'a record of admissions/binaries/',   make: written(BinaryAdmission) },
  policy:             { about: 'admissions/policy.yaml',             make: written(Policy) },
  stage:              { about: 'a record of admissions/stages/',     make: written(StageRecord) },
  'source-admission': { about: 'a record of admissions/sources/',    make: written(SourceAdmission) },
  comparison:         { about: 'a record of admissions/comparisons/', make: written(Comparison) },
  'owned-repository': { about: 'a record of admissions/owned/',      make: written(OwnedRepository) },
  approvals:          { about: 'a file for run --approvals',         make: written(ApprovalFile) },
  report:             { about: 'report.json of a bundle',            make: produced(Report) },
  manifest:           { about: 'manifest.json of a bundle',          make: produced(Manifest) },
  'task-contract':    { about: 'task.contract.json of a bundle',     make: produced(Contract) },
  'test-report':      { about: 'test-report.json of a bundle',       make: produced(TestReport) },
  challenge:          { about: 'an entry of admissions/ledger/',     make: produced(LedgerEntry) },
  decision:           { about: 'a decision of admissions/ledger/',   make: produced(Decision) },
  envelope:           { about: 'a *.dsse.json file',                 make: produced(Envelope) },
  'run-statement':    { about: 'what a runner signs',                make: produced(RunStatement) },
  'suite-statement':  { about: 'what a runner signs of a plan',      make: produced(SuiteStatement) },
  promotion:          { about: 'what an approver signs',             make: produced(SummaryStatement) },
  lapse:              { about: 'what an approver signs of a lapse',  make: produced(LapseStatement) },
} as const satisfies Record<string, Entry>;

export type SchemaName = keyof typeof entries;
export const schemaNames = Object.keys(entries) as SchemaName[];
export const isSchemaName = (name: string): name is SchemaName => Object.hasOwn(entries, name);
export const schemaAbout = (name: SchemaName): string => entries[name].about;

/** Relative to the project. */
export const schemaPath = (name: SchemaName): string => `schema/${name}.v1.json`;

/** The JSON Schema as text, ready for a file. */
export const schemaText = (name: SchemaName): string => `${JSON.stringify(entries[name].make(), null, 2)}\n`;
