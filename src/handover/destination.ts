import type { HandoverKind } from '../model/handover.ts';

/** Where a proven change goes: one file a kind. */
export interface Destination {
  kind: HandoverKind;
  /** As people call it; no path of the machine. */
  target: string;
  /** What is agreed to, and how the change is made: the same words for every run of the task, so that a file can answer. */
  scope: string;
  mutationMode: string;
  /** Absolute paths that must not change while a backend or a test is at work. */
  protectedRoots: readonly string[];
  /** A repository of the harness's own that has the base. */
  gitDir: string;
  base: string;
  /** The commit of main as it is now. */
  main(): Promise<string | null>;
  /** A digest over everything but the branch. */
  rest(branch: string): Promise<string>;
  /** Puts the commit of `gitDir` under a new branch, and nothing else anywhere. */
  deliver(commit: string, branch: string): Promise<void>;
  /** A scenario's own: somebody else moves main. */
  moveMain(): Promise<void>;
}
