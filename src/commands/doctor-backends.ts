import { type Backend, backends, findBackend } from '../backends/index.ts';
import { makeContract } from '../contract.ts';
import { UserError } from '../errors.ts';
import { type Finding, rowOf } from '../model/blocker.ts';
import type { Plan } from '../model/plan.ts';
import { Stage } from '../model/units.ts';
import { nothingAdmitted, type PreflightCheck, preflightChecks, resolveProgram } from '../preflight/index.ts';
import { readStage } from '../stages/index.ts';
import type { Io } from './command.ts';
import { type Item, lacking, present } from './doctor-item.ts';
import { planFor } from './plan.ts';
import { type Profile, profiles } from './profiles.ts';

/** Not about this host: what was decided elsewhere, what a task brings along, and the one that asks the provider itself. */
const notOfTheHost: readonly string[] = ['priorStageProven', 'sourceAdmitted', 'targetNotExposed', 'providerAnswers'];

/** Every backend, by the preflight of a run: what would stop it here, not only the first. */
export async function lookAtBackends(io: Io): Promise<Item[]> {
  const items: Item[] = [];
  for (const backend of backends) items.push(await lookAt(backend.id, backend, await planOf(backend, io), io));
  return items;
}

export async function lookAtProfiles(io: Io): Promise<Item[]> {
  const items: Item[] = [];
  for (const profile of profiles) items.push(await lookAtProfile(profile, io));
  return items;
}

async function lookAtProfile({ name, backend }: Profile, io: Io): Promise<Item> {
  try {
    return await lookAt(name, findBackend(backend), await planFor(undefined, { profile: name }, io), io);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    const [{ at, message, hint }] = error.problems;
    return lacking(name, [at, message].filter(Boolean).join(' '), hint);
  }
}

/** A run of that backend, at the stage that its switch names. */
export async function planOf({ id, gate }: Pick<Backend, 'id' | 'gate'>, io: Io): Promise<Plan> {
  const plan = await planFor(undefined, {}, io);
  const enabled = Stage.safeParse(Number(gate && plan.env[gate.stage]));
  // `command` takes any program; this one is always there
  return { ...plan, backend: { id, argv: ['node'] }, stage: enabled.data ?? plan.stage };
}

async function lookAt(name: string, backend: Backend, plan: Plan, { ports, signal }: Io): Promise<Item> {
  const program = await resolveProgram(plan, new Map(), ports);
  const engine = { engineDigest: '', commit: null, host: '' };
  const stage = await readStage(plan.project, plan.stage, ports);
  const parts = { runId: '', bundleDir: plan.out, workspaceDir: plan.out, engine, program, backend, stage, protectedRoots: [] };
  const question = { plan, contract: makeContract(plan, parts), backend, stage, source: null, admitted: nothingAdmitted(), signal };
  const lacks: Finding[] = [];
  for (const [check, ask] of Object.entries<PreflightCheck>(preflightChecks)) {
    const lack = notOfTheHost.includes(check) ? undefined : await ask(question, ports);
    if (lack) lacks.push(lack);
  }
  if (lacks.length === 0) return present(name, `${backend.summary}; stage ${plan.stage} can be tried here`);
  const codes = lacks.map(({ code, cause }) => (cause ? `${code} (${cause})` : code)).join(', ');
  return lacking(name, `a run would end with ${codes}`, ...lacks.map(({ code, detail }) => `${detail}. ${rowOf(code).hint}`));
}
