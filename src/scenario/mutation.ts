import { z } from 'zod';

/** A path that stays below the folder that it is relative to. */
export const BundlePath = z.string().regex(/^(?!\/)(?!(.*\/)?\.\.(\/|$)).+$/, 'must be relative to the bundle, without ..');

/** The ways to change a file; exactly one of them is written. */
export const changes = {
  flip: z
    .union([z.int(), z.literal(true)])
    .optional()
    .describe('Offset of a byte whose bits are all turned, from the end where negative; true: the middle one.'),
  drop: z
    .union([z.int().positive(), z.literal(true)])
    .optional()
    .describe('Number of a line that is taken out, from 1; true: the whole file.'),
  append: z.string().min(1).optional().describe('Text that is added at the end.'),
  replace: z
    .tuple([z.string().min(1), z.string()])
    .refine(([before, after]) => before !== after, 'changes nothing')
    .optional()
    .describe('`[before, after]`: text that stands in it once, and what stands there afterwards.'),
};

/** One change, whatever it is done to. */
export type Change = { [K in keyof typeof changes]?: z.output<(typeof changes)[K]> };

/** Whether exactly one change is written. */
export const isOneChange = ({ flip, drop, append, replace }: Change): boolean =>
  [flip, drop, append, replace].filter(one => one !== undefined).length === 1;

export const oneChange = { error: 'needs exactly one of flip, drop, append and replace' };

/** Exactly one change to one file of a bundle. */
export const Mutation = z
  .strictObject({ file: BundlePath.describe('The file, relative to the bundle.'), ...changes })
  .refine(isOneChange, oneChange);
export type Mutation = z.output<typeof Mutation>;
