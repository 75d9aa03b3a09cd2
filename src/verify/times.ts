import { EVENTS, TRACE } from '../evidence/bundle.ts';
import type { Evidenced } from './facts.ts';
import type { BundleProblem } from './folder.ts';

/** The clock of the record is that of the report. */
export function checkTimes({ bundle: { events, trace, report }, isLost }: Evidenced): BundleProblem[] {
  if (!report || !trace) return [];
  const problems: BundleProblem[] = [];
  const { clock_stepped: stepped, duration_ms: durationMs } = report.freshness;
  const log = isLost(EVENTS) ? [] : (events?.events ?? []);
  const end = log.at(-1)?.time;
  if (end !== undefined && report.run_end !== end)
    problems.push({ artifact: EVENTS, problem: `ends at ${end}, the report says ${report.run_end}` });
  if (!stepped && events?.ranBackwards)
    problems.push({ artifact: EVENTS, problem: 'times run backwards, and the report says that the clock did not step' });
  if (!stepped && trace.ranBackwards)
    problems.push({ artifact: TRACE, problem: 'times run backwards, and the report says that the clock did not step' });
  if (!stepped && log[0] && log[0].time < report.run_start)
    problems.push({ artifact: EVENTS, problem: 'begins before the run, by the report' });
  if (!stepped && end !== undefined && end < report.run_start)
    problems.push({ artifact: 'report.json', problem: 'run_end is before run_start' });
  if (trace.last && durationMs < Math.floor(trace.last.atMs))
    problems.push({ artifact: 'report.json', problem: `duration_ms is ${durationMs}, and the trace goes on for ${trace.last.atMs} ms` });
  for (const mark of [trace.first, trace.last]) {
    const drift = mark && Date.parse(mark.time) - Date.parse(report.run_start) - mark.atMs;
    if (drift !== undefined && !stepped && Math.abs(drift) > clockSlackMs)
      problems.push({
        artifact: TRACE,
        problem: `${mark?.time} is not ${mark?.atMs} ms after the start by the report, and the clock did not step`,
      });
  }
  return problems;
}

/** The engine calls a clock stepped that drifts further than two seconds from the monotonic one in a run. */
const clockSlackMs = 2500;
