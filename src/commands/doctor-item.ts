/** One thing that a run may need, and whether this host has it. */
export interface Item {
  name: string;
  ok: boolean;
  /** What was found, or what is wrong. */
  detail: string;
  /** What is needed before it is there, each a sentence; none where it is. */
  needs: readonly string[];
}

/** What was looked at, by kind. */
export interface Findings {
  backends: readonly Item[];
  profiles: readonly Item[];
  binaries: readonly Item[];
  models: readonly Item[];
  endpoints: readonly Item[];
  containment: readonly Item[];
  tools: readonly Item[];
}

export const present = (name: string, detail: string): Item => ({ name, ok: true, detail, needs: [] });
export const lacking = (name: string, detail: string, ...needs: string[]): Item => ({ name, ok: false, detail, needs });
