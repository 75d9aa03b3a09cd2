import { EVENTS, TRACE } from '../evidence/bundle.ts';
import { sha256 } from '../model/digest.ts';
import { serialize } from '../evidence/seal.ts';
import type { Report } from '../model/report.ts';
import type { BundleProblem } from './folder.ts';
import { atMost } from './lines.ts';
import { lostIn } from './lost.ts';
import { byBytes } from './patch-paths.ts';
import type { RawBundle } from './read.ts';

/** The two files that no manifest can list. */
const unlisted = ['report.json', 'manifest.json'];

/** The report carries the digest of itself: of the same text with an empty digest. */
export function checkReportDigest({ report, reportJson }: RawBundle): BundleProblem[] {
  if (!report || reportJson === undefined) return [];
  const open = serialize({ ...(JSON.parse(reportJson) as object), report_digest: '' });
  return sha256(open) === report.report_digest
    ? []
    : [{ artifact: 'report.json', problem: 'report_digest is not the digest of this report' }];
}

/** What must be there, and readable, before anything can be derived. */
export function checkRequired(bundle: RawBundle): BundleProblem[] {
  const { report, manifest, contract, trace, unreadable, entries } = bundle;
  const lost = lostIn(bundle);
  const parts = { 'report.json': report, 'manifest.json': manifest, 'trace.jsonl': trace, 'task.contract.json': contract };
  const missing = Object.entries(parts)
    .filter(([path, part]) => part === undefined && !unreadable.some(problem => problem.artifact === path))
    .map(([path]) => ({ artifact: path, problem: entries.some(entry => entry.path === path) ? 'is not a plain file' : 'is missing' }));
  return [...unreadable, ...missing].filter(({ artifact }) => !lost.has(artifact));
}

/** What is wrong with the two logs as logs. */
export function checkLogs(bundle: RawBundle): BundleProblem[] {
  const lost = lostIn(bundle);
  const logs: [string, readonly string[] | undefined][] = [
    [EVENTS, bundle.events?.problems],
    [TRACE, bundle.trace?.problems],
  ];
  return logs.flatMap(([artifact, problems = []]) => (lost.has(artifact) ? [] : atMost(problems).map(problem => ({ artifact, problem }))));
}

/** A bundle holds plain files and folders, each named in the bytes of some text. */
export const checkEntries = ({ entries }: RawBundle): BundleProblem[] =>
  entries.flatMap(({ path, kind, oddity }) => {
    if (oddity === 'name_not_utf8') return [{ artifact: path, problem: 'its name is not UTF-8' }];
    return kind === 'file' || kind === 'dir' ? [] : [{ artifact: path, problem: `is a ${kind}, not a plain file` }];
  });

const inManifest = (problem: string): BundleProblem => ({ artifact: 'manifest.json', problem });

/** The manifest lists exactly the files of the folder, in order, with the size and digest that they have. */
export function checkManifest({ manifest, entries, digests, report }: RawBundle): BundleProblem[] {
  if (!manifest) return [];
  const listed = new Map(manifest.files.map(file => [file.path, file]));
  const present = entries.filter(entry => entry.kind === 'file' && !unlisted.includes(entry.path)).map(entry => entry.path);
  const problems: BundleProblem[] = [];

  const disorder = manifest.files.find(({ path }, at) => at > 0 && byBytes(path, manifest.files[at - 1]!.path) <= 0);
  if (disorder) problems.push(inManifest(`${disorder.path} is listed out of order or twice`));
  if (report && manifest.run_id !== report.run_id)
    problems.push(inManifest(`run_id is ${manifest.run_id}, of the report ${report.run_id}`));
  for (const path of present) if (!listed.has(path)) problems.push({ artifact: path, problem: 'is not in the manifest' });
  for (const { path, bytes, sha256 } of listed.values()) {
    const found = digests.get(path);
    if (unlisted.includes(path)) problems.push(inManifest(`lists ${path}`));
    else if (!present.includes(path)) problems.push({ artifact: path, problem: 'is in the manifest and not in the folder' });
    else if (found && found.bytes !== bytes)
      problems.push({ artifact: path, problem: `has ${found.bytes} bytes, in the manifest ${bytes}` });
    else if (found && found.sha256 !== sha256)
      problems.push({ artifact: path, problem: 'does not have the digest that the manifest lists' });
  }
  return problems;
}

/** The report repeats the manifest, and has its digest. */
export function checkSealedDigests({ report, manifest, digests }: RawBundle): BundleProblem[] {
  const own = digests.get('manifest.json');
  if (!report || !own) return [];
  const { 'manifest.json': sealed, ...repeated } = report.artifact_digests;
  const problems: BundleProblem[] = [];
  if (sealed !== own.sha256) problems.push({ artifact: 'manifest.json', problem: 'does not have the digest that the report has for it' });
  if (manifest && !sameDigests(repeated, manifest.files))
    problems.push({ artifact: 'report.json', problem: 'artifact_digests does not repeat the manifest' });
  if (manifest && !sameSizes(report.artifacts, manifest.files))
    problems.push({ artifact: 'report.json', problem: 'artifacts does not repeat the manifest' });
  return problems;
}

const sameDigests = (digests: Record<string, string>, files: readonly { path: string; sha256: string }[]): boolean =>
  Object.keys(digests).length === files.length &&
  files.every(({ path, sha256 }) => Object.hasOwn(digests, path) && digests[path] === sha256);

const sameSizes = (artifacts: Report['artifacts'], files: readonly { path: string; bytes: number }[]): boolean =>
  artifacts.length === files.length && files.every(({ path, bytes }, at) => artifacts[at]?.path === path && artifacts[at].bytes === bytes);
