import { join } from 'node:path';
import { findBackend } from '../backends/index.ts';
import { makeContract, protectedByDefault } from '../contract.ts';
import { createEngine, type Engine } from '../engine.ts';
import { systemCode } from '../errors.ts';
import type { Plan } from '../model/plan.ts';
import type { Files, Ports } from '../ports.ts';
import { readStage } from '../stages/index.ts';
import { nothingAdmitted, preflightChecks, resolveProgram } from '../preflight/index.ts';

/**
 * What a run of this plan needs and whoever asks has no right to: read the engine, the task and what must not change, and run
 * git, the test command and the backend. Tried by doing it.
 *
 * @returns each as it stands after `can`
 */
export async function lacksOf(plan: Plan, ports: Ports): Promise<string[]> {
  try {
    const engine = await createEngine(plan.project, ports);
    const closed: string[] = [];
    for (const path of [...engine.ownFiles, ...protectedByDefault(plan)]) closed.push(...(await closedBelow(path, ports.files)));
    return [...closed.map(path => `read ${path}`), ...(await missingPrograms(plan, engine, ports))];
  } catch (error) {
    if (!systemCode(error)) throw error;
    const { path = plan.project } = error as NodeJS.ErrnoException;
    return [`read ${path}`];
  }
}

/** Files and folders that cannot be read, from `path` down; what is absent is for others to miss. */
async function closedBelow(path: string, files: Files): Promise<string[]> {
  try {
    const kind = (await files.stat(path))?.kind;
    if (kind === 'file') await files.digest(path);
    const entries = kind === 'dir' ? await files.walk(path, { maxFileBytes: 0 }) : [];
    return entries.filter(({ oddity }) => oddity === 'unreadable').map(entry => join(path, entry.path));
  } catch (error) {
    if (!systemCode(error)) throw error;
    return [path];
  }
}

async function missingPrograms(plan: Plan, engine: Engine, ports: Ports): Promise<string[]> {
  const backend = findBackend(plan.backend.id);
  const program = await resolveProgram(plan, engine.programs, ports);
  const stage = await readStage(plan.project, plan.stage, ports, plan.given.admissions);
  const parts = {
    runId: '',
    bundleDir: plan.out,
    workspaceDir: plan.out,
    engine: engine.identity,
    program,
    backend,
    stage,
    protectedRoots: [],
  };
  const signal = new AbortController().signal;
  const question = { plan, contract: makeContract(plan, parts), backend, stage, source: null, admitted: nothingAdmitted(), signal };
  const refusals = [await preflightChecks.dependenciesPresent(question, ports), await preflightChecks.backendAnswers(question, ports)];
  return refusals.flatMap(refusal => (refusal ? [`run what it needs (${refusal.detail})`] : []));
}
