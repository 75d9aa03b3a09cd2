import { z } from 'zod';
import type { Role } from './script.ts';

/** What an agent of Case says of its own phase; `malformed` is an envelope with broken JSON in it. */
export const EnvelopeStatus = z.enum(['completed', 'failed', 'blocked', 'malformed']).describe('What it claims.');
export type EnvelopeStatus = z.output<typeof EnvelopeStatus>;

const verifier = ['reproduced-scenario', 'exercised-changed-path', 'evidence-proves-change', 'edge-case-checked'] as const;
const reviewer = ['principle-compliance', 'scope-discipline', 'test-sufficiency', 'pattern-fit'] as const;

/** Categories by which a role judges; of the reviewer's the first two are hard. Source: protocol notes of Case, section 8. */
export const rubricCategories: { readonly [role in Role]?: readonly string[] } = { verifier, reviewer };

export const Rubric = z
  .partialRecord(z.enum([...verifier, ...reviewer]), z.enum(['pass', 'fail', 'na']))
  .refine(map => Object.keys(map).length > 0, { error: 'says nothing', abort: true })
  .describe('Category to verdict, where it is not a pass; only for verifier and reviewer.');
export type Rubric = z.output<typeof Rubric>;

const count = (of: string) => z.int().nonnegative().optional().describe(`How many ${of}.`);
export const Findings = z
  .strictObject({ critical: count('critical ones'), warnings: count('warnings'), info: count('remarks') })
  .refine(map => Object.keys(map).length > 0, { error: 'says nothing', abort: true })
  .describe('What the reviewer found; only for the reviewer.');
export type Findings = z.output<typeof Findings>;

/** What is said in an envelope. */
export interface Envelope {
  envelope: EnvelopeStatus;
  rubric?: Rubric | undefined;
  findings?: Findings | undefined;
  summary?: string | undefined;
}

/**
 * The text that ends a phase of Case: delimiters and strict JSON between them.
 * It names no commit and no files: what it says of them is never compared with git (protocol notes, section 8).
 */
export function envelopeText({ envelope, rubric = {}, findings = {}, summary }: Envelope, role: Role): string {
  if (envelope === 'malformed') return '<<<AGENT_RESULT\n{"status":"completed","summary":\nAGENT_RESULT>>>';
  const categories = rubricCategories[role];
  const result = {
    status: envelope,
    summary: summary ?? `scripted ${role}`,
    artifacts: {
      commit: null,
      filesChanged: [],
      testsPassed: envelope === 'completed',
      screenshotUrls: [],
      evidenceMarkers: [],
      prUrl: null,
      prNumber: null,
    },
    error: envelope === 'completed' ? null : `scripted ${envelope}`,
    ...(categories && {
      rubric: {
        role,
        categories: categories.map(category => ({ category, verdict: rubric[category as keyof Rubric] ?? 'pass', detail: 'scripted' })),
      },
    }),
    ...(role === 'reviewer' && { findings: { critical: 0, warnings: 0, info: 0, ...findings, details: [] } }),
  };
  return `<<<AGENT_RESULT\n${JSON.stringify(result)}\nAGENT_RESULT>>>`;
}
