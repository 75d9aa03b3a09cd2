/** Values as YAML and JSON have them. */
export type Json = null | string | number | boolean | Json[] | { [key: string]: Json };

/** Keys and positions from the root of a value to one of its parts. */
export type Path = readonly (string | number)[];

/** A map, as YAML has it. */
export const isMap = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The map that a JSON text is; undefined for any other value, and for what is no JSON. */
export function parseMap(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isMap(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** What stands at the path, or undefined. */
export const valueAt = (root: unknown, path: Path): unknown =>
  path.reduce<unknown>(
    (value, step) =>
      typeof value === 'object' && value !== null && Object.hasOwn(value, step) ? (value as Record<string, unknown>)[step] : undefined,
    root,
  );

/** `expect.report.status` */
export const showPath = (path: Path): string => path.join('.');

/** A value on one short line, for a sentence. */
export function show(value: unknown, maxLength = 100): string {
  const text = value === undefined ? 'nothing' : JSON.stringify(value);
  return text.length > maxLength ? `${text.slice(0, maxLength - 1)}…` : text;
}
