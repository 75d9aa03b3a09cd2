import { z } from 'zod';
import { Contract } from '../model/contract.ts';
import { Manifest, Report } from '../model/report.ts';
import { TaskSpec } from '../model/task.ts';
import { TestReport } from '../model/verification.ts';

interface Entry {
  schema: z.ZodType;
  /** `input`: as a person writes it, defaults left out. `output`: as proofgate writes it. */
  io: 'input' | 'output';
  about: string;
}

/** What is written down in JSON Schema; `schema/<name>.v1.json`. */
const entries = {
  task: { schema: TaskSpec, io: 'input', about: 'fixtures/<task>/task.yaml' },
  report: { schema: Report, io: 'output', about: 'report.json of a bundle' },
  manifest: { schema: Manifest, io: 'output', about: 'manifest.json of a bundle' },
  'task-contract': { schema: Contract, io: 'output', about: 'task.contract.json of a bundle' },
  'test-report': { schema: TestReport, io: 'output', about: 'test-report.json of a bundle' },
} as const satisfies Record<string, Entry>;

export type SchemaName = keyof typeof entries;
export const schemaNames = Object.keys(entries) as SchemaName[];
export const isSchemaName = (name: string): name is SchemaName => Object.hasOwn(entries, name);
export const schemaAbout = (name: SchemaName): string => entries[name].about;

/** Relative to the project. */
export const schemaPath = (name: SchemaName): string => `schema/${name}.v1.json`;

/** The JSON Schema as text, ready for a file. */
export function schemaText(name: SchemaName): string {
  const { schema, io } = entries[name];
  return `${JSON.stringify(z.toJSONSchema(schema, { io }), null, 2)}\n`;
}
