import type { ModelAdmission } from '../model/admission.ts';
import type { Contract } from '../model/contract.ts';
import type { GatewayLine } from '../model/gateway.ts';
import type { Plan } from '../model/plan.ts';
import type { Served } from '../ports.ts';

/** What Case needs of a job: the job of any backend, with a model and an executable for certain. */
export interface CaseJob {
  contract: Contract;
  plan: Plan;
  workspaceDir: string;
  /** Absolute folder that the agent may write beside the workspace. */
  agentDir: string;
  /** What every agent gets. */
  env: Record<string, string>;
  access: {
    /** `http://127.0.0.1:PORT/v1` */
    baseUrl: string;
    token: string;
    model: ModelAdmission;
    served: Served;
    /** What went through so far. */
    lines(): readonly GatewayLine[];
  };
  /** Absolute path of the copy of the admitted `ca`. */
  binary: string;
  /** Writes an artifact of the harness below `backend/`; secrets are redacted. */
  keep(path: string, content: string): Promise<void>;
  onStdout(chunk: Uint8Array): void;
  onStderr(chunk: Uint8Array): void;
  onEvent(event: { type: string; data: Record<string, unknown> }): void;
  signal: AbortSignal;
}
