import { baseFaults } from './gate-faults-base.ts';
import { bundlesFaults } from './gate-faults-bundles.ts';
import { candidateFaults } from './gate-faults-candidate.ts';
import { evidenceFaults } from './gate-faults-evidence.ts';
import { ledgerFaults } from './gate-faults-ledger.ts';
import { priorFaults } from './gate-faults-prior.ts';
import { recordsFaults } from './gate-faults-records.ts';
import { signaturesFaults } from './gate-faults-signatures.ts';
import { suiteFaults } from './gate-faults-suite.ts';
import type { GateFault } from './gate-fault.ts';

/** Every single fault, and everything that the gate has to say of it. What a runner signed again shows that a signature alone rescues nothing. */
export const gateFaults: readonly GateFault[] = [
  { what: 'nothing', exit: 0, codes: [] },
  ...bundlesFaults,
  ...suiteFaults,
  ...signaturesFaults,
  ...ledgerFaults,
  ...baseFaults,
  ...priorFaults,
  ...evidenceFaults,
  ...candidateFaults,
  ...recordsFaults,
];
