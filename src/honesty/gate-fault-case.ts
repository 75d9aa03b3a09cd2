import { sha256 } from '../model/digest.ts';
import type { Loose } from './gate-fault.ts';
import { HOUR, passIn } from './gate-fault-hands.ts';

/** A baseline that counts. */
export const baseline = { run_id: 'b', dir: 'baseline', compared_with: 'r', status: 'pass', comparable: true, not_comparable: [] };

/** The same evidence as if `case` had given it, with an executable, a model and a record, all in order; then the fault. */
export function asCase(fault: (bundle: Loose, input: Loose) => void): (input: Loose) => void {
  return input => {
    const digest = sha256('ca');
    const record = { admitted_at: new Date(input.now - HOUR).toISOString(), expires_at: '2030-01-01T00:00:00Z', sha256: sha256('record') };
    Object.assign(input.challenge.entry, { backend: 'case', binary: digest, model: { provider: 'qwen-local', id: 'qwen3' } });
    input.prior = { promoted: true, detail: '' };
    for (const { bundle } of input.scenarios) {
      Object.assign(bundle.contract.backend, { id: 'case' });
      bundle.contract.model = { provider: 'qwen-local', id: 'qwen3', runtime_provider: null };
      bundle.report.baseline = { ...baseline };
      bundle.admissions = {
        binary: { status: 'admitted', record: null, executable: digest },
        model: { status: 'admitted', record: null, runtime_provider: null },
      };
      bundle.records = [{ file: 'admissions/models/x.json', sha256: record.sha256, now: { ...record }, problem: null }];
    }
    fault(passIn(input).bundle, input);
  };
}
