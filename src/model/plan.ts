import { z } from 'zod';
import type { ApprovalFile } from './approval.ts';
import type { EventType } from './event.ts';
import type { FakeAction } from './fake.ts';
import type { Task } from './task.ts';
import type { Argv, Stage } from './units.ts';

/** The highest level of containment that exists so far is `observed`. */
export const containmentLevels = ['none', 'observed'] as const;
export const ContainmentLevel = z.enum(containmentLevels);
export type ContainmentLevel = z.output<typeof ContainmentLevel>;

/** A real fault of the disk, brought about for one artifact. */
export const ArtifactFault = z.enum(['disk_full', 'no_permission', 'is_directory']);
export type ArtifactFault = z.output<typeof ArtifactFault>;

/** A signal that hits the engine at the moment an event of the run itself (not of its baseline) is written, the first time it is. */
export interface Interrupt {
  at: EventType;
  signal: 'SIGKILL' | 'SIGTERM' | 'SIGINT';
}

/** The world as a scenario wants it before the run. The defaults are an ordinary run; anything else can never be promoted. */
export interface Given {
  /** What was laid over task.yaml; the task of the plan has it already. */
  task: Readonly<Record<string, unknown>> | null;
  /** `dirty`: one tracked file edited and one untracked file added in the source before step 2. */
  tree: 'clean' | 'dirty';
  prior_stage: 'promoted' | 'none';
  artifact_fault: Readonly<Record<string, ArtifactFault>>;
  /** Registered as the target repository: a copy made for this run. */
  target: string | null;
  /** Registered as protected roots: copies made for this run. */
  protected: readonly string[];
  /** Script of the baseline instead of the built-in one. */
  baseline: readonly FakeAction[] | null;
  /** Highest level offered. */
  containment: ContainmentLevel | null;
  secrets: Readonly<Record<string, string>>;
  /** Such a run is a process of its own, see child-run/. */
  interrupt: Interrupt | null;
  /** Absolute folder whose records stand in the place of those of the project, kind by kind; `Plan.admissions` has it already. */
  admissions: string | null;
  /** What is said of the provider other than the truth; `Plan.env` has it already. */
  provider: { base_url?: 'absent' | undefined; auth_bridge?: 'proven' | 'absent' | undefined } | null;
  /** A repository that is made for the run from a bundle of the project; `dir` is its absolute folder once it is there. */
  repository: { from: string; tree?: 'clean' | 'dirty' | undefined; dir: string | null } | null;
  /** What somebody else does to the remote of the run while it goes on. */
  remote: { main: 'moved' } | null;
  /** The model plays a script: what comes of it says nothing about any model. */
  scripted: boolean;
}

export const ordinaryGiven: Given = {
  task: null,
  tree: 'clean',
  prior_stage: 'none',
  artifact_fault: {},
  target: null,
  protected: [],
  baseline: null,
  containment: null,
  secrets: {},
  interrupt: null,
  admissions: null,
  provider: null,
  repository: null,
  remote: null,
  scripted: false,
};

export interface Limits {
  /** Milliseconds that the backend may take. */
  backendMs: number;
  /** Milliseconds that one run of the test command may take; null: what the task says. */
  verificationMs: number | null;
  /** Milliseconds that the whole run may take. */
  runMs: number;
  /** Bytes of one raw log that are kept; the rest is counted and dropped. */
  outputBytes: number;
  /** Processes of the backend at one time. */
  processes: number;
}

export const defaultLimits: Limits = {
  backendMs: 600_000,
  verificationMs: null,
  runMs: 1_800_000,
  outputBytes: 16 * 1024 * 1024,
  processes: 512,
};

/** Who answers when approval is asked. */
export interface ApprovalAnswer {
  answer: 'granted' | 'denied' | 'nobody';
  actor: string;
  /** Decisions that people took before; with `nobody` the first that fits answers. */
  decisions?: ApprovalFile['approvals'] | undefined;
}

/** One backend × one task × one stage: everything that a run is asked to do. */
export interface Plan {
  task: Task;
  backend: { id: string; argv?: Argv | undefined };
  stage: Stage;
  /** Script of the fake backend. */
  fake: readonly FakeAction[];
  /** Files that `patch:` actions name, by the name they use. */
  patches: Readonly<Record<string, string>>;
  model: { provider: string; id: string; runtime_provider: string | null } | null;
  /** Absolute folders of admission records, the first that has one decides. */
  admissions: {
    models: readonly string[];
    binaries: readonly string[];
    sources: readonly string[];
    owned: readonly string[];
    comparisons: readonly string[];
  };
  /** The harness's environment as this run sees it: switches, endpoints, credentials. Never handed to a backend as it is. */
  env: Readonly<Record<string, string>>;
  limits: Limits;
  approval: ApprovalAnswer;
  given: Given;
  /** Of the suite, or of the gate's challenge. */
  nonce: string;
  /** `<file>#<name>` of the scenario that asks, or null. */
  suite: string | null;
  /** The scenario with every default resolved, as YAML. */
  scenarioText: string | null;
  /** Absolute folder in which the bundle folder is made. */
  out: string;
  /** Absolute root of the project that owns fixtures/ and admissions/. */
  project: string;
  /** Name of the bundle folder instead of a fresh one: only for the baseline inside its run. */
  bundleName: string | null;
}
