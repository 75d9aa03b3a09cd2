import { join } from 'node:path';
import { type Backend, termsOfBackend } from './backends/index.ts';
import { offeredLevel } from './containment/index.ts';
import type { EngineIdentity } from './evidence/reserve.ts';
import type { Contract } from './model/contract.ts';
import { durationMs } from './model/duration.ts';
import { ordinaryGiven, type Plan } from './model/plan.ts';
import type { ReadStage } from './model/stage.ts';
import type { HandoverKind } from './model/handover.ts';
import { type SourceFacts, taskDigest } from './model/source.ts';
import { sha256 } from './model/digest.ts';
import type { Program } from './model/contract.ts';
import { termsOf } from './model/task-terms.ts';

export interface ContractParts {
  runId: string;
  bundleDir: string;
  workspaceDir: string;
  engine: EngineIdentity;
  program: Program | null;
  /** What is fixed by the backend's kind. */
  backend: Pick<Backend, 'usesModel' | 'binary' | 'ownState'>;
  /** What the stage asks for by itself. */
  stage: ReadStage;
  /** What became of the source of the task; null or absent: it has files of its own. */
  source?: SourceFacts | null;
  /** What a pass does with its change; absent: nothing. */
  handover?: HandoverKind | null;
  protectedRoots: string[];
}

/** Step 2: the task with everything optional resolved. What stands here is what is judged, and nothing else. */
export function makeContract(
  plan: Plan,
  { runId, bundleDir, workspaceDir, engine, program, backend, stage, source, handover, protectedRoots }: ContractParts,
): Contract {
  const { task, limits } = plan;
  const { spec } = task;
  const { verification, approval } = spec;
  const terms = termsOf(spec);
  const { id, ...ofTask } = terms.task;
  const { command, ...ofVerification } = terms.verification;
  return {
    schema: 'proofgate/task-contract/1',
    run_id: runId,
    nonce: plan.nonce,
    task: {
      id,
      digest: taskDigest(task, source?.seed ?? null),
      ...ofTask,
      approval: {
        required: approval.required || stage.record.approval.required,
        scope: approval.scope ?? stage.record.approval.scope,
        mutation_mode: approval.mutation_mode ?? stage.record.mutation_mode,
      },
    },
    verification: {
      command,
      program,
      ...ofVerification,
      timeout_ms: limits.verificationMs ?? durationMs(verification.timeout),
    },
    required_events: terms.required_events,
    backend: { id: plan.backend.id, argv: plan.backend.argv ?? null, ...termsOfBackend(backend) },
    stage: plan.stage,
    stage_digest: stage.sha256,
    handover: handover ?? null,
    model: plan.model,
    limits: { backend_ms: limits.backendMs, run_ms: limits.runMs, output_bytes: limits.outputBytes, processes: limits.processes },
    containment: { required: stage.record.containment, offered: offeredLevel(plan.given) },
    given: unusual(plan),
    suite: plan.suite,
    scenario_digest: plan.scenarioText === null ? null : sha256(plan.scenarioText),
    engine_digest: engine.engineDigest,
    commit: engine.commit,
    host: engine.host,
    roots: { runtime_workspace_root: workspaceDir, run_artifact_dir: bundleDir },
    protected_roots: protectedRoots,
  };
}

/** What a scenario changed about the world: secrets by name only. */
function unusual({ given }: Plan): Contract['given'] {
  const shown = { ...given, secrets: Object.keys(given.secrets) };
  const ordinary = { ...ordinaryGiven, secrets: [] };
  const keys = Object.keys(ordinary) as (keyof typeof ordinary)[];
  return Object.fromEntries(keys.filter(key => JSON.stringify(shown[key]) !== JSON.stringify(ordinary[key])).map(key => [key, shown[key]]));
}

/** What must not change while a run goes on, by default (SPEC section 14). */
export const protectedByDefault = (plan: Plan): string[] => [
  plan.task.dir,
  join(plan.project, 'admissions'),
  // what git says, and what it runs
  ...['HEAD', 'index', 'config', 'hooks'].map(name => join(plan.project, '.git', name)),
  ...(plan.given.target ? [plan.given.target] : []),
  ...plan.given.protected,
];
