import { join } from 'node:path';
import type { Calibration } from '../checks/calibrate.ts';
import { createEngine } from '../engine.ts';
import { UserError } from '../errors.ts';
import { runGate } from '../gate/run-gate.ts';
import { exitCodes } from '../model/exit.ts';
import { type GateRoom, projectAt, verifyIn } from '../testing/gate-room.ts';
import { decideOver, type GateFault, specimenOf } from './gate-fault.ts';
import { gateFaults } from './gate-faults.ts';

/** A fault, and what the gate said of it. */
export interface GateKill {
  fault: GateFault;
  exit: number;
  codes: string[];
  /** Every reason is exactly as it should be. */
  killed: boolean;
}

/**
 * Puts green, signed evidence in a room: an earlier challenge that was decided and committed, and the one that is answered. @returns its nonce
 */
export async function greenEvidence(room: GateRoom): Promise<string> {
  await room.challenge();
  await room.say(['gate', '--stage', '2']);
  room.git('add', '-A');
  room.git('commit', '-qm', 'an earlier refusal');
  const { nonce, files } = await room.challenge();
  const { all } = await room.run(nonce, files);
  if (!/3 passed/.test(all ?? '')) throw new Error(`the suite of the gate table is not green:\n${all}`);
  const { refused, missing } = await room.sign(nonce);
  if (refused.length + missing.length > 0) throw new Error(`nobody signs for it: ${JSON.stringify(refused)}`);
  return nonce;
}

/** Makes every fault, each in a copy of its own, and asks the gate. */
export async function* runGateFaults(room: GateRoom, nonce: string, faults: readonly GateFault[] = gateFaults): AsyncGenerator<GateKill> {
  const { ports, root } = room;
  const { identity } = await createEngine(root, ports);
  const calibrations = new Map<string, Promise<Calibration>>();
  const ask = async (project: string, fault: GateFault) => {
    const specimen = specimenOf(projectAt(project, room), nonce);
    const { suite, ports: own = ports, engineDigest } = (await fault.do?.(specimen)) ?? {};
    const { identity: here } = await createEngine(project, ports);
    const engine = { ...here, ...(engineDigest === undefined ? {} : { engineDigest }) };
    const question = {
      stage: 2 as const,
      backend: 'fake',
      project,
      suite: suite && join(project, suite),
      ref: undefined,
      engine,
      calibrations,
    };
    return runGate({ ...question, verify: verifyIn(project, own), signal: new AbortController().signal }, own);
  };
  const sound = await ask(root, { what: 'nothing', exit: 0, codes: [] });
  if (sound.input.engine.digest !== identity.engineDigest) throw new Error('the engine changed while its gate was tried');
  for (const fault of faults) {
    let decided: Decided = sound.decision;
    if (fault.input) decided = decideOver(sound.input, fault.input).decision;
    else if (fault.do) {
      await using scratch = await ports.files.scratch('gate-fault');
      const copy = join(scratch.path, 'project');
      await ports.files.copyTree(root, copy);
      decided = await decisionOf(() => ask(copy, fault));
    }
    const codes = [...new Set(decided.reasons.map(({ code }) => code))];
    yield {
      fault,
      exit: decided.exit,
      codes,
      killed: decided.exit === fault.exit && JSON.stringify(codes) === JSON.stringify(fault.codes),
    };
  }
}

/** What a gate ends with, and why. */
interface Decided {
  exit: number;
  reasons: readonly { code: string }[];
}

/** A decision; or of a protected base with mistakes, where nothing is decided, each with its place. */
async function decisionOf(ask: () => Promise<{ decision: Decided }>): Promise<Decided> {
  try {
    return (await ask()).decision;
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return {
      exit: exitCodes.usage,
      reasons: error.problems.map(({ at, message }) => ({ code: `${at} ${message}`.replace(/ \(got .*\)$/, '') })),
    };
  }
}

/** One line a fault. */
export function renderGateKills(kills: readonly GateKill[]): string {
  const width = Math.max(...kills.map(({ fault }) => fault.what.length));
  const lines = kills.map(({ fault, exit, codes, killed }) => {
    const said = `${exit}  ${codes.join(', ') || 'promoted'}`;
    const wanted = killed ? '' : `   SURVIVED: expected ${fault.exit}  ${fault.codes.join(', ') || 'promoted'}`;
    return `${fault.what.padEnd(width)}  ${said}${wanted}`;
  });
  const survivors = kills.filter(({ killed }) => !killed).length;
  return [
    `${'fault'.padEnd(width)}  exit and reasons`,
    '-'.repeat(width + 20),
    ...lines,
    '',
    `${kills.length} faults, ${survivors} survivors`,
  ].join('\n');
}
