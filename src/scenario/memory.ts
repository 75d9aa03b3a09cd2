import type { Layer } from './layers.ts';
import type { Task } from '../model/task.ts';

/**
 * What the scenario files of a project share, so that a suite reads it once: held by whoever loads them, and thrown away as
 * soon as a file may have changed.
 */
export interface Memory {
  /** Absolute path of a `_defaults.yaml` to its layer; null where there is none. */
  defaults: Map<string, Promise<Layer | null>>;
  /** Absolute root of a project to the criteria of its board. */
  criteria: Map<string, Promise<string[]>>;
  /** An expectation and what it is about, as JSON, to why it asserts nothing. */
  vacuity: Map<string, Promise<string | undefined>>;
  /** Folder and overlay of a task, as JSON, to the task. */
  tasks: Map<string, Promise<Task>>;
}

export const newMemory = (): Memory => ({ defaults: new Map(), criteria: new Map(), vacuity: new Map(), tasks: new Map() });

/** The value that is known for a key, or the one that is made now. */
export function remembered<V>(map: Map<string, Promise<V>>, key: string, make: () => Promise<V>): Promise<V> {
  const known = map.get(key);
  if (known) return known;
  const made = make();
  map.set(key, made);
  return made;
}
