/** Numbers that look drawn and are the same for the same seed (mulberry32). */
export interface Random {
  /** 0 ≤ n < below. */
  below(limit: number): number;
  /** The first `count` of the items in a drawn order; all of them where there are no more. */
  some<T>(items: readonly T[], count: number): T[];
}

export function makeRandom(seed: number): Random {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
  const below = (limit: number) => Math.floor(next() * limit);
  return {
    below,
    some(items, count) {
      if (count >= items.length) return [...items];
      const order = [...items];
      for (let i = 0; i < count; i++) {
        const j = i + below(order.length - i);
        [order[i], order[j]] = [order[j]!, order[i]!];
      }
      return order.slice(0, count);
    },
  };
}
