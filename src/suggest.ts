import { closest, distance } from 'fastest-levenshtein';

/** `Did you mean "x"? `, or nothing where no name is near. */
export function didYouMean(word: string, names: readonly string[]): string {
  const near = names.length ? closest(word, names) : '';
  const limit = Math.max(2, Math.floor(word.length / 3));
  return near && distance(word, near) <= limit ? `Did you mean "${near}"? ` : '';
}
