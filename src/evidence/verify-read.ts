import { join } from 'node:path';
import { z } from 'zod';
import { systemCode } from '../errors.ts';
import { Contract } from '../model/contract.ts';
import { Manifest, Report } from '../model/report.ts';
import { TestReport } from '../model/verification.ts';
import type { Entry, Ports } from '../ports.ts';
import { EVENTS, TRACE } from './bundle.ts';
import { readPatchPaths, type Patch } from './patch-paths.ts';
import { readClaims, type Claims } from './verify-claims.ts';
import { readEvents, type EventReading } from './verify-chain.ts';
import { readTrace, type TraceReading } from './verify-trace.ts';

/** What is wrong with a bundle, and with which of its files. */
export interface BundleProblem {
  artifact: string;
  problem: string;
}

/** A bundle as it lies there: read, parsed as strictly as it was written, and not yet believed. */
export interface RawBundle {
  dir: string;
  entries: readonly Entry[];
  /** Size and SHA-256 of every plain file, by path. */
  digests: ReadonlyMap<string, { bytes: number; sha256: string }>;
  report: Report | undefined;
  manifest: Manifest | undefined;
  contract: Contract | undefined;
  testReport: TestReport | undefined;
  events: EventReading | undefined;
  trace: TraceReading | undefined;
  patch: Patch | undefined;
  claims: Claims | undefined;
  /** JSON and text of smaller artifacts, as far as they are compared. */
  eligibility: Record<string, unknown> | undefined;
  inspection: Record<string, unknown> | undefined;
  reportPage: string | undefined;
  scenario: string | undefined;
  /** What could not be read, by artifact. */
  unreadable: readonly BundleProblem[];
}

/** Larger documents are no work of this engine: its lists are bounded by what a task and an agent can name. */
const maxDocumentBytes = 64 * 1024 * 1024;

/** Reads everything that is judged. Nothing of the bundle makes this throw; nothing but a plain file is opened. */
export async function readBundle(dir: string, ports: Ports): Promise<RawBundle> {
  const { files } = ports;
  const entries = await files.walk(dir, { maxFileBytes: 0 });
  const unreadable: BundleProblem[] = [];
  const isFile = (path: string) => entries.some(entry => entry.path === path && entry.kind === 'file');

  /** Undefined for what is not there or cannot be read; the second is a problem. */
  const attempt = async <T>(path: string, read: (place: string) => Promise<T>): Promise<T | undefined> => {
    if (!isFile(path)) return undefined;
    try {
      return await read(join(dir, path));
    } catch (error) {
      if (!(error instanceof Unreadable) && !systemCode(error)) throw error;
      unreadable.push({ artifact: path, problem: error instanceof Unreadable ? error.message : `cannot be read (${systemCode(error)})` });
      return undefined;
    }
  };
  const stream = async <T>(place: string, reader: { push(chunk: Uint8Array): void; end(): T }): Promise<T> => {
    for await (const chunk of files.readChunks(place)) reader.push(chunk);
    return reader.end();
  };
  const text = async (place: string): Promise<string> => {
    if (((await files.stat(place))?.bytes ?? 0) > maxDocumentBytes) throw new Unreadable(`is larger than ${maxDocumentBytes} bytes`);
    return decode(await files.readBytes(place));
  };
  const document = <T>(schema: z.ZodType<T>) => async (place: string) => parseExactly(await text(place), schema);

  const digests = new Map<string, { bytes: number; sha256: string }>();
  for (const { path, oddity } of entries.filter(entry => entry.kind === 'file')) {
    const found = oddity === 'name_not_utf8' ? undefined : await attempt(path, place => files.digest(place));
    if (found) digests.set(path, { bytes: found.bytes, sha256: found.sha256 });
  }

  const contract = await attempt('task.contract.json', document(Contract));
  return {
    dir, entries, digests, contract, unreadable,
    report: await attempt('report.json', document(Report)),
    manifest: await attempt('manifest.json', document(Manifest)),
    testReport: await attempt('test-report.json', document(TestReport)),
    events: await attempt(EVENTS, place => stream(place, readEvents())),
    trace: await attempt(TRACE, place => stream(place, readTrace())),
    patch: await attempt('patch.diff', place => stream(place, readPatchPaths())),
    claims: await attempt('backend/events.jsonl', place => stream(place, readClaims())),
    eligibility: await attempt('eligibility.json', document(AnyRecord)),
    inspection: contract && (await attempt(inspectionName(contract), document(AnyRecord))),
    reportPage: await attempt('report.md', text),
    scenario: await attempt('scenario.yaml', text),
  };
}

export const inspectionName = ({ stage }: Contract): string => `stage${stage}-no-target-inspection.json`;

const AnyRecord = z.record(z.string(), z.unknown());

/** Why a file is not what the engine writes. */
export class Unreadable extends Error {}

/** UTF-8 without exceptions: no byte may be one of several that read the same. */
export function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new Unreadable('is not UTF-8');
  }
}

/**
 * A document is exactly what the engine writes for its value: no key twice, no other layout, not one byte more.
 *
 * @throws Unreadable
 */
export function parseExactly<T>(text: string, schema: z.ZodType<T>, layout: 'document' | 'line' = 'document'): T {
  let value: unknown;
  let again: string;
  try {
    value = JSON.parse(text);
    again = layout === 'line' ? JSON.stringify(value) : `${JSON.stringify(value, null, 2)}\n`;
  } catch (error) {
    throw new Unreadable(error instanceof RangeError ? 'is nested too deeply' : 'is not JSON');
  }
  if (again !== text) throw new Unreadable('is not written as the engine writes it');
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new Unreadable(`${issue?.path.join('.') || 'the document'}: ${issue?.message ?? 'is not valid'}`);
}
