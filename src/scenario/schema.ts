import { z } from 'zod';
import { Expectation, expectKeys, GateExpectation, OutputExpectation, outputKeys } from '../expect/expectation.ts';
import { AnyMapMatcher } from '../expect/matcher.ts';
import { descriptionKeys, InvariantName, runKeys, TestName } from './keys.ts';
import { isMap } from '../model/json.ts';
import { isBuilt } from '../model/shape.ts';
import { withRemovals } from './removable.ts';

type Shape = Record<string, z.ZodType>;
type Optional<T extends Shape> = { [K in keyof T]: z.ZodOptional<T[K]> };
type Removable<T extends Shape> = { [K in keyof T]: z.ZodOptional<z.ZodNullable<T[K]>> };

const mapShape = (shape: Shape, change: (schema: z.ZodType) => z.ZodType) =>
  Object.fromEntries(Object.entries(shape).map(([key, schema]) => [key, change(schema).describe(schema.description ?? key)]));
const optional = <T extends Shape>(shape: T) => mapShape(shape, schema => schema.optional()) as Optional<T>;
/** Every key optional, and null to take back what stands further out. */
const removable = <T extends Shape>(shape: T) => mapShape(shape, schema => schema.nullable().optional()) as Removable<T>;

const version = { scenario: z.literal(1).describe('Version of the scenario language.') };
const about = { ...descriptionKeys, ...runKeys };

const Invariants = z
  .record(InvariantName, Expectation)
  .refine(map => Object.keys(map).length > 0, { error: 'asserts nothing', abort: true })
  .describe('Name to expectation, added to every scenario below; only in _defaults.yaml.');

/** A scenario with defaults, `each` and row laid over each other: what is run and judged. */
export const ScenarioSpec = z.strictObject({ ...optional(about), invariants: Invariants.optional(), expect: Expectation });
export type ScenarioSpec = Omit<z.output<typeof ScenarioSpec>, 'expect'> & { expect: Expectation };
/** The same of a command: only what it ends with and says can be expected. */
const CommandSpec = ScenarioSpec.extend({ expect: OutputExpectation });
/** The same of a gate, whose document is its decision. */
const GatedSpec = ScenarioSpec.extend({ expect: GateExpectation });

/** The schema that fits what a scenario does. */
export function specSchemaOf(value: unknown) {
  const does = isMap(value) ? value['do'] : undefined;
  if (does === 'gate') return GatedSpec;
  return does === 'verify' || does === 'cli' ? CommandSpec : ScenarioSpec;
}

// The files: here only what makes them files. Their keys are checked once they are laid over each other.
const noInvariants = {
  invariants: z.never({ error: 'can only stand in _defaults.yaml: what one scenario has to show is its expect' }).optional(),
};
export const TerseFile = z.looseObject({ ...version, ...noInvariants });
export const DefaultsFile = z.looseObject({
  ...version,
  name: z.never({ error: 'cannot be a default: every scenario has a name of its own' }).optional(),
});
const matrix = TestName.describe('Name of the table; `failures` counts towards the failure matrix of CTO-WORK-007.');
const rowCase = TestName.describe('Name of the row.');
/** Every column that a row can have, whatever stands in it. */
const columns = mapShape({ ...about, ...expectKeys, ...outputKeys }, schema => (isBuilt(schema) ? z.unknown().optional() : schema));
export const TableFile = z.strictObject({
  ...version,
  matrix,
  each: z.looseObject({ ...noInvariants, name: z.never({ error: 'cannot be shared: a row is named by its case' }).optional() }).optional(),
  rows: z
    .array(
      z.strictObject({
        case: rowCase,
        ...columns,
        expect: z.never({ error: 'cannot stand in a row: the expect keys are columns' }).optional(),
      }),
    )
    .min(1),
});

/** JSON Schema of a scenario file, for editors (`# yaml-language-server: $schema=…`). */
export function scenarioJsonSchema(): Record<string, unknown> {
  const report = z
    .union([expectKeys.report, AnyMapMatcher])
    .describe(
      'Partial match over report.json; of do: verify and cli over the JSON document that the command gives, of do: gate over the decision.',
    );
  const nullable = (keys: Shape) => Object.fromEntries(Object.entries(keys).map(([key, schema]) => [key, withRemovals(schema)]));
  const { backend, limits, given, model, approval, env } = runKeys;
  const told = { ...about, ...nullable({ backend, limits, given, model, approval, env }) };
  const shown = { ...expectKeys, ...outputKeys, ...nullable({ events: expectKeys.events, artifacts: expectKeys.artifacts }), report };
  const expectation = z.strictObject(removable(shown)).describe('What the evidence has to show.');
  const each = z.strictObject({ ...removable(told), expect: expectation.nullable().optional() }).omit({ name: true });
  const row = z.strictObject({ case: rowCase, ...removable({ ...told, ...shown }) });
  const schema = z
    .union([
      z.strictObject({ ...version, ...removable(told), expect: expectation }).describe('One scenario.'),
      z
        .strictObject({
          ...version,
          matrix,
          each: each.optional().describe('What every row has, unless it says otherwise.'),
          rows: z.array(row).min(1).describe('One scenario each: its columns are run keys and expect keys.'),
        })
        .describe('A table of scenarios.'),
      each
        .extend({ ...version, invariants: Invariants.optional() })
        .describe('_defaults.yaml: keys for every scenario below its folder; the nearer file wins.'),
    ])
    .meta({ id: 'scenario', title: 'Scenario', description: 'What to run, and what evidence to expect.' });
  return z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as Record<string, unknown>;
}
