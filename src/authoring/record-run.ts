import { relative, resolve } from 'node:path';
import { parse } from 'yaml';
import { durationMs } from '../model/duration.ts';
import { isMap } from '../model/json.ts';
import { defaultLimits } from '../model/plan.ts';
import type { Task } from '../model/task.ts';
import type { Recorded } from './recorded.ts';
import { runKeys } from '../scenario/keys.ts';
import { durationText } from './duration.ts';
import { needsOf } from './needs-of.ts';
import { playedIn, withReplay } from './record-replay.ts';
import { scriptOf } from './record-script.ts';

/** What a scenario says so that its run ends as the recorded one did. */
export interface RunKeys {
  /** In the order of the language. */
  keys: Record<string, unknown>;
  /** What the run had and no scenario can have, each a sentence. */
  notes: string[];
  /** Text of the patch that stands beside the scenario, or null. */
  patch: string | null;
  /** The fake backend plays what another one did: what only that one says of itself is not expected. */
  isReplay: boolean;
}

export interface Target {
  /** Absolute folder of the new scenario. */
  dir: string;
  /** Name of the patch beside it, where there is one. */
  patchName: string;
  project: string;
}

/** @throws {UserError} where nothing that a scenario can say would bring the run about again */
export function runKeysOf(recorded: Recorded, task: Task, target: Target): RunKeys {
  const run = recorded.scenario === undefined ? fromContract(recorded, task, target) : fromScenario(recorded.scenario, target);
  return withReplay(run, recorded, task, target);
}

/** Keys that say how a scenario is run by a suite; the run itself knows nothing of them. */
const ofSuites = ['do', 'cli', 'gate', 'only', 'todo', 'fails', 'retry', 'skip'];

/** What stands in the place of a secret; in YAML without quotes it would be a list. */
const REDACTED = /\[redacted:([^\]\s]+)\]/g;

/** The scenario that asked for the run, its paths as the new place sees them. */
function fromScenario(text: string, { dir, project }: Target): RunKeys {
  const notes: string[] = [];
  const spec = parse(text.replaceAll(REDACTED, 'stand-in-for-$1'), { version: '1.2', schema: 'core' }) as Record<string, unknown>;
  const from = resolve(project, String(spec['file'] ?? ''), '..');
  const rebase = (path: unknown) => (typeof path === 'string' ? relative(dir, resolve(from, path)) : path);
  if (text.search(REDACTED) >= 0) notes.push('What was redacted in the evidence has stand-ins here: a scenario cannot know a secret.');
  const keys: Record<string, unknown> = Object.fromEntries(
    Object.keys(runKeys).flatMap(key => (spec[key] === undefined || ofSuites.includes(key) ? [] : [[key, spec[key]]])),
  );
  if (Array.isArray(keys['fake'])) keys['fake'] = keys['fake'].map(action => rebased(action, rebase));
  if (isMap(keys['given'])) keys['given'] = givenFor(keys['given'], rebase);
  return { keys, notes, patch: null, isReplay: false };
}

const rebased = (action: unknown, rebase: (path: unknown) => unknown): unknown =>
  isMap(action) && 'patch' in action ? { ...action, patch: rebase(action['patch']) } : action;

function givenFor({ mutate: _ofVerify, ...given }: Record<string, unknown>, rebase: (path: unknown) => unknown): Record<string, unknown> {
  return {
    ...given,
    ...(given['target'] === undefined ? {} : { target: rebase(given['target']) }),
    ...(given['admissions'] === undefined ? {} : { admissions: rebase(given['admissions']) }),
    ...(Array.isArray(given['protected']) ? { protected: given['protected'].map(rebase) } : {}),
    ...(Array.isArray(given['baseline']) ? { baseline: given['baseline'].map(action => rebased(action, rebase)) } : {}),
  };
}

/** A run of the command line: what its contract says. */
function fromContract(recorded: Recorded, task: Task, { patchName }: Target): RunKeys {
  const { contract, report } = recorded;
  const { id, argv } = contract.backend;
  const { script, patch } = id === 'fake' ? scriptOf(playedIn(recorded, task), patchName) : { script: undefined, patch: null };
  const needs = [...needsOf(contract.verification), ...(id === 'pi' || id === 'codex' ? [id] : [])];
  const keys = {
    task: contract.task.id,
    backend: argv ? { id, argv } : id,
    stage: contract.stage,
    fake: script,
    model: modelOf(recorded),
    env: switchesOf(recorded),
    limits: limitsOf(recorded, task),
    given: Object.keys(contract.given).length > 0 ? contract.given : undefined,
    approval: approvalOf(recorded),
    needs: needs.length > 0 ? needs : undefined,
  };
  const granted = report.approvals.find(({ type }) => type === 'approval.granted');
  const notes: string[] = [];
  if (report.lifecycle === 'timed_out' && contract.limits.backend_ms > PATIENCE_MS) {
    notes.push(
      `The backend of that run had ${durationText(contract.limits.backend_ms)}; here it has less, and is out of time all the same.`,
    );
    keys.limits = { ...keys.limits, backend: durationText(PATIENCE_MS) };
  }
  if (contract.model)
    notes.push('What its model replied is not in the evidence: write it as model.script, or give the address of a real one in env.');
  if (granted) notes.push(`${granted.actor} granted the approval of that run; here the scenario answers, and nobody has to.`);
  return { keys: Object.fromEntries(Object.entries(keys).filter(([, value]) => value !== undefined)), notes, patch, isReplay: false };
}

/** A scenario that waits for a time-out waits no longer than this. */
const PATIENCE_MS = 5000;

const modelOf = ({ contract: { model } }: Recorded): Record<string, string> | undefined =>
  model
    ? { provider: model.provider, id: model.id, ...(model.runtime_provider !== null && { runtime_provider: model.runtime_provider }) }
    : undefined;

/** The switches of a gated backend are not in the evidence; how far it came says what they were. */
function switchesOf({ contract, report }: Recorded): Record<string, string> | undefined {
  if (contract.backend.id !== 'case') return undefined;
  const [first] = report.blockers;
  if (first?.code === 'backend_not_enabled') return undefined;
  const allowed = { CTO_HARNESS_ALLOW_CASE: '1' };
  return first?.code === 'stage_not_enabled' ? allowed : { ...allowed, CTO_HARNESS_CASE_STAGE: String(contract.stage) };
}

function limitsOf({ contract: { limits, verification } }: Recorded, task: Task): Record<string, unknown> | undefined {
  const differing = {
    backend: limits.backend_ms === defaultLimits.backendMs ? undefined : durationText(limits.backend_ms),
    verification:
      verification.timeout_ms === durationMs(task.spec.verification.timeout) ? undefined : durationText(verification.timeout_ms),
    run: limits.run_ms === defaultLimits.runMs ? undefined : durationText(limits.run_ms),
    output: limits.output_bytes === defaultLimits.outputBytes ? undefined : limits.output_bytes,
    processes: limits.processes === defaultLimits.processes ? undefined : limits.processes,
  };
  const written = Object.entries(differing).filter(([, value]) => value !== undefined);
  return written.length > 0 ? Object.fromEntries(written) : undefined;
}

function approvalOf({ report }: Recorded): { answer: string } | undefined {
  const answers = report.approvals.filter(({ type, actor }) => type !== 'approval.requested' && actor !== 'nobody');
  const [first] = answers;
  return first && { answer: first.type === 'approval.granted' ? 'granted' : 'denied' };
}
