/** What stands in the middle of the sorted figures. */
export const median = (figures: readonly number[]): number => quantile(figures, 0.5);

export const mean = (figures: readonly number[]): number => figures.reduce((total, figure) => total + figure, 0) / figures.length;

/** Interpolated between neighbours. */
export function quantile(figures: readonly number[], share: number): number {
  const sorted = figures.toSorted((a, b) => a - b);
  const at = share * (sorted.length - 1);
  const [low = NaN, high = NaN] = [sorted[Math.floor(at)], sorted[Math.ceil(at)]];
  return low + (high - low) * (at - Math.floor(at));
}
