import { isMap, type Path } from '../model/json.ts';

/** What a null in the layer further in means: where it is kept it is a value, elsewhere it removes the key. */
export type KeepsNull = (path: Path) => boolean;

/** Lays `over` upon `base`: maps merge at every depth, lists and scalars replace, `null` removes the key. */
export function merge(base: unknown, over: unknown, keepsNull: KeepsNull = () => false, path: Path = []): unknown {
  if (over === undefined) return base;
  if (!isMap(over)) return over;
  const merged: Record<string, unknown> = isMap(base) ? { ...base } : {};
  for (const [key, value] of Object.entries(over)) {
    const at = [...path, key];
    if (value === null && !keepsNull(at)) delete merged[key];
    else merged[key] = merge(merged[key], value, keepsNull, at);
  }
  return merged;
}
