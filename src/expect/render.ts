import { diffString } from 'json-diff';
import { showPath } from '../model/json.ts';
import type { Mismatch } from './match.ts';

/** First line `path: expected …, got …`; below it the difference where both sides are lists or maps. */
export function renderMismatch({ path, expected, got, message }: Mismatch): string {
  const first = `${showPath(path)}: ${message}`;
  if (!isStructured(expected) || !isStructured(got)) return first;
  const difference = diffString(expected, got, { color: false }).trimEnd();
  return difference ? `${first}\n${difference.replaceAll(/^/gm, '    ')}` : first;
}

const isStructured = (value: unknown): boolean => typeof value === 'object' && value !== null;
