import type { TestArtifactBase } from 'vitest';

/** What the plugin tells every worker. */
export interface SuiteContext {
  /** Absolute root of the project. */
  project: string;
  /** Absolute folder of the scenarios. */
  scenarios: string;
  /** Absolute folder in which bundles are made. */
  out: string;
  nonce: string;
}

/** What a test tells the reporter about the scenario behind it. */
export interface ProofMeta {
  /** Why it was not run; it proves nothing then. */
  notProven?: string;
  /** Expectations that were announced to fail, and did. */
  fails?: string;
  /** Invariants that were not asked of it, with the reasons. */
  waived?: Record<string, string>;
  /** Folder of the evidence, absolute. */
  bundle?: string;
  /** Digest of the scenario as it was when it was run. */
  digest?: string;
  /** What the command line would have ended with. */
  exit?: number;
  /** The verdict in one line. */
  verdict?: string;
}

/** The evidence of a scenario, as an artifact of its test. */
interface BundleArtifact extends TestArtifactBase {
  type: 'proofgate:bundle';
  /** Absolute folder. */
  bundle: string;
}

declare module 'vitest' {
  interface TestArtifactRegistry {
    'proofgate:bundle': BundleArtifact;
  }
  interface ProvidedContext {
    proofgate: SuiteContext;
  }
  interface TaskMeta {
    proof?: ProofMeta;
  }
}
