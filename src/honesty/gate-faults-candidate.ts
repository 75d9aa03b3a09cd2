import { sha256 } from '../model/digest.ts';
import type { GateFault, Loose } from './gate-fault.ts';
import { passIn } from './gate-fault-hands.ts';
import { asCase } from './gate-faults-evidence.ts';

/** What stands in the place of the candidate, where a scenario is about whoever asks to be promoted. */
export const candidateFaults: readonly GateFault[] = [
  {
    what: 'a rehearsal in the place of the candidate',
    exit: 3,
    codes: ['candidate_differs'],
    input: asCandidate(({ bundle: { contract } }) => {
      contract.backend.id = 'fake';
      contract.model = null;
      contract.given = { prior_stage: 'promoted' };
    }),
  },
  {
    what: 'a refusal that the candidate rehearsed',
    exit: 2,
    codes: ['given_not_ordinary'],
    input: asCandidate(one => void (refused(one).contract.given = { prior_stage: 'promoted' })),
  },
  {
    what: 'another backend in the place of the candidate',
    exit: 3,
    codes: ['candidate_differs'],
    input: asCandidate(({ bundle }) => void (bundle.contract.backend.id = 'pi')),
  },
  {
    what: 'a refusal of the candidate with another model',
    exit: 3,
    codes: ['candidate_differs'],
    input: asCandidate(one => void (refused(one).contract.model.id = 'other')),
  },
  {
    what: 'a refusal of the candidate with another executable',
    exit: 3,
    codes: ['candidate_differs'],
    input: asCandidate(one => void (refused(one).admissions.binary.executable = sha256('other'))),
  },
  {
    what: 'a run of the candidate at another stage',
    exit: 3,
    codes: ['candidate_differs'],
    input: asCandidate(({ bundle }) => void (bundle.contract.stage = 1)),
  },
  {
    what: 'a source that the protected base does not admit any more',
    exit: 3,
    codes: ['admission_lapsed'],
    input(input) {
      const one = passIn(input);
      one.bundle.contract.task.digest = sha256('with its source');
      one.sourceProblem = 'proofgate-model-1.json is not there';
    },
  },
];

/** The same evidence as if `case` had given it, to a scenario that is about whoever asks to be promoted; then the fault. */
function asCandidate(fault: (one: Loose) => void): (input: Loose) => void {
  return asCase((_bundle, input) => {
    const one = passIn(input);
    one.isOfCandidate = true;
    fault(one);
  });
}

/** The bundle, as if the run had been refused, as its scenario expects. */
function refused({ bundle, statement }: Loose): Loose {
  bundle.status = statement.run.status = 'blocked';
  return bundle;
}
