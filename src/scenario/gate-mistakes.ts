import { didYouMean } from '../suggest.ts';
import { namedBy } from './gate-evidence.ts';
import { backendIds } from './keys.ts';
import type { Said } from './mistakes.ts';
import type { Scenario } from './scenario.ts';

/** What says something about one run, and nothing about a gate. */
const ofRuns = ['task', 'backend', 'stage', 'fake', 'given', 'approval', 'model', 'env'] as const;

/** Keys of a gate that do not go together, or with those of a run. */
export function gateMistakes(scenario: Scenario): Said[] {
  const { spec, file, origin } = scenario;
  const { do: does = 'run', gate } = spec;
  if (does !== 'gate')
    return gate ? [{ path: ['gate'], message: `gate: has no meaning for do: ${does}`, hint: 'write do: gate, or leave it out' }] : [];
  if (!gate)
    return [
      { path: ['do'], message: 'do: gate does not say what is asked', hint: 'add gate: {stage: 2, backend: fake, evidence: [NAME]}' },
    ];
  const { backend = 'fake', evidence, mutate } = gate;
  const found: Said[] = [];
  // what a folder or a table says of its runs may stand above a gate over them
  const isOwn = (key: string) => origin([key]).yaml.file === file && origin([key]).path[0] !== 'each';
  for (const key of ofRuns.filter(one => spec[one] !== undefined && isOwn(one)))
    found.push({ path: [key], message: `${key}: has no meaning for do: gate`, hint: 'the evidence says what is run' });
  if (!backendIds.some(id => id === backend)) {
    const hint = `${didYouMean(backend, backendIds)}Known: ${backendIds.join(', ')}.`;
    found.push({ path: ['gate', 'backend'], message: `gate.backend: no backend is called "${backend}"`, hint });
  }
  const ids = evidence.map(word => idOf(word, scenario));
  const twice = ids.findIndex((id, i) => ids.indexOf(id) < i);
  if (twice >= 0)
    found.push({ path: ['gate', 'evidence', twice], message: `gate.evidence: ${evidence[twice]} stands twice`, hint: 'name it once' });
  if (mutate?.of !== undefined && !ids.includes(idOf(mutate.of, scenario))) {
    const hint = `${didYouMean(mutate.of, evidence)}Evidence: ${evidence.join(', ')}.`;
    found.push({ path: ['gate', 'mutate', 'of'], message: `gate.mutate.of: ${mutate.of} is no evidence of this gate`, hint });
  }
  if (mutate?.of !== undefined && !/^@(bundle|result|statement)/.test(mutate.file)) {
    const message = `gate.mutate.of: has no meaning for ${mutate.file}`;
    found.push({ path: ['gate', 'mutate', 'of'], message, hint: 'leave it out: there is one of it' });
  }
  if (gate.again && mutate?.then_signed) {
    const message = 'gate.again: has no meaning beside then_signed';
    found.push({ path: ['gate', 'again'], message, hint: 'leave one of the two out: nobody had signed it before' });
  }
  if (mutate?.then_signed && mutate.file === '@statement') {
    const message = 'gate.mutate.then_signed: has no meaning for @statement';
    found.push({ path: ['gate', 'mutate', 'then_signed'], message, hint: 'leave it out: a statement is there once it is signed' });
  }
  return found;
}

const idOf = (word: string, scenario: Scenario): string => {
  const { file, title } = namedBy(word, scenario);
  return `${file}#${title}`;
};
