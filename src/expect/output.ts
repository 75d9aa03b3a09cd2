import { z } from 'zod';
import type { Path } from '../model/json.ts';
import { ContentSpec, judgeContent } from './artifacts.ts';
import type { Evidence } from './evidence.ts';
import { type Matcher, matcherFor } from './matcher.ts';
import { match, type Mismatch } from './match.ts';

/** What a scenario expects of a stream of a command: `empty`, `present`, its whole text or a matcher over it, or the clauses of an artifact. */
export const OutputSpec = z.union([ContentSpec, matcherFor(z.string())]);
export type OutputSpec = z.output<typeof OutputSpec>;

/** Judges one stream; a run of the engine has none. */
export async function judgeOutput(spec: OutputSpec, name: 'stdout' | 'stderr', evidence: Evidence, path: Path): Promise<Mismatch[]> {
  const text = evidence[name];
  if (text === undefined) return match(spec as Matcher, undefined, path);
  if (spec === 'present') return text === '' ? [{ path, expected: 'present', got: text, message: `expected ${name}, got nothing` }] : [];
  if (spec === 'empty') {
    return text === ''
      ? []
      : [{ path, expected: 'empty', got: text, message: `expected ${name} to be empty, got ${text.length} characters` }];
  }
  const content = typeof spec === 'string' ? undefined : ContentSpec.safeParse(spec).data;
  if (content === undefined) return match(spec as Matcher, text, path);
  return judgeContent(content, { name, bytes: new TextEncoder().encode(text) }, evidence, path);
}
