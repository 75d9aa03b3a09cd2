import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { Approver } from './backends/approval.ts';
import type { Calibration } from './checks/calibrate.ts';
import { sha256 } from './model/digest.ts';
import type { EngineIdentity } from './evidence/reserve.ts';
import type { Progress } from './evidence/trace.ts';
import type { Program } from './model/contract.ts';
import type { Entry, Ports } from './ports.ts';

/** What the runs of one suite share. Made by its owner and handed down: nothing here outlives it or is module state. */
export interface Engine {
  identity: EngineIdentity;
  /** Calibrations of this suite, by what they depend on; never written to a disk. */
  calibrations: Map<string, Promise<Calibration>>;
  /** Programs of test commands, by name. */
  programs: Map<string, Promise<Program | null>>;
  /** Absolute paths of what runs after a backend: the engine's own code, and its git. No backend may change it. */
  ownFiles: string[];
  /** How often calibration repeats seed and oracle. */
  calibrationTimes: number;
  progress?: Progress | undefined;
  /** Asks a person for approval where nothing else answers; absent: nobody is there, which is a denial. */
  approver?: Approver | undefined;
}

/** Seed and oracle are run this often each; a gate asks for 12 (SPEC section 3 step 4). */
const CALIBRATION_TIMES = 3;

/** Scratch folders of a run: one that holds the workspace, one that no path of is given to a backend, one with a copy of its executable, one that holds an engine of another user, and the repository of a gate over runs. */
export const scratchPrefixes = {
  room: 'proofgate-room',
  harness: 'proofgate-harness',
  binary: 'proofgate-binary',
  child: 'proofgate-child',
  gate: 'proofgate-gate-room',
} as const;

/** Also removes what engines that were killed left in the temporary folder. */
export async function createEngine(project: string, ports: Ports, progress?: Progress, approver?: Approver): Promise<Engine> {
  for (const prefix of Object.values(scratchPrefixes)) await ports.files.removeStaleScratch(prefix);
  const [code, commit, git] = await Promise.all([codeOf(ports), commitOf(project, ports), ports.host.which('git')]);
  const engineDigest = code.reduce((hash, { path, digest }) => hash.update(`${path}\0${digest}\n`), createHash('sha256')).digest('hex');
  return {
    identity: { engineDigest, commit, host: sha256(ports.host.hostname) },
    ownFiles: [...code.map(({ path }) => join(import.meta.dirname, path)), ...(git ? [git] : [])],
    calibrations: new Map(),
    programs: new Map(),
    calibrationTimes: CALIBRATION_TIMES,
    progress,
    approver,
  };
}

/** The code that runs: every file beside this one, tests left out. */
const codeOf = async ({ files }: Ports): Promise<Entry[]> =>
  (await files.walk(import.meta.dirname)).filter(({ path, kind }) => kind === 'file' && !path.includes('.test.') && !path.endsWith('.map'));

/** The project's commit, read from its git directory as files; null where there is none. */
async function commitOf(project: string, { files }: Ports): Promise<string | null> {
  const read = async (path: string) => ((await files.stat(path))?.kind === 'file' ? (await files.readText(path)).trim() : '');
  const gitDir = join(project, '.git');
  const head = await read(join(gitDir, 'HEAD'));
  const ref = /^ref: (refs\/.+)$/.exec(head)?.[1];
  if (!ref) return /^[0-9a-f]{40,64}$/.test(head) ? head : null;
  const loose = await read(join(gitDir, ref));
  if (loose) return loose;
  const packed = await read(join(gitDir, 'packed-refs'));
  return (
    packed
      .split('\n')
      .find(line => line.endsWith(` ${ref}`))
      ?.split(' ')[0] ?? null
  );
}
