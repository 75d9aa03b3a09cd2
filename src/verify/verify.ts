import { UserError } from '../errors.ts';
import { EVENTS, TRACE } from '../evidence/bundle.ts';
import type { Status } from '../model/blocker.ts';
import { exitCodes, exitOf } from '../model/exit.ts';
import type { Ports } from '../ports.ts';
import { judge } from '../verdict.ts';
import { checkBaseline } from './baseline.ts';
import {
  checkClaims,
  checkCompleteness,
  checkNoTests,
  checkPatch,
  checkPreflightRecords,
  checkPresence,
  checkTests,
  type Evidenced,
} from './facts.ts';
import { checkHandover } from './handover.ts';
import { checkLoss, lostIn } from './lost.ts';
import type { BundleProblem } from './folder.ts';
import { checkOrder } from './order.ts';
import { checkApprovals, checkReview } from './people.ts';
import { readBundle, type RawBundle } from './read.ts';

import { checkAdmissions, checkGateway } from './provider.ts';
import { checkFreshness, checkPage, checkReport, checkScenario } from './report.ts';
import { checkEntries, checkLogs, checkManifest, checkReportDigest, checkRequired, checkSealedDigests } from './seal.ts';
import { checkSource } from './source.ts';
import { checkCompleted, checkEventDigests, checkRequiredEvents, checkStory } from './story.ts';
import { checkTimes } from './times.ts';

/** What a bundle amounts to when nobody believes it. */
export interface BundleCheck {
  verdict: 'consistent' | 'invalid';
  /** Derived from the raw artifacts, never the word of the report; null where nothing can be derived or nothing was sealed. */
  status: Status | null;
  exit: 0 | 1 | 2 | 4;
  /** Everything that differs, with the artifact in which it stands. */
  problems: BundleProblem[];
  notes: string[];
}

/** Checks of the files as files, in order. */
const fileChecks: readonly ((bundle: RawBundle) => BundleProblem[])[] = [
  checkReportDigest,
  checkRequired,
  checkEntries,
  checkManifest,
  checkSealedDigests,
  checkLogs,
];

/** Checks of what the files say against each other, in the order of the pipeline. */
const evidenceChecks: readonly ((evidenced: Evidenced) => BundleProblem[])[] = [
  checkPresence,
  checkFreshness,
  checkCompleteness,
  checkScenario,
  checkPreflightRecords,
  checkApprovals,
  checkAdmissions,
  checkSource,
  checkHandover,
  checkGateway,
  checkClaims,
  checkReview,
  checkPatch,
  checkTests,
  checkNoTests,
  checkRequiredEvents,
  checkOrder,
  checkStory,
  checkEventDigests,
  checkCompleted,
  checkTimes,
  checkReport,
  checkPage,
];

/**
 * Derives the verdict of a bundle again from its raw artifacts and compares it with what the bundle says of itself. Runs nothing,
 * follows nothing, opens nothing but plain files, and streams what can be large.
 *
 * Found is every change of a byte, a line, an order or a file, and every contradiction between two artifacts that were sealed again.
 * What cannot be found without a signature is a forger who rewrites all of it consistently: contract, events, trace, test report,
 * patch, page, manifest and report, each by the rules of the engine, as if the engine had run. Nor what one artifact alone tells:
 * docs/evidence.md has the whole list, and `npm run honesty` shows that it is neither too short nor too long.
 * `consistent` therefore never means true; the note `unsigned: provenance not shown` says so.
 *
 * @throws {UserError} where there is no folder, or it holds no bundle at all. What is in a bundle never throws.
 */
export async function verifyBundle(dir: string, ports: Ports): Promise<BundleCheck> {
  const { bundle: _raw, ...result } = await examineBundle(dir, ports);
  return result;
}

/** The same, with what was read: whoever looks further into a bundle looks at what was checked. @throws {UserError} as `verifyBundle` */
export const examineBundle = async (dir: string, ports: Ports): Promise<BundleCheck & { bundle: RawBundle }> =>
  verifyFolder(await bundleAt(dir, ports), ports);

/** @param outer the bundle of which this one is the baseline. */
async function verifyFolder(dir: string, ports: Ports, outer?: Evidenced): Promise<BundleCheck & { bundle: RawBundle }> {
  const bundle = await readBundle(dir, ports);
  if (bundle.report && !bundle.report.sealed) {
    const problems = [
      ...checkReportDigest(bundle),
      { artifact: 'report.json', problem: 'was never sealed: the run did not reach its end' },
    ];
    return { bundle, verdict: 'invalid', status: null, exit: exitCodes.invalid, problems, notes: [unsigned] };
  }
  const lost = lostIn(bundle);
  const evidenced = evidencedBy(bundle, lost);
  const loss = checkLoss(bundle);
  const problems = [...fileChecks.flatMap(run => run(bundle)), ...loss.problems];
  if (evidenced) {
    problems.push(...evidenceChecks.flatMap(run => run(evidenced)));
    problems.push(...(await checkBaseline(evidenced, outer, folder => verifyFolder(folder, ports, evidenced))));
  }
  const judged = evidenced ? judge(evidenced.contract, evidenced.facts).status : loss.status;
  const status = bundle.report && bundle.manifest ? judged : null;
  const consistent = problems.length === 0 && status !== null;
  return {
    bundle,
    status,
    problems,
    verdict: consistent ? 'consistent' : 'invalid',
    exit: consistent ? exitOf(status) : exitCodes.invalid,
    notes: [unsigned, ...[...lost].map(path => `${path} could not be written, or had a secret: nothing was compared with it`)],
  };
}

/** What is signed is the suite of a bundle, and that stands elsewhere. */
const unsigned = 'unsigned: provenance not shown';

function evidencedBy(bundle: RawBundle, lost: ReadonlySet<string>): Evidenced | undefined {
  const { contract, trace } = bundle;
  if (!contract || !trace || lost.has(TRACE) || lost.has('task.contract.json')) return undefined;
  return { bundle, contract, facts: trace.facts, isLost: artifact => lost.has(artifact) };
}

/** @throws {UserError} where there is nothing to verify */
async function bundleAt(dir: string, { files }: Ports): Promise<string> {
  const place = await files.realPath(dir).catch(() => undefined);
  const kind = place === undefined ? undefined : (await files.stat(place))?.kind;
  const hint = 'name the folder that `proofgate run` printed: it has a report.json; or a promotion, whose name ends in .dsse.json';
  if (place === undefined || kind !== 'dir')
    throw new UserError({ at: dir, message: kind ? 'is not a folder' : 'there is no such folder', hint });
  const names = await files.list(place);
  if (!ownFiles.some(name => names.includes(name))) throw new UserError({ at: dir, message: 'this folder is no evidence bundle', hint });
  return place;
}

/** A folder with one of these was a bundle once. */
const ownFiles = ['report.json', 'manifest.json', 'task.contract.json', EVENTS, TRACE];
