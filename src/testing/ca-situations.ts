import type { Reply, Script } from './ca-model.ts';
import { bash, commit, completed, edit, good, provider, read, rubric, says, silent, tool, wrapped } from './ca-replies.ts';

const envelope = JSON.stringify({ status: 'completed', summary: 'ok' });
const failing = (...last: Reply[]): Script => ({ ...good, implementer: [[read, edit, commit, ...last], last] });
const softFail = [rubric('reviewer', 'pattern-fit', 'fail')];
const hardFail = [rubric('reviewer', 'scope-discipline', 'fail')];
const verifyFail = [rubric('verifier', 'edge-case-checked', 'fail')];

export const COMPLETED = 'Pipeline completed successfully.';
export const failedAt = (agent: string) => `Pipeline failed at ${agent} phase.`;
const NO_START = 'AGENT_RESULT start delimiter not found';
export const committed = { commits: 1, status: [], done: true };
export const untouched = { commits: 0, status: [], done: false };

const cycle = '+implement +verify +review';
const end = '+close +retrospective';
const skipped = '-implement -verify -review';
export const brokenImplement = `!implement -verify -review ${skipped} ${skipped} -close +retrospective`;
const brokenReview = `+implement +verify !review ${skipped} ${skipped} -close +retrospective`;
const brokenClose = `${cycle} !close ${skipped} ${skipped} +retrospective`;
const perfect = `${cycle} ${end} ${skipped} ${skipped}`;

export interface Situation {
  name: string;
  script: Script;
  requests: number;
  verdict: string;
  after: object;
  phases: string;
  task?: object;
  /** Of the first `phase_end` that failed. */
  error?: string;
  /** Lines on stdout, in order. */
  says?: string[];
  /** How often "Auto-selecting: Abort" is said; once where the pipeline fails, unless it says otherwise. */
  aborts?: number;
}

