import { isDeepStrictEqual } from 'node:util';
import { EVENTS } from '../evidence/bundle.ts';
import { deriveReport, type Derived } from '../evidence/derive.ts';
import { sha256 } from '../model/digest.ts';
import { renderReport } from '../report/markdown.ts';
import type { Evidenced } from './facts.ts';
import type { BundleProblem } from './folder.ts';

/** What a report says about the disk, the clock and the redactor: checked elsewhere, as far as it can be. */
const observed = ['sealed', 'artifacts', 'artifact_digests', 'freshness', 'redactions', 'report_digest'];

/** The report that the evidence amounts to; dates are the report's own, which `checkTimes` holds against the logs. */
function derive({ bundle: { events, report }, contract, facts }: Evidenced): Derived {
  const { run_start: start, run_end: end } = report ?? { run_start: '', run_end: '' };
  return JSON.parse(JSON.stringify(deriveReport(contract, facts, events?.events ?? [], start, end))) as Derived;
}

/** Every field of the report that follows from the evidence is compared with what follows from it. */
export function checkReport(evidenced: Evidenced): BundleProblem[] {
  const { report } = evidenced.bundle;
  if (!report) return [];
  const derived: Record<string, unknown> = derive(evidenced);
  const said: Record<string, unknown> = report;
  const keys = [...new Set([...Object.keys(said), ...Object.keys(derived)])].filter(key => !observed.includes(key));
  return keys
    .filter(key => !(key === 'approvals' && evidenced.isLost(EVENTS)) && !isDeepStrictEqual(said[key], derived[key]))
    .map(key => ({ artifact: 'report.json', problem: `${key} is ${show(said[key])}, by the evidence ${show(derived[key])}` }));
}

const show = (value: unknown): string => {
  const text = JSON.stringify(value) ?? 'not there';
  return text.length > 200 ? `${text.slice(0, 200)}…` : text;
};

/** One run and one nonce everywhere, and the digests that the contract has. */
export function checkFreshness({ bundle: { report, events }, contract }: Evidenced): BundleProblem[] {
  if (!report) return [];
  const { freshness } = report;
  const wanted: Record<string, [unknown, unknown]> = {
    run_start: [freshness.run_start, report.run_start],
    run_end: [freshness.run_end, report.run_end],
    nonce: [freshness.nonce, report.nonce],
    scenario_digest: [freshness.scenario_digest, contract.scenario_digest],
    task_digest: [freshness.task_digest, contract.task.digest],
    engine_digest: [freshness.engine_digest, contract.engine_digest],
    commit: [freshness.commit, contract.commit],
  };
  const problems: BundleProblem[] = Object.entries(wanted)
    .filter(([, [is, should]]) => is !== should)
    .map(([key, [is, should]]) => ({ artifact: 'report.json', problem: `freshness.${key} is ${show(is)}, elsewhere ${show(should)}` }));
  const stamp = report.run_start.replace(/[-:]|\.\d+/g, '');
  if (!report.run_id.startsWith(`${stamp}-`))
    problems.push({ artifact: 'report.json', problem: `run_start is not the time in ${report.run_id}` });
  const [first] = events?.events ?? [];
  for (const key of ['run_id', 'nonce'] as const) {
    if (contract[key] !== report[key])
      problems.push({ artifact: 'task.contract.json', problem: `${key} is ${show(contract[key])}, of the report ${show(report[key])}` });
    if (first && first[key] !== report[key])
      problems.push({ artifact: EVENTS, problem: `${key} is ${show(first[key])}, of the report ${show(report[key])}` });
  }
  return problems;
}

/** The page that a person reads says what the report says. A page with removed secrets cannot be made again. */
export function checkPage(evidenced: Evidenced): BundleProblem[] {
  const {
    bundle: { reportPage, events, report },
    isLost,
  } = evidenced;
  const redacted = Object.keys(report?.redactions ?? {}).length > 0;
  if (reportPage === undefined || redacted || isLost('report.md') || isLost(EVENTS)) return [];
  const page = renderReport(derive(evidenced), events?.events ?? []);
  return page === reportPage ? [] : [{ artifact: 'report.md', problem: 'does not say what the evidence says' }];
}

/** The scenario is the one that the contract names; one with removed secrets has another digest. */
export function checkScenario({ bundle: { scenario }, contract, isLost }: Evidenced): BundleProblem[] {
  if (scenario === undefined || isLost('scenario.yaml') || scenario.includes('[redacted:')) return [];
  return sha256(scenario) === contract.scenario_digest
    ? []
    : [{ artifact: 'scenario.yaml', problem: 'is not the scenario that the contract names' }];
}
