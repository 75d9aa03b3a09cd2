import type { NormalizedEvent } from '../model/event.ts';
import type { Report } from '../model/report.ts';
import { showMs } from '../model/duration.ts';
import { code, table, text } from './escape.ts';
import { handoverSection } from './handover-section.ts';
import { count, reason, where } from './headline.ts';
import { list } from './list.ts';
import { sourceSection } from './source-section.ts';
import { testsSection } from './tests-section.ts';
import { timelineSection } from './timeline.ts';
import { whySection } from './why.ts';

/** A report without what only the disk knows once the page is written: its digests, and those of everything else. */
type Page = Omit<Report, 'sealed' | 'artifacts' | 'artifact_digests' | 'freshness' | 'redactions' | 'report_digest'>;

/**
 * report.md: the verdict first, then why, then what it rests on.
 * Pure: the same evidence always gives the same bytes. Everything that a stranger chose is escaped.
 */
export function renderReport(report: Page, events: readonly NormalizedEvent[]): string {
  const sections = [
    verdictSection(report),
    whySection(report.blockers),
    changedSection(report),
    testsSection(report.verification),
    timelineSection(events, report.run_start),
    peopleSection(report),
    handoverSection(report.handover),
    sourceSection(report),
    modelSection(report),
    containmentSection(report),
    baselineSection(report),
    freshnessSection(report),
    checkSection(),
  ];
  return `${sections
    .filter(lines => lines.length > 0)
    .map(lines => lines.join('\n'))
    .join('\n\n')}\n`;
}

const verdictSection = (report: Page): string[] => [
  `# ${report.status}: ${text(where(report))}`,
  '',
  `${sentence(report)} It took ${showMs(Date.parse(report.run_end) - Date.parse(report.run_start))}.`,
  '',
  ...table(
    ['outcome', 'lifecycle', 'exit code of the backend', 'run'],
    [[report.outcome, report.lifecycle, String(report.backend_exit_code ?? 'none'), code(report.run_id)]],
  ),
];

function changedSection({ changed_files: files, allowed_writes_passed: allowed, lifecycle }: Page): string[] {
  if (lifecycle === 'not_started') return ['## What changed', '', 'Nothing: the backend was never started.'];
  if (files.length === 0) return ['## What changed', '', 'Nothing.'];
  const verdict = allowed ? 'All of it is allowed by the task.' : '**Not shown to be allowed by the task.**';
  return ['## What changed', '', `${count(files.length, 'path')} (patch.diff has the change). ${verdict}`, '', ...list(files.map(code))];
}

function peopleSection({ approvals, review }: Page): string[] {
  if (approvals.length === 0 && !review.required && review.verdict === 'none') return [];
  return [
    '## Who agreed',
    '',
    ...approvals.map(a => `- ${a.timestamp}: ${code(a.type)} by ${text(a.actor)} for ${text(a.scope)} (${text(a.mutation_mode)})`),
    `- review: ${review.verdict}${review.required ? ', required' : ''}${review.reason ? `: ${text(review.reason)}` : ''}`,
  ];
}

/** Whom a backend asked, and how that went; of one without a model nothing. */
function modelSection({ model: { provider, id, runtime_provider, admission_status }, gateway }: Page): string[] {
  if (provider === null && !gateway) return [];
  const inside = runtime_provider === null ? '' : `, as ${code(runtime_provider)} inside the backend`;
  const lines = ['## Model', '', `${code(`${provider}/${id}`)}${inside}: ${admission_status.replaceAll('_', ' ')}.`];
  if (!gateway) return lines;
  const { requests, answered, refused, repairs, tokens, other_models: others, last } = gateway;
  return [
    ...lines,
    '',
    `${count(requests, 'request')} through the gateway: ${answered} answered, ${refused} refused, ${repairs} repaired; ${tokens.input} tokens in, ${tokens.output} out.`,
    ...(others.length ? [`Answers came of another model: ${others.map(one => (one ? code(one) : 'one without a name')).join(', ')}.`] : []),
    ...(last ? [`The last one: ${code(last.shape)}${last.cause ? `, ${code(last.cause)}` : ''}.`] : []),
  ];
}

const containmentSection = ({ containment: { level, claims, not_claimed, process_tree, survivors } }: Page): string[] => [
  '## Containment',
  '',
  `Level ${code(level)}; process tree held together by ${code(process_tree)}, ${count(survivors, 'survivor')}.`,
  '',
  ...(claims.length ? ['What it saw or held:', '', ...claims.map(c => `- ${text(c)}`), ''] : []),
  'What it cannot say:',
  '',
  ...(not_claimed.length ? not_claimed.map(c => `- ${text(c)}`) : ['- nothing was stated']),
];

function baselineSection({ baseline }: Page): string[] {
  if (!baseline) return [];
  const compared = baseline.comparable ? 'comparable' : `not comparable (${baseline.not_comparable.map(text).join(', ')})`;
  return [
    '## Baseline',
    '',
    `The fake backend did the same task in the same run: ${baseline.status}, ${compared}, in ${code(baseline.dir)}.`,
  ];
}

const freshnessSection = ({ run_start, run_end, nonce, suite }: Page): string[] => [
  '## Freshness',
  '',
  `- from ${run_start} to ${run_end}`,
  `- nonce ${code(nonce)}, asked by ${suite === null ? 'no scenario' : code(suite)}`,
  '- task.contract.json has the digests of task, scenario and engine, and the commit of the project',
];

const checkSection = (): string[] => [
  '## Check it',
  '',
  'In the folder that holds this page:',
  '',
  '```',
  'proofgate verify .',
  '```',
  '',
  'It runs nothing, recomputes every digest and the verdict from the raw files, and does not believe this page.',
  'manifest.json has the SHA-256 of every file, and report.json that of manifest.json.',
];

/** The reason as a sentence; a blocker stands in it by its code. */
function sentence(report: Page): string {
  const [first] = report.blockers;
  const line = reason(report);
  if (!first) return `${line.charAt(0).toUpperCase()}${line.slice(1)}.`;
  const rest = text(line.slice(first.code.length));
  return `${code(first.code)}${rest}${/[.!?]$/.test(rest) ? '' : '.'}`;
}
