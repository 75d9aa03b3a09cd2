import { admitBinary, admitModel, admissionFolders } from '../admission/index.ts';
import { findBackend } from '../backends/index.ts';
import { UserError } from '../errors.ts';
import { modelName, LEDGER, type LedgerEntry, ledgerFiles, type ModelRef } from '../model/ledger.ts';
import { ageMs, deniedBy } from '../model/policy.ts';
import type { Stage } from '../model/units.ts';
import type { Ports } from '../ports.ts';
import { isOfCandidate } from '../scenario/candidate.ts';
import { digestOf, idOf } from '../scenario/resolved.ts';
import { POLICY, readPolicy } from '../promotion/index.ts';
import type { Base } from './base.ts';
import { addToLedger, readLedger } from './ledger.ts';
import { requiredScenarios } from './required.ts';

/** Who asks to be promoted, and to which stage. */
export interface ChallengeRequest {
  stage: Stage;
  backend: string;
  /** SHA-256 of its executable; null for a backend that needs no record of one. */
  binary: string | null;
  model: ModelRef | null;
}

/** What is the candidate's own part of a challenge. */
interface OwnPart {
  /** Ids of the scenarios that it runs itself. */
  scenarios: readonly string[];
  /** Switches without which it does not start at this stage. */
  switches: Readonly<Record<string, string>>;
}

/**
 * Issues a challenge: fixes what has to be proven, as the protected base has it, before anything is run.
 *
 * @returns the entry, its path relative to the project, what the candidate runs itself, and how many runners the policy names
 * @throws {UserError} for what can never be promoted as it stands: a policy that expired, an alias in the place of a model, no admission,
 * a ledger that is not whole
 */
export async function issueChallenge(
  request: ChallengeRequest,
  base: Base,
  project: string,
  ports: Ports,
): Promise<{ entry: LedgerEntry; file: string; own: OwnPart; runners: number }> {
  const { stage, backend, binary, model } = request;
  const now = ports.clock.now();
  const policy = await readPolicy(base.dir, ports.files);
  if (Date.parse(policy.value.expires_at) <= now) {
    const hint = 'review it and commit it to the protected branch with a later expires_at';
    throw new UserError({ at: POLICY, message: `expired on ${policy.value.expires_at}`, hint });
  }
  await checkCandidate(request, policy.value.denied_models, base, now, ports);
  const required = await requiredScenarios(base.dir, stage, backend, ports);
  const ledger = await readLedger(project, base.dir, ports.files);
  if (ledger.findings.length > 0) {
    const [first, ...rest] = ledger.findings.map(({ detail }) => ({
      at: LEDGER,
      message: detail,
      hint: 'restore it from the history of git',
    }));
    throw new UserError([first!, ...rest]);
  }
  const last = ledger.entries.at(-1);
  const entry: LedgerEntry = {
    schema: 'proofgate/challenge/1',
    nonce: ports.randomHex(16),
    seq: (last?.entry.seq ?? 0) + 1,
    prev: last?.sha256 ?? null,
    issued_at: new Date(now).toISOString(),
    expires_at: new Date(now + ageMs(policy.value.max_age.challenge)).toISOString(),
    base_commit: base.commit,
    stage,
    backend,
    binary,
    model,
    policy_digest: policy.sha256,
    stage_digest: required.stage.sha256,
    scenarios: required.scenarios.map(scenario => ({ id: idOf(scenario), digest: digestOf(scenario) })),
  };
  const name = ledgerFiles(entry).challenge;
  await addToLedger(project, name, entry, ports);
  const { gate } = findBackend(backend, '--backend');
  const switches = {
    ...(gate ? { [gate.allow]: '1', [gate.stage]: String(stage) } : {}),
    ...required.stage.record.entry.switches[backend],
  };
  const scenarios = required.scenarios.filter(({ spec }) => isOfCandidate(spec)).map(idOf);
  return { entry, file: `${LEDGER}/${name}`, own: { scenarios, switches }, runners: policy.value.runner_keys.length };
}

/** A candidate has what its backend needs, by a name that stays what it is, and records of the protected base let it in. */
async function checkCandidate(
  { stage, backend: id, binary, model }: ChallengeRequest,
  denied: readonly string[],
  base: Base,
  now: number,
  { files }: Ports,
): Promise<void> {
  const backend = findBackend(id, '--backend');
  const refuse = (at: string, message: string, hint: string) => new UserError({ at, message, hint });
  const takes = (flag: string, wanted: boolean, given: unknown) => {
    if (wanted && given === null)
      throw refuse(flag, `is missing: ${id} is promoted for one and no other`, `proofgate challenge --help shows ${flag}`);
    if (!wanted && given !== null) throw refuse(flag, `has no meaning for ${id}`, 'leave it out');
  };
  takes('--model', backend.usesModel, model);
  takes('--binary', backend.binary !== undefined, binary);
  const folders = admissionFolders(base.dir, undefined);
  if (model) {
    const pattern = deniedBy({ denied_models: [...denied] }, model);
    const name = modelName(model);
    if (pattern !== undefined) {
      throw refuse(
        '--model',
        `${name} is an alias (${pattern} of ${POLICY}): what answers to it changes`,
        'name the model by a name that stays what it is',
      );
    }
    const admitted = await admitModel({ ...model, backend: id, stage, now, folders: folders.models }, files);
    if ('problem' in admitted)
      throw refuse('--model', `${admitted.problem}, at the protected base`, 'proofgate admit model writes the record; commit it');
  }
  if (binary !== null) {
    const admitted = await admitBinary({ backend: id, sha256: binary, stage, now, folders: folders.binaries }, files);
    if ('problem' in admitted)
      throw refuse('--binary', `${admitted.problem}, at the protected base`, 'proofgate admit binary writes the record; commit it');
  }
}
