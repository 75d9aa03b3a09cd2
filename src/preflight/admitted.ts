import { admitBinary, admitModel, type Read } from '../admission/index.ts';
import type { Upstream } from '../gateway/index.ts';
import type { AdmissionFacts, BinaryAdmission, ModelAdmission } from '../model/admission.ts';
import type { Contract } from '../model/contract.ts';
import type { PreflightCheck } from './index.ts';

/** What preflight found out on the way, and a run builds on. */
export interface Admitted {
  /** Absolute path and SHA-256 of the executable that is admitted, or would have to be. */
  executable: { path: string; sha256: string } | null;
  binary: Read<BinaryAdmission> | null;
  model: Read<ModelAdmission> | null;
  upstream: Upstream | null;
  /** What the probe saw; becomes backend/probe.json. */
  probe: unknown;
}

export const nothingAdmitted = (): Admitted => ({ executable: null, binary: null, model: null, upstream: null, probe: null });

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

/** The same as facts: what a report says, and `verify` compares with the copies in the bundle. */
export function admissionFacts({ backend }: Contract, { executable, binary, model }: Admitted): AdmissionFacts {
  return {
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
