import { answerApproval } from '../backends/index.ts';
import type { Run } from './run.ts';

/** Asks what a run has to have approved: whoever the plan, or the engine, has for that, and never the backend. */
export const ask = ({ plan, contract, engine, bundle, ports, signal }: Run, question: { scope: string; mutation_mode: string }) =>
  answerApproval(question, { approval: plan.approval, backend: contract.backend.id, approver: engine.approver, signal }, bundle, ports);
