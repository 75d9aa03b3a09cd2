/** A list on the page ends here; report.json has the rest. */
export const LONGEST_LIST = 100;

export const list = (items: readonly string[]): string[] => [
  ...items.slice(0, LONGEST_LIST).map(item => `- ${item}`),
  ...rest(items.length),
];

export const rest = (length: number): string[] => (length > LONGEST_LIST ? ['', `… and ${length - LONGEST_LIST} more.`] : []);
