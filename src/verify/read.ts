import { z } from 'zod';
import { EVENTS, TRACE } from '../evidence/bundle.ts';
import { Contract } from '../model/contract.ts';
import { Manifest, Report } from '../model/report.ts';
import { WorkspaceGlob } from '../model/task.ts';
import { TestReport } from '../model/verification.ts';
import type { Entry, Ports } from '../ports.ts';
import { readEvents, type EventReading } from './chain.ts';
import { readClaims, type Claims } from './claims.ts';
import { openFolder, type BundleProblem, type Folder } from './folder.ts';
import { readPatch, type Patch } from './patch-paths.ts';
import { type GatewayReading, readGateway } from './provider.ts';
import { readTrace, type TraceReading } from './trace.ts';

/** A bundle as it lies there: read, parsed as strictly as it was written, and not yet believed. */
export interface RawBundle {
  dir: string;
  entries: readonly Entry[];
  /** Size and SHA-256 of every plain file, by path. */
  digests: ReadonlyMap<string, { bytes: number; sha256: string }>;
  report: Report | undefined;
  /** Its text. */
  reportJson: string | undefined;
  manifest: Manifest | undefined;
  contract: Contract | undefined;
  testReport: TestReport | undefined;
  events: EventReading | undefined;
  trace: TraceReading | undefined;
  patch: Patch | undefined;
  claims: Claims | undefined;
  gateway: GatewayReading | undefined;
  /** JSON and text of smaller artifacts, as far as they are compared. */
  eligibility: Record<string, unknown> | undefined;
  inspection: Record<string, unknown> | undefined;
  reportPage: string | undefined;
  scenario: string | undefined;
  /** Copies of admission records, by path. */
  texts: ReadonlyMap<string, string>;
  /** What could not be read, by artifact. */
  unreadable: readonly BundleProblem[];
}

/** Reads everything that is judged. Nothing of the bundle makes this throw; nothing but a plain file is opened. */
export async function readBundle(dir: string, ports: Ports): Promise<RawBundle> {
  const folder = await openFolder(dir, ports);
  const contract = await folder.document('task.contract.json', JudgedContract);
  const reportJson = await folder.text('report.json');
  const read = {
    dir,
    contract,
    reportJson,
    report: await folder.parse('report.json', reportJson, Report),
    manifest: await folder.document('manifest.json', Manifest),
    testReport: await folder.document('test-report.json', TestReport),
    events: await folder.log(EVENTS, readEvents()),
    trace: await folder.log(TRACE, readTrace()),
    patch: await folder.log('patch.diff', readPatch()),
    claims: await folder.log('backend/events.jsonl', readClaims()),
    gateway: await folder.log('backend/gateway.jsonl', readGateway()),
    texts: await textsOf(
      [
        'backend/admission-binary.json',
        'backend/admission-model.json',
        'backend/probe.json',
        'source-admission.json',
        'handover.json',
        'comparison.json',
      ],
      folder,
    ),
    eligibility: await folder.document('eligibility.json', AnyRecord),
    inspection: contract && (await folder.document(inspectionName(contract), AnyRecord)),
    reportPage: await folder.text('report.md'),
    scenario: await folder.text('scenario.yaml'),
  };
  await folder.digestRest();
  return { ...read, entries: folder.entries, digests: folder.digests, unreadable: folder.unreadable };
}

async function textsOf(paths: readonly string[], folder: Folder): Promise<Map<string, string>> {
  const texts = new Map<string, string>();
  for (const path of paths) {
    const text = await folder.text(path);
    if (text !== undefined) texts.set(path, text);
  }
  return texts;
}

export const inspectionName = ({ stage }: Contract): string => `stage${stage}-no-target-inspection.json`;

/** Globs are compiled: they must be ones that a task may have. */
const JudgedContract = Contract.refine(
  ({ task }) => task.allowed_paths.every(glob => glob.length <= 1000 && WorkspaceGlob.safeParse(glob).success),
  { path: ['task', 'allowed_paths'], message: 'has a path that no task may have' },
);

const AnyRecord = z.record(z.string(), z.unknown());
