import { join } from 'node:path';
import { admitBinary, admitModel, type Read, readRecord } from '../admission/index.ts';
import type { Upstream } from '../gateway/index.ts';
import type { AdmissionFacts, BinaryAdmission, ModelAdmission, OwnedRepository, SourceAdmission } from '../model/admission.ts';
import { isInstalled } from '../backends/index.ts';
import { comparedWhereInstalled, Comparison, comparisonLapse } from '../model/comparison.ts';
import type { Contract } from '../model/contract.ts';
import type { PreflightCheck } from './index.ts';

/** What preflight found out on the way, and a run builds on. */
export interface Admitted {
  /** Absolute path and SHA-256 of the executable that is admitted, or would have to be. */
  executable: { path: string; sha256: string } | null;
  binary: Read<BinaryAdmission> | null;
  model: Read<ModelAdmission> | null;
  source: Read<SourceAdmission> | Read<OwnedRepository> | null;
  comparison: Read<Comparison> | null;
  upstream: Upstream | null;
  /** What the probe saw; becomes backend/probe.json. */
  probe: unknown;
}

export const nothingAdmitted = (): Admitted => ({
  executable: null,
  binary: null,
  model: null,
  source: null,
  comparison: null,
  upstream: null,
  probe: null,
});

/** The executable has a record for exactly its digest. One that is not there is for the backend's own probe to tell. */
export const binaryAdmitted: PreflightCheck = async ({ plan, backend, admitted }, ports) => {
  const path = await backend.binary?.(plan, ports);
  if (!path) return undefined;
  const { sha256 } = await ports.files.digest(path);
  admitted.executable = { path, sha256 };
  const now = ports.clock.now();
  const found = await admitBinary({ backend: backend.id, sha256, stage: plan.stage, now, folders: plan.admissions.binaries }, ports.files);
  if ('problem' in found) return { code: 'binary_not_admitted', detail: found.problem };
  admitted.binary = found;
  return undefined;
};

/** Provider and model are both named, and a record admits the pair for this backend and stage. Nothing falls back to a built-in default. */
export const modelAdmitted: PreflightCheck = async ({ plan, backend, admitted }, ports) => {
  if (!backend.usesModel) return undefined;
  if (!plan.model) {
    const missing = modelVariables.filter(name => !plan.env[name]);
    return {
      code: 'model_not_admitted',
      detail: `no model is named: ${missing.join(' and ')} ${missing.length > 1 ? 'are' : 'is'} not set`,
    };
  }
  const { provider, id } = plan.model;
  const question = { provider, id, backend: backend.id, stage: plan.stage, now: ports.clock.now(), folders: plan.admissions.models };
  const found = await admitModel(question, ports.files);
  if ('problem' in found) return { code: 'model_not_admitted', detail: found.problem };
  const { runtime_provider: asked } = plan.model;
  if (asked !== null && asked !== found.value.runtime_provider) {
    const detail = `${found.ref.file} maps it to the runtime provider ${found.value.runtime_provider}, and not to ${asked}`;
    return { code: 'model_not_admitted', detail };
  }
  const useless = backend.cannotUse?.(found.value);
  if (useless !== undefined) return { code: 'model_not_admitted', detail: `${found.ref.file} is of no use to ${backend.id}: ${useless}` };
  admitted.model = found;
  return undefined;
};

const modelVariables = ['CTO_HARNESS_CASE_MODEL_PROVIDER', 'CTO_HARNESS_CASE_MODEL'] as const;

/** From stage 3 on the workspace comes from a source that a record admits; a task that names one needs it at every stage. */
export const sourceAdmitted: PreflightCheck = ({ plan, source, admitted }) => {
  const refuse = (detail: string) => ({ code: 'source_not_admitted', detail }) as const;
  if (source) {
    if (source.facts.problem !== null) return refuse(source.facts.problem);
    if (plan.stage === 5 && !source.owned) return refuse(`stage 5 works for a repository of an owner, and ${source.facts.id} is a copy`);
    if (plan.stage !== 5 && source.owned)
      return refuse(`a repository of an owner is a source of stage 5 only, and this is stage ${plan.stage}`);
    admitted.source = source.record;
    return undefined;
  }
  return plan.stage < 3 ? undefined : refuse(`no admission record covers the source of ${plan.task.spec.id} at stage ${plan.stage}`);
};

/** Stage 6 starts from a fresh comparison of the candidate with fake, and with pi and codex where they apply. Default status is earned. */
export const comparisonFresh: PreflightCheck = async ({ plan, backend, admitted }, ports) => {
  const { files, clock } = ports;
  // fake is what a candidate is held against, and never one itself
  if (plan.stage !== 6 || backend.id === 'fake') return undefined;
  const refuse = (detail: string) => ({ code: 'prior_stage_not_proven', detail }) as const;
  const name = `${backend.id}.json`;
  for (const folder of plan.admissions.comparisons) {
    const read = await readRecord(join(folder, name), Comparison, files);
    if (!read) continue;
    if ('problem' in read) return refuse(`the comparison ${read.problem}`);
    const lapsed = comparisonLapse(read.value, backend.id, clock.now());
    if (lapsed) return refuse(`the comparison ${name} ${lapsed}`);
    for (const one of comparedWhereInstalled) {
      const isProven = read.value.cells.some(cell => cell.backend === one && cell.state === 'proven');
      if (!isProven && (await isInstalled(one, plan, ports)))
        return refuse(`the comparison ${name} lacks evidence: ${one} is installed here, and has no proven cell`);
    }
    admitted.comparison = read;
    return undefined;
  }
  return refuse(`no comparison of ${backend.id} is there: ${name}, which proofgate compare writes`);
};

/** The same as facts: what a report says, and `verify` compares with the copies in the bundle. */
export function admissionFacts(
  { backend, stage, task }: Contract,
  { executable, binary, model, source, comparison }: Admitted,
): AdmissionFacts {
  return {
    comparison: comparison?.ref ?? null,
    source: {
      status: source ? 'admitted' : stage >= 3 || task.source ? 'not_admitted' : 'not_required',
      record: source?.ref ?? null,
    },
    binary: {
      status: binary ? 'admitted' : backend.uses_binary ? 'not_admitted' : 'not_required',
      record: binary?.ref ?? null,
      executable: executable?.sha256 ?? null,
    },
    model: {
      status: model ? 'admitted' : backend.uses_model ? 'not_admitted' : 'not_required',
      record: model?.ref ?? null,
      runtime_provider: model?.value.runtime_provider ?? null,
    },
  };
}
