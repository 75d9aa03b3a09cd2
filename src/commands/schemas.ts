import { z } from 'zod';
import { BinaryAdmission, ModelAdmission } from '../model/admission.ts';
import { Contract } from '../model/contract.ts';
import { Manifest, Report } from '../model/report.ts';
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
  report:             { about: 'report.json of a bundle',            make: produced(Report) },
  manifest:           { about: 'manifest.json of a bundle',          make: produced(Manifest) },
  'task-contract':    { about: 'task.contract.json of a bundle',     make: produced(Contract) },
  'test-report':      { about: 'test-report.json of a bundle',       make: produced(TestReport) },
} as const satisfies Record<string, Entry>;

export type SchemaName = keyof typeof entries;
export const schemaNames = Object.keys(entries) as SchemaName[];
export const isSchemaName = (name: string): name is SchemaName => Object.hasOwn(entries, name);
export const schemaAbout = (name: SchemaName): string => entries[name].about;

/** Relative to the project. */
export const schemaPath = (name: SchemaName): string => `schema/${name}.v1.json`;

/** The JSON Schema as text, ready for a file. */
export const schemaText = (name: SchemaName): string => `${JSON.stringify(entries[name].make(), null, 2)}\n`;
