import { join } from 'node:path';
import { UserError } from '../errors.ts';
import type { Contract } from '../model/contract.ts';
import type { NormalizedEvent } from '../model/event.ts';
import type { Report } from '../model/report.ts';
import type { Ports } from '../ports.ts';
import { readBundle } from '../verify/read.ts';

/** A sealed bundle, as far as a scenario can be made of it. */
export interface Recorded {
  dir: string;
  contract: Contract;
  report: Report;
  events: readonly NormalizedEvent[];
  /** scenario.yaml, where a scenario asked for the run. */
  scenario: string | undefined;
  /** backend/stdout.log; empty where no backend started. */
  stdout: string;
  /** patch.diff */
  patch: string;
  /** Every plain file and its size, by path. */
  sizes: ReadonlyMap<string, number>;
}

/** A log that is longer is none of a script. */
const MAX_LOG_BYTES = 4 * 1024 * 1024;

/**
 * Reads a bundle that was verified.
 * @throws {UserError} where an artifact that a scenario is made of was lost, or the run was interrupted: it would not end so again.
 */
export async function readRecorded(dir: string, ports: Ports): Promise<Recorded> {
  const { report, contract, events, scenario, entries } = await readBundle(dir, ports);
  if (!report || !contract || !events) {
    throw new UserError({ at: dir, message: 'lacks report, contract or events', hint: 'a run whose evidence was lost cannot be recorded' });
  }
  if (report.blockers.some(({ code }) => code === 'run_interrupted')) {
    throw new UserError({ at: dir, message: 'is a run that was interrupted', hint: 'run it again, to its end' });
  }
  const sizes = new Map(entries.filter(({ kind }) => kind === 'file').map(({ path, bytes }) => [path, bytes]));
  const text = async (path: string) => ((sizes.get(path) ?? Infinity) <= MAX_LOG_BYTES ? ports.files.readText(join(dir, path)) : '');
  return {
    dir,
    contract,
    report,
    events: events.events,
    scenario,
    stdout: await text('backend/stdout.log'),
    patch: await text('patch.diff'),
    sizes,
  };
}
