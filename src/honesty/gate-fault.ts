import { join } from 'node:path';
import { decide } from '../gate/decide.ts';
import type { GateInput } from '../gate/input.ts';
import type { ReasonCode } from '../gate/reasons.ts';
import type { DecisionExit } from '../model/decision.ts';
import type { exitCodes } from '../model/exit.ts';
import type { Ports } from '../ports.ts';
import { type PrivateKey, signEnvelope } from '../promotion/index.ts';
import { PLAN_STATEMENT, statementFile } from '../promotion/place.ts';
import { suiteStatement } from '../promotion/suite-statement.ts';
import { readSuite } from '../suite/read.ts';
import { resultFile } from '../suite/record.ts';
import type { Loose } from '../testing/forger.ts';
import type { GateProject } from '../testing/gate-room.ts';

/** A value as somebody who forges it sees it: anything may be changed into anything. */
export type { Loose } from '../testing/forger.ts';

/** Green, signed evidence of one challenge, in a project of its own: what a fault is done to. */
export interface GateSpecimen extends GateProject {
  nonce: string;
  /** Ids of the required scenarios, by name. */
  ids: Readonly<Record<'passes' | 'nothing' | 'spoilt', string>>;
  /** Folder of the suite, relative to the project. */
  suite: string;
  /** Changes a JSON document of the project, and writes it as the engine would. */
  json(path: string, change: (value: Loose) => void): Promise<void>;
  result(id: string, change: (value: Loose) => void): Promise<void>;
  /** Path of the bundle of a scenario, relative to the project. */
  bundleOf(id: string): Promise<string>;
  /** Signs a statement again, after a change, with whatever key, and the plan with the results as they are then. */
  sign(id: string, change?: (statement: Loose) => void, keys?: readonly [PrivateKey, ...PrivateKey[]]): Promise<void>;
  /** Signs the plan again, with the results that are there, after a change, with whatever key. */
  signPlan(change?: (statement: Loose) => void, keys?: readonly [PrivateKey, ...PrivateKey[]]): Promise<void>;
}

/** What the gate is asked, other than as usual. */
interface Asked {
  ports?: Ports;
  suite?: string;
  /** The engine that decides. */
  engineDigest?: string;
}

/** One fault, and everything that the gate has to say of it. */
export interface GateFault {
  /** What was done, as the table says it. */
  what: string;
  /** 64: the protected base has mistakes, and nothing is decided. */
  exit: DecisionExit | typeof exitCodes.usage;
  /** Codes of all reasons, each once, in the order of the table of reasons; of mistakes in the base, where each stands and what it is. */
  codes: readonly (ReasonCode | `admissions/${string}`)[];
  /** Does it to the files of a project. */
  do?(specimen: GateSpecimen): Promise<Asked | void>;
  /** Does it to what was read: for what only a costly run could bring about. */
  input?(input: Loose): void;
}

/** The hands of somebody who spoils a project. */
export function specimenOf(project: GateProject, nonce: string): GateSpecimen {
  const { put, text, ports, keys, root } = project;
  const suite = `reports/suites/${nonce}`;
  const id = (name: string) => `scenarios/gate/${name}.yaml#${name}`;
  const json: GateSpecimen['json'] = async (path, change) => {
    const value: Loose = JSON.parse(await text(path));
    change(value);
    await put(path, `${JSON.stringify(value, null, 2)}\n`);
  };
  const digestAt = async (path: string) => (await ports.files.digest(join(root, path))).sha256;
  const bundleOf = async (of: string) => (JSON.parse(await text(`${suite}/${resultFile(of)}`)) as { bundle: string }).bundle;
  const signPlan: GateSpecimen['signPlan'] = async (change = () => {}, signers = [keys.runner]) => {
    const payload = await suiteStatement(await readSuite(join(root, suite), ports), ports);
    const statement: Loose = JSON.parse(payload.toString());
    change(statement);
    await put(`${suite}/${PLAN_STATEMENT}`, signEnvelope(Buffer.from(`${JSON.stringify(statement, null, 2)}\n`), signers));
  };
  return {
    ...project,
    signPlan,
    nonce,
    suite,
    ids: { passes: id('passes'), nothing: id('changes-nothing'), spoilt: id('spoilt') },
    json,
    bundleOf,
    result: (of, change) => json(`${suite}/${resultFile(of)}`, change),
    async sign(of, change = () => {}, signers = [keys.runner]) {
      const path = `${suite}/${statementFile(of)}`;
      const envelope = JSON.parse(await text(path)) as { payload: string };
      const statement: Loose = JSON.parse(Buffer.from(envelope.payload, 'base64').toString());
      const result: Loose = JSON.parse(await text(`${suite}/${resultFile(of)}`));
      Object.assign(statement.predicate, { state: result.state, exit: result.exit });
      for (const subject of statement.subject) {
        const place = subject.name === resultFile(of) ? `${suite}/${subject.name}` : `${await bundleOf(of)}/${subject.name}`;
        subject.digest.sha256 = await digestAt(place).catch(() => subject.digest.sha256);
      }
      change(statement);
      await put(path, signEnvelope(Buffer.from(`${JSON.stringify(statement, null, 2)}\n`), signers));
      await signPlan();
    },
  };
}

/** The decision over evidence that was changed after it was read. */
export function decideOver(input: GateInput, change: (input: Loose) => void) {
  const copy = structuredClone(input);
  change(copy);
  return decide(copy);
}
