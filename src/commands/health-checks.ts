import { join } from 'node:path';
import { lintRecords } from '../authoring/lint.ts';
import type { Engine } from '../engine.ts';
import type { Evidence } from '../evidence/index.ts';
import { verifyBundle } from '../verify/verify.ts';
import { exitCodes } from '../model/exit.ts';
import type { FakeAction } from '../model/fake.ts';
import type { Limits } from '../model/plan.ts';
import { headline } from '../report/headline.ts';
import { runPlan } from '../run.ts';
import { stagesOf } from '../stages/index.ts';
import type { Io } from './command.ts';
import { planFor } from './plan.ts';

/** What the checks share. */
export interface World {
  io: Io;
  /** Absolute folder for the bundles; it is thrown away. */
  out: string;
  engine: Engine;
}

/** One promise of the whole, shown by doing it. */
export interface Check {
  name: string;
  /** The command that shows the same to a person. */
  backedBy: string;
  run(world: World): Promise<{ ok: boolean; saw: string }>;
}

/** What a run has to end with. */
interface Expected {
  status: 'pass' | 'fail' | 'blocked';
  blocker?: string;
}

/** What needs no model: adding a check is one entry here, or in health-provider.ts. Each runs the engine in this process, with real files, git and processes. */
export const checks: readonly Check[] = [
  endsWith('fake_stage2', 'proofgate run', undefined, { status: 'pass' }),
  endsWith('claim_without_change_fails', 'proofgate run --fake FILE', [{ plan: ['think'] }, { claim: 'completed' }], {
    status: 'fail',
    blocker: 'no_diff',
  }),
  endsWith(
    'change_out_of_bounds_fails',
    'proofgate run --fake FILE',
    [{ plan: ['fix it'] }, { oracle: true }, { write: 'README.md', text: 'mine\n' }, { claim: 'completed' }],
    { status: 'fail', blocker: 'disallowed_file_change' },
  ),
  endsWith(
    'wrong_answer_fails',
    'proofgate run --fake FILE',
    [{ plan: ['fix it'] }, { write: 'strings.js', text: 'export {};\n' }, { claim: 'completed' }],
    { status: 'fail', blocker: 'verification_failed' },
  ),
  endsWith(
    'backend_timeout_is_blocked',
    'proofgate run --fake FILE --limit-backend 500ms',
    [{ plan: ['wait'] }, { sleep: '60s' }, { claim: 'completed' }],
    { status: 'blocked', blocker: 'timeout' },
    { backendMs: 500 },
  ),
  { name: 'changed_evidence_is_found', backedBy: 'proofgate verify DIR, after a byte of it was changed', run: findsChangedByte },
  { name: 'planning', backedBy: 'proofgate lint', run: plansHold },
];

function endsWith(
  name: string,
  backedBy: string,
  fake: readonly FakeAction[] | undefined,
  wanted: Expected,
  limits?: Partial<Limits>,
): Check {
  return {
    name,
    backedBy,
    async run(world) {
      const { report, dir } = await runOnce(world, fake, limits);
      const verdict = report.status === wanted.status && report.blockers[0]?.code === wanted.blocker;
      const { exit } = await verifyBundle(dir, world.io.ports);
      const agreed = exit === exitCodes[wanted.status];
      return { ok: verdict && agreed, saw: `${headline(report)}; verify ends with ${exit}` };
    },
  };
}

async function runOnce({ io, out, engine }: World, fake?: readonly FakeAction[], limits?: Partial<Limits>): Promise<Evidence> {
  const plan = await planFor(undefined, { out }, io);
  return runPlan({ ...plan, ...(fake ? { fake } : {}), limits: { ...plan.limits, ...limits } }, io.ports, io.signal, engine);
}

/** The records of the project, and those of proofgate where it has none, are complete, in time, and promote nothing. */
async function plansHold({ io: { ports, project } }: World): Promise<{ ok: boolean; saw: string }> {
  const stages = await stagesOf(project.root, ports);
  const root = { project: project.root, scenarios: join(project.root, 'scenarios') };
  const own = join(project.root, 'admissions');
  const folder = (await ports.files.stat(own))?.kind === 'dir' ? own : join(project.engine, 'admissions');
  const { findings, records } = await lintRecords(folder, { root, cwd: project.root }, ports);
  const problems = findings.filter(({ level }) => level === 'problem');
  const [first] = problems;
  return {
    ok: problems.length === 0 && records > 0,
    saw: first
      ? `${problems.length} problems, first ${first.at}: ${first.message}`
      : `${stages.length} stages and ${records} records, none with a problem`,
  };
}

/** A green bundle stops being one as soon as a byte of its patch differs. */
async function findsChangedByte(world: World): Promise<{ ok: boolean; saw: string }> {
  const { dir, report } = await runOnce(world);
  const { files } = world.io.ports;
  const patch = join(dir, 'patch.diff');
  await files.replace(patch, (await files.readText(patch)).replace('+', '-'));
  const { exit } = await verifyBundle(dir, world.io.ports);
  return { ok: report.status === 'pass' && exit === exitCodes.invalid, saw: `verify of the changed ${report.status} ends with ${exit}` };
}
