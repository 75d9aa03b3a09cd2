import type { NextName } from './planted.ts';

const verbs = ['keeps', 'joins', 'sorts', 'counts', 'reads', 'splits', 'marks', 'trims'] as const;
// oxfmt-ignore
const nouns = [
  'amber', 'birch', 'cedar', 'delta', 'ember', 'fjord', 'grove', 'heron', 'jasper', 'kelp', 'lotus', 'maple',
  'north', 'opal', 'pearl', 'quartz', 'river', 'stone', 'tulip', 'umber', 'violet', 'wheat', 'yarrow', 'zinc',
] as const;

/** Ordinary names such as "keeps amber birch", drawn afresh for every run; none comes twice, and none is one of `taken`. */
export function plantedNames(randomHex: (bytes: number) => string, taken: readonly string[]): NextName {
  const used = new Set<string>();
  const draw = <T>(list: readonly T[]): T => list[Number.parseInt(randomHex(4), 16) % list.length]!;
  return () => {
    for (let tries = 0; ; tries++) {
      const [one, other] = [draw(nouns), draw(nouns)];
      const more = Array.from({ length: Math.floor(tries / 20) }, () => draw(nouns));
      const name = [draw(verbs), ...more, one, other].join(' ');
      if (one === other || used.has(name) || taken.some(id => id.replaceAll('_', ' ').includes(name))) continue;
      used.add(name);
      return name;
    }
  };
}

/** Whether an identity is that of a planted test: its name is the last part, whatever suites or files come before. */
export const isCalled = (identity: string, name: string) =>
  identity === name || identity.endsWith(` > ${name}`) || identity.endsWith(`::${name}`);
