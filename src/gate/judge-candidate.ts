import { modelName, type LedgerEntry, type ModelRef } from '../model/ledger.ts';
import type { BundleEvidence, ScenarioEvidence } from './input.ts';

/** What of a run is not as the challenge has it, in words; undefined: it is of the candidate. */
function difference({ dir, status, contract, admissions }: BundleEvidence, entry: LedgerEntry): string | undefined {
  const executable = admissions?.binary.executable ?? null;
  const parts: [what: string, is: string | null, wanted: string | null][] = [
    ['backend', contract?.backend.id ?? null, entry.backend],
    ['stage', String(contract?.stage), String(entry.stage)],
    ['model', nameOf(contract?.model ?? null), nameOf(entry.model)],
  ];
  // a run that was refused before did not come to look at its executable
  if (status === 'pass' || executable !== null) parts.push(['executable', executable, entry.binary]);
  const unlike = parts.find(([, is, wanted]) => is !== wanted);
  if (!unlike) return undefined;
  const [what, is, wanted] = unlike;
  return `${dir} is of the ${what} ${is ?? 'none'}, and the challenge is about ${wanted ?? 'none'}`;
}

/**
 * Why a run is not that of the candidate where it has to be: by a scenario that is about whoever asks, whatever it ended with, and by
 * every pass of the backend, that of another stage too.
 */
export function notTheCandidate({ isOfCandidate, bundle }: ScenarioEvidence, entry: LedgerEntry): string | undefined {
  if (!bundle?.contract) return undefined;
  if (isOfCandidate) return difference(bundle, entry);
  const isPass = bundle.status === 'pass' && bundle.contract.backend.id === entry.backend;
  return isPass ? difference(bundle, { ...entry, stage: bundle.contract.stage }) : undefined;
}

const nameOf = (model: ModelRef | null): string | null => model && modelName(model);
