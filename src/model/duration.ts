const UNIT_MS = { ms: 1, s: 1000, m: 60_000 } as const;

/** Milliseconds of a valid duration (`250ms`, `30s`, `5m`). */
export function durationMs(text: string): number {
  const [, count = '0', unit = 'ms'] = /^(\d+)(ms|s|m)$/.exec(text) ?? [];
  return Number(count) * UNIT_MS[unit as keyof typeof UNIT_MS];
}

/** `4.2 s`, `350 ms`: for people. */
export const showMs = (ms: number): string => {
  const whole = Math.round(ms);
  return whole < 1000 ? `${whole} ms` : `${(ms / 1000).toFixed(1)} s`;
};
