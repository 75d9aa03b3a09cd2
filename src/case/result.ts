import { z } from 'zod';

/** What an agent of Case said about its own phase; nothing in it was compared with git. */
export interface AgentResult {
  status: 'completed' | 'failed' | 'blocked';
  /** Why there is no result to be read: what the parser of Case said; null: there is one. */
  unreadable: string | null;
  /** What it said, for a person. */
  said: string;
  /** Categories of its rubric that it did not pass. */
  failed: string[];
  /** Whether it found something critical. */
  critical: boolean;
}

const Category = z.looseObject({ category: z.string(), verdict: z.unknown().optional() });

/** `result` of phase_end. Source: protocol notes, sections 4 and 8; Case has put its defaults in for fields of another type. */
const Envelope = z.object({
  status: z.enum(['completed', 'failed', 'blocked']),
  summary: z.string().catch(''),
  error: z.string().nullable().catch(null),
  rubric: z
    .object({ categories: z.array(z.unknown()) })
    .optional()
    .catch(undefined),
  findings: z.looseObject({ critical: z.unknown().optional() }).optional().catch(undefined),
});

/** Errors of Case's parser; an agent that failed on its own says something else. Source: protocol notes, section 5. */
const PARSER =
  /^AGENT_RESULT (start delimiter not found|end delimiter not found|JSON parse error: |is not a JSON object|missing required field: |invalid status: )/;

/** Longer texts of a model are no reason, they are a novel. */
const MAX_SAID = 500;

export function readResult(result: unknown): AgentResult {
  const parsed = Envelope.safeParse(result);
  if (!parsed.success) return { status: 'failed', unreadable: 'it ended without a result', said: '', failed: [], critical: false };
  const { status, summary, error, rubric, findings } = parsed.data;
  return {
    status,
    unreadable: error !== null && PARSER.test(error) ? error.slice(0, MAX_SAID) : null,
    said: (status === 'completed' ? summary : (error ?? summary)).slice(0, MAX_SAID),
    failed: (rubric?.categories ?? []).flatMap(failedCategory),
    critical: isSome(findings?.critical),
  };
}

/** Anything but a plain pass, or not applicable, is not passed. */
function failedCategory(value: unknown): string[] {
  const { success, data } = Category.safeParse(value);
  if (!success) return ['a category that cannot be read'];
  return data.verdict === 'pass' || data.verdict === 'na' ? [] : [data.category.slice(0, 100)];
}

/** A count, a list, or something that nobody can count: that is some, too. */
function isSome(critical: unknown): boolean {
  if (critical === undefined || critical === null || critical === 0) return false;
  return Array.isArray(critical) ? critical.length > 0 : true;
}
