import type { AdmissionFacts } from '../model/admission.ts';
import type { Status } from '../model/blocker.ts';
import type { Contract } from '../model/contract.ts';
import type { DecisionVerdict } from '../model/decision.ts';
import type { LedgerEntry } from '../model/ledger.ts';
import type { Policy } from '../model/policy.ts';
import type { Report } from '../model/report.ts';
import type { RunPredicate } from '../model/statement.ts';
import type { SuitePlan, SuiteResult } from '../suite/record.ts';
import type { Finding } from './reasons.ts';

/** Everything that a decision rests on, read and derived again; a decision is a function of this and of nothing else. */
export interface GateInput {
  /** Milliseconds since the epoch, by the clock of the gate. */
  now: number;
  /** The engine that decides, and the commit of the project that it finds. */
  engine: { digest: string; commit: string | null };
  challenge: {
    entry: LedgerEntry;
    sha256: string;
    /** A decision stands beside it. */
    decided: boolean;
    earlier: readonly { nonce: string; verdict: DecisionVerdict }[];
  };
  /** What is wrong with the ledger. */
  ledger: readonly Finding[];
  base: ProtectedBase;
  suite: SuiteEvidence;
  /** One a scenario of the challenge, in its order. */
  scenarios: readonly ScenarioEvidence[];
  /** Tasks behind passes, tried again by the gate itself. */
  calibrations: readonly { task: string; problems: readonly string[] }[];
  /** Whether the stage before is promoted for this candidate; asked only where the policy does not exempt it. */
  prior: { promoted: boolean; detail: string };
}

/** What the protected base says now. */
export interface ProtectedBase {
  ref: string;
  commit: string;
  /** The commit from which the challenge was issued is part of its history. */
  hasChallenge: boolean;
  policy: { value: Policy; sha256: string };
  /** Runner keys of the policy whose public half is there. */
  runners: readonly string[];
  stageDigest: string;
  /** Required scenarios by id, with the digest of each. */
  scenarios: ReadonlyMap<string, string>;
}

/** The record of the suite that answers. */
export interface SuiteEvidence {
  /** Relative to the project. */
  dir: string;
  /** Why it cannot be read; null where it can. */
  unreadable: string | null;
  plan: SuitePlan | null;
  /** SHA-256 of plan.json; null where there is none. */
  planDigest: string | null;
  /** What a runner signed of its plan and of the set of its results, where that holds; or why nothing does. */
  statement: { sha256: string; problem?: never } | { problem: Finding; sha256?: never };
  ended: boolean;
  /** Statements of no scenario of its plan, and whatever else a suite does not leave. */
  surplus: readonly string[];
}

/** One required scenario: what it is, what its suite says, and what was found when nobody was believed. */
export interface ScenarioEvidence {
  id: string;
  /** Of the challenge. */
  digest: string;
  /** The protected base has this version of it now. */
  isCurrent: boolean;
  /** What the scenario of the base does. `cli`: what it ended with cannot be derived again. Null: the base has none of this id. */
  does: 'run' | 'verify' | 'cli' | null;
  /** It is about whoever asks to be promoted: nobody else's evidence is any. */
  isOfCandidate: boolean;
  /** SHA-256 of its text as evidence keeps it. */
  textDigest: string | null;
  /** Digest of its task, with the source that the protected base admits for it. */
  taskDigest: string | null;
  /** What the contract of a pass has otherwise than its task and its backend make it; null: nothing, or it is no pass. */
  otherTerm: string | null;
  /** Why that source is not to be had; null where it is, and where the task has none. */
  sourceProblem: string | null;
  /** Why it can never be green at the first try: it has skip, todo or fails. */
  leftOut: string | null;
  result: SuiteResult | null;
  bundle: BundleEvidence | null;
  /** Why there is no bundle although the result names one. */
  bundleProblem: { code: 'bundle_missing' | 'bundle_outside' | 'bundle_invalid'; detail: string } | null;
  statement: StatementEvidence;
  /** What its evidence has otherwise than the scenario expects, one line each; null: cannot be derived. */
  mismatches: readonly string[] | null;
}

/** A bundle that was read and derived again. */
export interface BundleEvidence {
  /** Relative to the project. */
  dir: string;
  /** What contradicts itself in it; none: consistent. */
  problems: readonly string[];
  /** As derived. */
  status: Status | null;
  /** SHA-256 of manifest.json, report.json and patch.diff, as far as they are there. */
  digests: { manifest: string | null; report: string | null; patch: string | null };
  /** Artifacts that the stage requires, and no file matches. */
  lacks: readonly string[];
  contract: Contract | null;
  report: Report | null;
  admissions: AdmissionFacts | null;
  /** What the protected base says of the records that let it in: executable, model, source, comparison, as far as each was needed. */
  records: readonly RecordEvidence[];
}

/** A record that a run was let in by, beside the one that is in force. */
export interface RecordEvidence {
  /** Path of the record in the project. */
  file: string;
  /** Of the run's copy. */
  sha256: string;
  /** Of the record of the protected base, with the day on which it was made; null: none holds, and `problem` says why. */
  now: { sha256: string; admitted_at: string; expires_at: string } | null;
  problem: string | null;
}

/** What a runner signed of a scenario, where that holds; or why nothing does. */
export type StatementEvidence =
  | {
      /** SHA-256 of its file. */
      sha256: string;
      /** Path in the bundle or in the suite to SHA-256. */
      subjects: Readonly<Record<string, string>>;
      run: RunPredicate['run'];
      problem?: never;
    }
  | { problem: Finding; sha256?: never };
