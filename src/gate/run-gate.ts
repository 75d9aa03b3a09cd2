import type { Calibration } from '../checks/calibrate.ts';
import type { EngineIdentity } from '../evidence/reserve.ts';
import type { Stage } from '../model/units.ts';
import type { Ports } from '../ports.ts';
import { openBase } from './base.ts';
import { decide, type Decided } from './decide.ts';
import { findChallenge } from './find.ts';
import { gatherEvidence, type Place } from './gather.ts';
import type { GateInput } from './input.ts';
import { readLedger, type Recorded } from './ledger.ts';
import type { VerifySaid } from './rejudge.ts';

/** What a gate is asked. */
export interface GateQuestion {
  stage: Stage;
  backend: string;
  /** Absolute root of the project. */
  project: string;
  /** Absolute folder of the suite; undefined: that of the open challenge. */
  suite: string | undefined;
  /** The protected branch; undefined: the usual one. */
  ref: string | undefined;
  engine: EngineIdentity;
  /** The verify command over a folder. */
  verify(dir: string): Promise<VerifySaid>;
  /** An empty map: what a suite found does not count. */
  calibrations: Map<string, Promise<Calibration>>;
  signal: AbortSignal;
}

export interface GateAnswer extends Decided {
  challenge: Recorded;
  input: GateInput;
  places: ReadonlyMap<string, Place>;
}

/**
 * Looks at everything and decides; writes nothing.
 * @throws {UserError} where there is no challenge to decide, and for what the protected base has with mistakes
 */
export async function runGate(question: GateQuestion, ports: Ports): Promise<GateAnswer> {
  const { project, ref } = question;
  await using base = await openBase(project, ref, ports);
  const ledger = await readLedger(project, base.dir, ports.files);
  const { challenge, suiteDir } = await findChallenge(question, ledger, ports);
  const { input, places } = await gatherEvidence({ ...question, suiteDir, base, ledger, challenge }, ports);
  return { ...decide(input), challenge, input, places };
}