/** What the real ca at 30b1fa1 was seen to do when a model behaves so; its exit code is 0 in every row. */
// oxfmt-ignore
export const situations: readonly Situation[] = [
  { name: 'a-standard-all-pass',   script: good, requests: 11, verdict: COMPLETED, after: committed, phases: perfect },
  { name: 'a-tiny-all-pass',       script: good, task: { profile: 'tiny' }, requests: 9, verdict: COMPLETED, after: committed,
    phases: '+implement +review +close +retrospective -implement -review -implement -review' },
  { name: 'a-closer-failed',       script: { ...good, closer: [[bash('gh'), says({ status: 'failed', error: 'no gh' })]] }, requests: 11, verdict: failedAt('closer'), after: committed, phases: brokenClose, error: 'no gh' },
  { name: 'a-closer-no-envelope',  script: { ...good, closer: [[silent]] }, requests: 10, verdict: failedAt('closer'), after: committed, phases: brokenClose, error: NO_START },
  { name: 'a-nodiff-claimed',      script: { ...good, implementer: [[completed]] }, requests: 8, verdict: COMPLETED, after: untouched, phases: perfect },
  { name: 'a-badedit',             script: { ...good, implementer: [[read, tool('edit', { path: 'greeting.txt', oldText: 'hello', newText: 'Hello' }), completed]] }, requests: 10, verdict: COMPLETED, after: untouched, phases: perfect },
  { name: 'b-no-envelope',         script: failing(silent), requests: 6, verdict: failedAt('implementer'), after: committed, phases: brokenImplement, error: NO_START },
  { name: 'b-retry-emits-it',      script: { ...good, implementer: [[read, edit, commit, silent], [read, completed]] }, requests: 13, verdict: COMPLETED, after: committed, phases: perfect },
  { name: 'c-malformed-json',      script: failing({ text: wrapped('{"status":completed}') }), requests: 6, verdict: failedAt('implementer'), after: committed, phases: brokenImplement, error: 'AGENT_RESULT JSON parse error: JSON Parse error: Unexpected identifier "completed"' },
  { name: 'c-no-end-delimiter',    script: failing({ text: `<<<AGENT_RESULT\n${envelope}` }), requests: 6, verdict: failedAt('implementer'), after: committed, phases: brokenImplement, error: 'AGENT_RESULT end delimiter not found' },
  { name: 'c-fenced',              script: failing({ text: wrapped(`\`\`\`json\n${envelope}\n\`\`\``) }), requests: 6, verdict: failedAt('implementer'), after: committed, phases: brokenImplement, error: "AGENT_RESULT JSON parse error: JSON Parse error: Unrecognized token '`'" },
  { name: 'c-status-success',      script: failing(says({ status: 'success' })), requests: 6, verdict: failedAt('implementer'), after: committed, phases: brokenImplement, error: 'AGENT_RESULT invalid status: success' },
  { name: 'c-no-status',           script: failing(says({ summary: 'ok' })), requests: 6, verdict: failedAt('implementer'), after: committed, phases: brokenImplement, error: 'AGENT_RESULT missing required field: status' },
  { name: 'c-not-an-object',       script: failing({ text: wrapped('7') }), requests: 6, verdict: failedAt('implementer'), after: committed, phases: brokenImplement, error: 'AGENT_RESULT is not a JSON object' },
  { name: 'c-status-only',         script: { ...good, implementer: [[read, edit, commit, says({ status: 'completed' })]] }, requests: 11, verdict: COMPLETED, after: committed, phases: perfect },
  { name: 'c-last-start-counts',   script: { ...good, implementer: [[edit, commit, { text: `${wrapped('{"status":"failed"}')} was the form, so:\n${wrapped(envelope)}` }]] }, requests: 10, verdict: COMPLETED, after: committed, phases: perfect },
  { name: 'c-status-failed',       script: { ...good, implementer: [[says({ status: 'failed', error: 'cannot' })]] }, requests: 3, verdict: failedAt('implementer'), after: untouched, phases: brokenImplement, error: 'cannot',
    says: ['[implement] starting implementer...', 'Auto-selecting: Abort', '[implement] implementer FAILED (0s)', '[retrospective] starting retrospective...'] },
  { name: 'c-status-blocked',      script: { ...good, implementer: [[says({ status: 'blocked', error: 'no access' })]] }, requests: 3, verdict: failedAt('implementer'), after: untouched, phases: brokenImplement, error: 'no access' },
  { name: 'd-reasoning-only',      script: { ...good, implementer: [[{ reasoning: wrapped(envelope) }]] }, requests: 3, verdict: failedAt('implementer'), after: untouched, phases: brokenImplement, error: NO_START },
  { name: 'd-finish-length',       script: { ...good, implementer: [[{ text: 'I was about', finish: 'length' }]] }, requests: 3, verdict: failedAt('implementer'), after: untouched, phases: brokenImplement, error: NO_START },
  { name: 'd-reasoning-and-tools', script: { ...good, implementer: [[{ ...edit, reasoning: 'hm' }, { ...commit, reasoning: 'hm' }, { ...completed, reasoning: 'hm' }]] }, requests: 10, verdict: COMPLETED, after: committed, phases: perfect },
  { name: 'd-reviewer-reasoning',  script: { ...good, reviewer: [[{ reasoning: wrapped(envelope) }]] }, requests: 8, verdict: failedAt('reviewer'), after: committed, phases: brokenReview, error: NO_START },
  { name: 'd-envelope-early',      script: { ...good, implementer: [[{ ...read, text: wrapped(envelope) }, silent]] }, requests: 9, verdict: COMPLETED, after: untouched, phases: perfect },
  { name: 'e-review-soft-once',    script: { ...good, reviewer: [softFail, good.reviewer[0]!] }, requests: 15, verdict: COMPLETED, after: committed, phases: `${cycle} ${cycle} ${end} ${skipped}`,
    says: ['Revision cycle 1: reviewer found fixable issues, re-implementing'] },
  { name: 'e-review-soft-always',  script: { ...good, reviewer: [softFail] }, requests: 18, verdict: COMPLETED, after: committed, phases: `${cycle} ${cycle} ${cycle} ${end}`,
    says: ['Revision cycle 2: reviewer found fixable issues, re-implementing', 'Revision budget exhausted after cycle 2. reviewer found issues but no revision cycles remain. Proceeding with warnings.'] },
  { name: 'e-review-hard-always',  script: { ...good, reviewer: [hardFail] }, requests: 18, aborts: 3, verdict: failedAt('reviewer'), after: committed, phases: `${cycle} ${cycle} ${cycle} ${end}`,
    says: ['Auto-selecting: Abort', '[review] reviewer done (0s)', 'Revision cycle 1: reviewer found fixable issues, re-implementing', '[close] closer done (0s)'] },
  { name: 'e-review-hard-once',    script: { ...good, reviewer: [hardFail, good.reviewer[0]!] }, requests: 15, verdict: failedAt('reviewer'), after: committed, phases: `${cycle} ${cycle} ${end} ${skipped}` },
  { name: 'e-findings-critical',   script: { ...good, reviewer: [[says({ status: 'completed', findings: { critical: 1, warnings: 0, info: 0 } })]] }, requests: 10, verdict: failedAt('reviewer'), after: committed, phases: perfect,
    says: ['Auto-selecting: Abort', '[review] reviewer done (0s)', '[close] starting closer...'] },
  { name: 'e-reviewer-failed',     script: { ...good, reviewer: [[says({ status: 'failed', error: 'x' })]] }, requests: 8, verdict: failedAt('reviewer'), after: committed, phases: brokenReview, says: ['Auto-selecting: Abort'] },
  { name: 'e-reviewer-blocked',    script: { ...good, reviewer: [[says({ status: 'blocked', error: 'x' })]] }, requests: 8, aborts: 0, verdict: failedAt('reviewer'), after: committed, phases: brokenReview },
  { name: 'e-verify-fail-once',    script: { ...good, verifier: [verifyFail, good.verifier[0]!] }, requests: 13, verdict: COMPLETED, after: committed, phases: `+implement +verify ${cycle} ${end} -review ${skipped}` },
  { name: 'e-verify-fail-always',  script: { ...good, verifier: [verifyFail] }, requests: 14, verdict: COMPLETED, after: committed, phases: `+implement +verify +implement +verify ${cycle} ${end} -review -review`,
    says: ['Revision budget exhausted after cycle 2. verifier found issues but no revision cycles remain. Proceeding with warnings.'] },
  { name: 'e-verifier-failed',     script: { ...good, verifier: [[says({ status: 'failed', error: 'x' })]] }, requests: 6, verdict: failedAt('verifier'), after: committed, phases: `+implement !verify -review ${skipped} ${skipped} -close +retrospective` },
  { name: 'f-401',                 script: provider({ status: 401 }), requests: 3, verdict: failedAt('implementer'), after: untouched, phases: brokenImplement, error: NO_START },
  { name: 'f-500',                 script: provider({ status: 500 }), requests: 9, verdict: failedAt('implementer'), after: untouched, phases: brokenImplement, error: NO_START },
  { name: 'f-429',                 script: provider({ status: 429, headers: { 'retry-after': '1' } }), requests: 9, verdict: failedAt('implementer'), after: untouched, phases: brokenImplement, error: NO_START },
  { name: 'f-drop',                script: provider({ drop: 'early' }), requests: 9, verdict: failedAt('implementer'), after: untouched, phases: brokenImplement, error: NO_START },
  { name: 'f-500-once',            script: { ...good, implementer: [[{ status: 500, once: true }, read, edit, commit, completed]] }, requests: 12, verdict: COMPLETED, after: committed, phases: perfect },
  { name: 'f-malformed-sse',       script: provider({ raw: 'data: {"choices": [\n\n' }), requests: 3, verdict: failedAt('implementer'), after: untouched, phases: brokenImplement, error: NO_START },
  { name: 'f-html',                script: provider({ raw: '<html><body>Bad gateway: hello</body></html>' }), requests: 3, verdict: failedAt('implementer'), after: untouched, phases: brokenImplement, error: NO_START },
  { name: 'f-midstream-drop',      script: provider({ text: 'I think that', drop: 'midway' }), requests: 3, verdict: failedAt('implementer'), after: untouched, phases: brokenImplement, error: NO_START },
  { name: 'f-slow',                script: { ...good, implementer: [[{ ...read, delayMs: 1500 }, edit, commit, completed]] }, requests: 11, verdict: COMPLETED, after: committed, phases: perfect },
  { name: 'g-readme-too',          script: { ...good, implementer: [[edit, tool('write', { path: 'README.md', content: 'x\n' }), commit, completed]] }, requests: 11, verdict: COMPLETED, after: committed, phases: perfect },
  { name: 'g-escape',              script: { ...good, implementer: [[edit, tool('write', { path: '../escape.txt', content: 'x\n' }), commit, completed]] }, requests: 11, verdict: COMPLETED, after: committed, phases: perfect },
  { name: 'h-uncommitted',         script: { ...good, implementer: [[edit, tool('write', { path: 'notes.txt', content: 'x\n' }), completed]] }, requests: 10, verdict: COMPLETED, after: { commits: 0, status: ['M greeting.txt', '?? notes.txt'], done: true }, phases: perfect },
  { name: 'h-commit-and-untracked', script: { ...good, implementer: [[read, edit, commit, tool('write', { path: 'notes.txt', content: 'x\n' }), completed]] }, requests: 12, verdict: COMPLETED, after: { commits: 1, status: ['?? notes.txt'], done: true }, phases: perfect },
];
