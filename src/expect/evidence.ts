import type { NormalizedEvent } from '../model/event.ts';

/** What a run left behind, as expectations look at it: the same for a bundle on disk and for one in memory. */
export interface Evidence {
  /** report.json as parsed; null where it cannot be read. */
  report: Record<string, unknown> | null;
  /** Whether the report was sealed: it says so, and its manifest is the one that it names. */
  sealed: boolean;
  /** What the command line would end with. */
  exit: number;
  /** events.normalized.jsonl. */
  events: readonly NormalizedEvent[];
  /** Every file of the bundle, relative, sorted. */
  paths: readonly string[];
  /** Bytes of a file of the bundle. */
  read(path: string): Promise<Uint8Array>;
  /** Bytes of a file that stands beside the scenario, or undefined. */
  readBeside(path: string): Promise<Uint8Array | undefined>;
  /** What a command wrote; a run of the engine writes nothing. */
  stdout?: string;
  stderr?: string;
}
