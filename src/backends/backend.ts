import type { GatewayLine } from '../model/gateway.ts';
import type { ModelAdmission } from '../model/admission.ts';
import type { Finding } from '../model/blocker.ts';
import type { Contract } from '../model/contract.ts';
import type { Plan } from '../model/plan.ts';
import type { Exit, Ports, Served } from '../ports.ts';

/** One coding agent. Everything that a new backend has to provide is here. */
export interface Backend {
  readonly id: string;
  readonly summary: string;
  /** Switches that must be set before it may run; absent: never disabled. */
  readonly gate?: Gate;
  /** The highest stage that it may reach without an earlier promotion; 1 for every candidate. */
  readonly exemptUpTo: 1 | 2;
  /** False: the harness announces a difference that the agent did not announce. */
  readonly reportsEdits: boolean;
  /** False: the harness states the plan from the contract when the agent first acts. */
  readonly statesPlan: boolean;
  /** It talks to a model: that must be admitted, and a gateway stands between the two. */
  readonly usesModel: boolean;
  /** Names at the root of the workspace under which it keeps its own books: no part of its answer, unless it commits them. */
  readonly ownState: readonly string[];

  /** Why it could make no use of a model, however admitted: a record for it is out of scope. Absent: it takes any. */
  cannotUse?(model: ModelAdmission): string | undefined;

  /** What the copy of its executable is called, whatever the original is: agents may call it by name. */
  readonly binaryName?: string;
  /** The executable that needs an admission record, as an absolute path; null: it is not there. Absent: none needs one. */
  binary?(plan: Plan, ports: Ports): Promise<string | null>;

  /** Is it there, and which version? Starts no agent and costs nothing. */
  probe(plan: Plan, ports: Ports): Promise<Finding | { version: string }>;

  /** Puts the task to it; resolves when its last process is dead, whatever it did. */
  run(job: BackendJob, ports: Ports): Promise<Turn>;

  /** What one line of its output says, if it is an event. Pure. */
  readEvent(line: string): RawEvent | undefined;
}

/** A gated backend runs only where somebody said so, for exactly one stage. */
export interface Gate {
  /** Variable that must be `1`. */
  allow: string;
  /** Variable that must be the stage of the run. */
  stage: string;
}

/** An event as the backend printed it: a claim, until the harness takes it over. */
export interface RawEvent {
  type: string;
  data: Record<string, unknown>;
}

export interface ApprovalRequest {
  scope: string;
  mutation_mode: string;
}

/** The way to the model, for a backend that uses one. */
export interface ModelAccess {
  /** What the agent is told: `http://127.0.0.1:PORT/v1`. */
  baseUrl: string;
  /** What it shows there as its key. */
  token: string;
  model: ModelAdmission;
  served: Served;
  /** What went through so far. */
  lines(): readonly GatewayLine[];
}

/** One task put to one backend. */
export interface BackendJob {
  contract: Contract;
  plan: Plan;
  workspaceDir: string;
  /** Absolute folder that the agent may write beside the workspace. */
  agentDir: string;
  /** The whole environment of the agent. */
  env: Record<string, string>;
  /** Null for a backend without a model. */
  access: ModelAccess | null;
  /** Absolute path of the copy that was made of the admitted executable; null where none needs a record. */
  binary: string | null;
  /** Writes an artifact of the harness below `backend/`, where the agent cannot; secrets are redacted. */
  keep(path: string, content: string): Promise<void>;
  onStdout(chunk: Uint8Array): void;
  onStderr(chunk: Uint8Array): void;
  /** Called for every event, in order, while the agent runs. */
  onEvent(event: RawEvent): void;
  /** The answer to an event of type approval.requested, as one line for the agent's standard input. */
  answer(request: ApprovalRequest): Promise<string>;
  signal: AbortSignal;
}

/** How it ended. */
export interface Turn {
  exit: Exit;
  /** What its result envelope says; null: there is none. */
  claim: 'completed' | 'failed' | 'blocked' | null;
  /** Why its result envelope is missing or unusable. */
  protocolError: string | null;
  /** Any other way of failing. */
  failure: Finding | null;
  /** It had done everything that counts, and the harness ended it. */
  completedByHarness: boolean;
  /** The limit that it ran under, in milliseconds, where that is not the one of the contract. */
  limitMs?: number;
}
