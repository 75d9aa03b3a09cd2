import { basename } from 'node:path';
import type { Candidate } from '../model/decision.ts';
import { modelName, type ModelRef } from '../model/ledger.ts';
import type { Ports } from '../ports.ts';
import { type Held, promotionsOf } from './standing.ts';

interface Question {
  /** Which has to be promoted. */
  stage: number;
  backend: string;
  /** Null for a backend without one. */
  model: ModelRef | null;
  /** Of the executable, or of the engine; null: any. */
  digest: string | null;
  /** Absolute root of the tree whose promotions, ledger, policy, keys and records count. */
  tree: string;
  now: number;
}

/**
 * Whether a tree has a promotion of a stage for exactly this candidate: signed by an approver of the policy, in force, and resting on
 * records that are still what they were.
 */
export async function priorPromotion(question: Question, ports: Pick<Ports, 'files'>): Promise<{ promoted: boolean; detail: string }> {
  const { stage, backend, tree, now } = question;
  // those of the stages below as well: it rests on them
  const held = (await promotionsOf({ tree, now }, ports)).filter(({ file }) => basename(file).startsWith(`${stage}-${backend}-`));
  // backends whose names begin alike
  const own = held.filter(({ decided }) => !decided || decided.decision.candidate.backend === backend);
  const judged = own.map(one => ({ name: basename(one.file), why: whyNot(one, question) }));
  const holds = judged.find(({ why }) => why === null);
  if (holds) return { promoted: true, detail: holds.name };
  const what = `${backend} has no promotion for stage ${stage}`;
  return { promoted: false, detail: [what, ...judged.map(({ name, why }) => `${name} ${why}`)].join('; ') };
}

function whyNot({ problem, decided }: Held, { digest, model }: Question): string | null {
  if (problem !== null || !decided) return problem;
  const { candidate } = decided.decision;
  if (digest !== null && candidate.digest !== digest) return `is about another executable (${candidate.digest.slice(0, 12)})`;
  return isSameModel(candidate.model, model) ? null : `is about another model (${nameOf(candidate.model)}, and not ${nameOf(model)})`;
}

const isSameModel = (a: ModelRef | null, b: ModelRef | null): boolean => a?.provider === b?.provider && a?.id === b?.id;

const nameOf = (model: Candidate['model']): string => (model ? modelName(model) : 'none');
