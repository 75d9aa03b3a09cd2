import { join } from 'node:path';
import { systemCode } from '../errors.ts';
import type { Contract } from '../model/contract.ts';
import { exitCodes, exitOf } from '../model/exit.ts';
import type { Facts } from '../model/facts.ts';
import type { Plan } from '../model/plan.ts';
import type { Manifest, Report } from '../model/report.ts';
import type { Ports } from '../ports.ts';
import { renderReport } from '../report/markdown.ts';
import type { Bundle } from './bundle.ts';
import { deriveReport, type Derived } from './derive.ts';
import { sha256 } from '../model/digest.ts';
import { spoilReport, spoilSeal } from './faults.ts';
import { sanitizeBundle } from './sanitize.ts';

/** What a run leaves behind. */
export interface Evidence {
  /** Absolute folder of the bundle. */
  dir: string;
  report: Report;
  /** What the command line ends with. */
  exit: number;
}

/** A report as it stands on disk: pretty JSON that carries the digest of itself. */
export function reportText(report: Report): string {
  const open = serialize({ ...report, report_digest: '' });
  return serialize({ ...report, report_digest: sha256(open) });
}

/** How every JSON artifact of a bundle is laid out: readers require exactly these bytes. */
export const serialize = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;

/**
 * Step 13. Logs first, then the manifest of every file, and last, as the only commit point, the report that carries the
 * manifest's digest. Before that rename the reserved fail stands; after it the evidence is complete.
 */
export async function seal(plan: Plan, contract: Contract, facts: Facts, bundle: Bundle, ports: Ports): Promise<Evidence> {
  const { clock } = ports;
  bundle.trace.start('seal');
  await sanitizeBundle(bundle, ports);
  await spoilSeal(plan, bundle.dir, ports.files);

  let known = withFailures(facts, bundle);
  let derived = complete(contract, known, bundle);
  await bundle.write('report.md', renderReport(derived, bundle.events.list));
  if (bundle.failures.length > known.artifact_failures.length) {
    known = withFailures(facts, bundle);
    derived = complete(contract, known, bundle);
  }
  bundle.trace.end('seal', derived.status, known);
  bundle.closeLogs();
  await bundle.restoreLogs();

  const manifest = await listBundle(bundle, ports);
  const manifestText = serialize(manifest.content);
  const durationMs = clock.monotonic() - bundle.startedAt;
  const wallMs = clock.now() - bundle.startedWall;
  const report: Report = {
    ...derived,
    sealed: true,
    artifacts: manifest.artifacts,
    artifact_digests: {
      ...Object.fromEntries(manifest.content.files.map(file => [file.path, file.sha256])),
      'manifest.json': sha256(manifestText),
    },
    freshness: {
      run_start: derived.run_start,
      run_end: derived.run_end,
      duration_ms: Math.round(durationMs),
      clock_stepped: bundle.clockStepped() || wallMs < 0 || Math.abs(wallMs - durationMs) > CLOCK_SLACK_MS,
      nonce: contract.nonce,
      scenario_digest: contract.scenario_digest,
      task_digest: contract.task.digest,
      engine_digest: contract.engine_digest,
      commit: contract.commit,
    },
    redactions: bundle.redactor.counts(),
    report_digest: '',
  };
  return commit(plan, report, manifestText, bundle, ports, known, contract);
}

/** Wall and monotonic clock may drift apart this far in one run before the wall clock counts as stepped. */
const CLOCK_SLACK_MS = 2000;

/** The manifest, then the report; what cannot be written is said once more, and if that fails too the reserved fail stays. */
async function commit(
  plan: Plan,
  report: Report,
  manifestText: string,
  bundle: Bundle,
  { files }: Ports,
  facts: Facts,
  contract: Contract,
): Promise<Evidence> {
  const writeReport = async (value: Report): Promise<Evidence> => {
    await spoilReport(plan, bundle.dir, files);
    const text = reportText(value);
    await files.replace(join(bundle.dir, 'report.json'), text);
    return { dir: bundle.dir, report: JSON.parse(text) as Report, exit: exitFor(value.status, facts) };
  };
  try {
    if (plan.given.artifact_fault['manifest.json'] === 'disk_full') files.openFull().write('x');
    await files.write(join(bundle.dir, 'manifest.json'), manifestText);
    return await writeReport(report);
  } catch (error) {
    const code = systemCode(error);
    if (!code) throw error;
    await files.remove(join(bundle.dir, 'manifest.json')).catch(() => undefined);
    const failed: Facts = { ...facts, artifact_failures: [...facts.artifact_failures, { path: 'manifest.json', code }] };
    const derived = deriveReport(contract, failed, bundle.events.list, report.run_start, report.run_end);
    const { 'manifest.json': _gone, ...digests } = report.artifact_digests;
    return writeReport({ ...report, ...derived, artifact_digests: digests }).catch(async () => {
      await bundle.abandon();
      const reserved = JSON.parse(await files.readText(join(bundle.dir, 'report.json'))) as Report;
      return { dir: bundle.dir, report: reserved, exit: exitCodes.fail };
    });
  }
}

const exitFor = (status: Report['status'], facts: Facts): number =>
  facts.interrupted === 'SIGINT' ? exitCodes.sigint : facts.interrupted === 'SIGTERM' ? exitCodes.sigterm : exitOf(status);

const withFailures = (facts: Facts, bundle: Bundle): Facts => ({
  ...facts,
  artifact_failures: bundle.failures.map(failure => ({ ...failure })),
});

/** The last event carries the verdict; a second one replaces it when the end itself could not be written. */
function complete(contract: Contract, facts: Facts, bundle: Bundle): Derived {
  const runStart = new Date(bundle.startedWall).toISOString();
  const judged = deriveReport(contract, facts, bundle.events.list, runStart, runStart);
  const { time } = bundle.events.emit({
    type: 'run.completed',
    status: judged.status,
    data: { blockers: judged.blockers.map(b => b.code), outcome: judged.outcome, lifecycle: judged.lifecycle },
  });
  return JSON.parse(bundle.redactor.json(JSON.stringify({ ...judged, run_end: time }))) as Derived;
}

/** Every file of the bundle but the report and the manifest itself, sorted by bytes of the path. */
async function listBundle(bundle: Bundle, { files }: Ports): Promise<{ content: Manifest; artifacts: Report['artifacts'] }> {
  const entries = await files.walk(bundle.dir, { skip: ['report.json', 'manifest.json'], maxFileBytes: 0 });
  const digests = [];
  for (const { path, kind, oddity } of entries) {
    // it could not be written either, and the verdict says so
    if (oddity === 'unreadable') await files.remove(join(bundle.dir, path));
    else if (kind === 'file') digests.push({ path, ...(await files.digest(join(bundle.dir, path))) });
  }
  return {
    content: {
      schema: 'proofgate/manifest/1',
      run_id: bundle.runId,
      files: digests.map(({ path, bytes, sha256: digest }) => ({ path, bytes, sha256: digest })),
    },
    artifacts: digests.map(({ path, bytes, modified }) => ({ path, bytes, modified: new Date(modified).toISOString() })),
  };
}
