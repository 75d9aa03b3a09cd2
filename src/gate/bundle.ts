import { isAbsolute, join, relative } from 'node:path';
import picomatch from 'picomatch';
import { systemCode, UserError } from '../errors.ts';
import type { Ports } from '../ports.ts';
import { type BundleCheck, examineBundle } from '../verify/verify.ts';
import type { RawBundle } from '../verify/read.ts';
import type { BundleEvidence, ScenarioEvidence } from './input.ts';
import { recordsOf } from './records.ts';

/** A bundle as the gate read it: a copy that nobody writes, and what it amounts to. */
export interface Examined {
  evidence: BundleEvidence;
  /** Absolute folder of the copy. */
  copy: string;
  check: BundleCheck;
  bundle: RawBundle;
}

interface Place {
  /** Absolute root. */
  project: string;
  /** Absolute folder that is not there yet. */
  copy: string;
  /** Absolute root of the protected base, whose records are in force. */
  base: string;
  /** Globs of which each has to match a file. */
  artifacts: readonly string[];
}

type Problem = NonNullable<ScenarioEvidence['bundleProblem']>;

/**
 * Copies the bundle that a result names to where only the gate writes, and derives its verdict there.
 *
 * @param name as the result has it: relative to the project
 */
export async function examine(name: string, { project, copy, base, artifacts }: Place, ports: Ports): Promise<Examined | Problem> {
  const { files } = ports;
  const dir = join(project, name);
  const outside: Problem = { code: 'bundle_outside', detail: `${name} is no folder of the project` };
  if (isAbsolute(name) || relative(project, dir) === '' || relative(project, dir).startsWith('..')) return outside;
  if ((await files.stat(dir))?.kind !== 'dir') return { code: 'bundle_missing', detail: `${name} is not there` };
  // by its own name, not through a link
  if ((await files.realPath(dir)) !== join(await files.realPath(project), relative(project, dir))) return outside;
  try {
    await files.copyTree(dir, copy);
    const { bundle, ...check } = await examineBundle(copy, ports);
    const { contract, report, trace, digests } = bundle;
    const admissions = trace?.facts.admissions ?? null;
    const digestOf = (file: string) => digests.get(file)?.sha256 ?? null;
    const evidence: BundleEvidence = {
      dir: name,
      problems: check.problems.map(({ artifact, problem }) => `${artifact}: ${problem}`),
      status: check.status,
      digests: { manifest: digestOf('manifest.json'), report: digestOf('report.json'), patch: digestOf('patch.diff') },
      lacks: artifacts.filter(glob => !bundle.entries.some(({ path, kind }) => kind === 'file' && picomatch.isMatch(path, glob))),
      contract: contract ?? null,
      report: report ?? null,
      admissions,
      records: contract && admissions ? await recordsOf(contract, admissions, base, ports) : [],
    };
    return { evidence, copy, check, bundle };
  } catch (error) {
    const code = systemCode(error);
    if (!(error instanceof UserError) && !code) throw error;
    const why = error instanceof UserError ? error.problems[0].message : `cannot be read (${code})`;
    return { code: 'bundle_invalid', detail: `${name} ${why}` };
  }
}
