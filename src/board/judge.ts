import type { ResultState } from '../model/statement.ts';
import type { Workboard } from '../scenario/board.ts';

/** What is known of a scenario that a criterion rests on. */
export interface Proof {
  /** `<file>#<title>`. */
  id: string;
  /** How it ended in the suite; `missing`: it has no result there. */
  state: ResultState | 'missing';
  /** Folder of the evidence, relative to the project; null where there is none. */
  bundle: string | null;
  /** Why a green result does not count here and now; empty: it does. */
  stale: readonly string[];
  /** What the suite said of one that is not green. */
  reason: string | null;
}

/** `planning`: nothing that runs can prove it, see the board; it counts neither as proven nor as open. */
export type CriterionState = 'proven' | 'red' | 'unproven' | 'planning';

export interface JudgedCriterion {
  /** `<item>/<id>`. */
  id: string;
  text: string;
  state: CriterionState;
  /** Why it is not proven, one sentence each; empty for one that is. */
  why: string[];
  proofs: Proof[];
}

export interface JudgedItem {
  id: string;
  title: string;
  criteria: JudgedCriterion[];
}

/**
 * Which criteria are proven: each by all of its scenarios, green at the first try and fresh. One that is red makes it red, whatever
 * the others say. No clock and no files: the same board and the same proofs always give the same answer.
 *
 * @param proofs by criterion; scenarios that are skipped, left for later or known to fail by their own text are not among them
 */
export const judgeBoard = ({ items }: Workboard, proofs: ReadonlyMap<string, readonly Proof[]>): JudgedItem[] =>
  items.map(({ id, title, criteria }) => ({
    id,
    title,
    criteria: criteria.map(({ id: name, text, proven_by: other }) => {
      const criterion = `${id}/${name}`;
      const found = [...(proofs.get(criterion) ?? [])];
      return { id: criterion, text, ...judge(found, other?.planning), proofs: found };
    }),
  }));

function judge(proofs: readonly Proof[], planning: string | undefined): Pick<JudgedCriterion, 'state' | 'why'> {
  const why = proofs.flatMap(lackOf);
  if (proofs.some(({ state }) => state === 'red')) return { state: 'red', why };
  if (proofs.length === 0 && planning !== undefined) return { state: 'planning', why: [planning] };
  if (proofs.length === 0) return { state: 'unproven', why: ['no scenario proves it'] };
  return { state: why.length > 0 ? 'unproven' : 'proven', why };
}

/** Why a scenario is no proof; nothing where it is one. */
function lackOf({ id, state, stale, reason }: Proof): string[] {
  if (state === 'missing') return [`${id} has no result in this suite`];
  if (state !== 'green') return [`${id} is ${state}${reason === null ? '' : `: ${reason}`}`];
  return stale.map(text => `${id} ${text}`);
}

/** How many criteria are in each state. */
export function countStates(items: readonly JudgedItem[]): Record<CriterionState, number> {
  const counts = { proven: 0, red: 0, unproven: 0, planning: 0 };
  for (const { state } of items.flatMap(({ criteria }) => criteria)) counts[state]++;
  return counts;
}
