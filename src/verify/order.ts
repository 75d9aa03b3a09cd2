import { EVENTS } from '../evidence/bundle.ts';
import { events as table, type EventType } from '../model/event.ts';
import type { Evidenced } from './facts.ts';
import type { BundleProblem } from './folder.ts';
import { inLog } from './story.ts';

/** What the harness alone emits, in the order of the pipeline; answers stand wherever somebody asked. */
const pipeline = (Object.keys(table) as EventType[]).filter(type => table[type].origin === 'harness' && !type.startsWith('approval.'));

/** What a backend announces, or the harness for one that does not: then once at most, and before it looks for itself. */
const announced: readonly EventType[] = ['plan.updated', 'patch.applied'];

/** The events of the harness come in the order of its steps. */
export function checkOrder({ bundle: { events }, isLost }: Evidenced): BundleProblem[] {
  if (!events || isLost(EVENTS)) return [];
  const types = events.events.map(event => event.type);
  const steps = types.filter(type => pipeline.includes(type));
  const late = steps.find((type, i) => i > 0 && pipeline.indexOf(type) < pipeline.indexOf(steps[i - 1]!));
  const own = events.events.flatMap(({ type, data }, i) => (announced.includes(type) && data['source'] === 'harness' ? [{ type, i }] : []));
  const twice = own.find(({ type }, n) => own.findIndex(one => one.type === type) !== n);
  const [start, look] = [types.indexOf('backend.started'), types.indexOf('git.diff.checked')];
  const stray = own.find(({ i }) => i < start || (look >= 0 && i > look));
  const odd = events.events.find(
    ({ type, status, data }) => announced.includes(type) && (status !== 'ok' || !['agent', 'harness'].includes(String(data['source']))),
  );
  return inLog([
    ...(odd ? [`${odd.type} has status ${odd.status} and source ${String(odd.data['source'])}`] : []),
    ...(late ? [`${late} comes after a later step`] : []),
    ...(twice ? [`the harness announces ${twice.type} more than once`] : []),
    ...(stray ? [`the harness announces ${stray.type} while no backend was at work`] : []),
  ]);
}
