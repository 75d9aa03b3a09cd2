import { join } from 'node:path';
import type { Evidence } from '../evidence/index.ts';
import { exitCodes } from '../model/exit.ts';
import { defaultLimits, ordinaryGiven, type Plan } from '../model/plan.ts';
import type { Report } from '../model/report.ts';
import { headline } from '../report/headline.ts';
import { runPlan } from '../run.ts';
import { DEFAULT_TASK } from '../scenario/scenario.ts';
import { playScript } from '../scripted/play.ts';
import type { ModelScript } from '../scripted/script.ts';
import { verifyBundle } from '../verify/verify.ts';
import { draftBinary } from './admit-binary.ts';
import { draftModel } from './admit-model.ts';
import { writeRecord } from './admit-record.ts';
import type { Io } from './command.ts';
import type { Check, World } from './health-checks.ts';
import { planFor } from './plan.ts';

const MODEL = { provider: 'qwen-local', id: 'qwen3.6-35b-a3b', runtime_provider: null };

/** What an agent says that does the work. */
const good = [{ apply: 'oracle' as const }, { commit: 'mend it' }, { envelope: 'completed' as const }];

/** The provider seam, end to end: the faithful `ca` of fixtures/, a scripted model, and the records that admit the two for this once. */
export const providerChecks: readonly Check[] = [
  seam('provider_timeout_fail_closed', 'npx vitest run scenarios/incidents', {
    script: { implementer: [{ hang: true }] },
    over: { limits: { ...defaultLimits, backendMs: 3000 } },
    wanted: { status: 'blocked', blocker: 'timeout' },
    marker: 'provider-timeout.txt',
  }),
  seam('model_provider_gate_blocks', 'npx vitest run scenarios/provider', {
    script: good,
    over: { model: null },
    wanted: { status: 'blocked', blocker: 'model_not_admitted' },
    marker: 'provider-model-not-admitted.txt',
    alsoHolds: ({ case_process_started, gateway }) => case_process_started === false && gateway === null,
  }),
  seam('local_provider_delayed_content_allows_case', 'npx vitest run scenarios/incidents', {
    script: { probe: [{ text: 'ready', min_tokens: 512 }], implementer: good },
    wanted: { status: 'pass' },
  }),
  seam('qwen_local_openai_compat_allows_case', 'npx vitest run scenarios/provider', {
    script: good,
    wanted: { status: 'pass' },
    alsoHolds: ({ model }) => model?.provider === MODEL.provider && model.runtime_provider === 'openai',
  }),
  seam('case_stage2', 'npx vitest run scenarios/provider', {
    script: good,
    wanted: { status: 'pass' },
    alsoHolds: ({ case_process_started, stage, outcome }) => case_process_started === true && stage === 2 && outcome === 'proven',
  }),
];

interface Seam {
  script: ModelScript;
  over?: Partial<Plan>;
  wanted: { status: Report['status']; blocker?: string };
  /** A file of backend/ that has to be there. */
  marker?: string;
  alsoHolds?(report: Report): boolean;
}

function seam(name: string, backedBy: string, { script, over, wanted, marker, alsoHolds = () => true }: Seam): Check {
  return {
    name,
    backedBy,
    async run(world) {
      const { report, dir } = await runCase(world, script, over);
      const { ports } = world.io;
      const { exit } = await verifyBundle(dir, ports);
      const held =
        report.status === wanted.status &&
        report.blockers[0]?.code === wanted.blocker &&
        exit === exitCodes[wanted.status] &&
        (marker === undefined || (await ports.files.stat(join(dir, 'backend', marker)))?.kind === 'file') &&
        alsoHolds(report);
      const [first] = report.blockers;
      const why = held || !first ? '' : ` (${first.cause ?? first.code}: ${first.detail})`;
      return { ok: held, saw: `${headline(report)}${why}; verify ends with ${exit}` };
    },
  };
}

async function runCase({ io, out, engine }: World, script: ModelScript, over: Partial<Plan> = {}): Promise<Evidence> {
  const { ports, project } = io;
  const binary = join(project.engine, 'fixtures', 'ca', 'ca');
  const admissions = await admitBoth(binary, join(out, 'admissions'), io);
  const base = await planFor(DEFAULT_TASK, { out }, io);
  await using model = await playScript(script, base.task, ports);
  const plan: Plan = {
    ...base,
    backend: { id: 'case' },
    stage: 2,
    model: MODEL,
    admissions: { models: [join(admissions, 'models')], binaries: [join(admissions, 'binaries')], sources: [], owned: [], comparisons: [] },
    env: {
      // what somebody set for runs of their own says nothing here
      ...Object.fromEntries(Object.entries(base.env).filter(([name]) => !name.startsWith('CTO_HARNESS_'))),
      CTO_HARNESS_ALLOW_CASE: '1',
      CTO_HARNESS_CASE_STAGE: '2',
      CTO_HARNESS_CASE_BIN: binary,
      CTO_HARNESS_CASE_LOCAL_BASE_URL: model.baseUrl,
    },
    given: { ...ordinaryGiven, prior_stage: 'promoted', admissions, scripted: true },
    ...over,
  };
  // awaited here: the scripted model is gone when this is left
  return await runPlan(plan, ports, io.signal, engine);
}

/** Records as `proofgate admit` makes them, in a folder that is thrown away. */
async function admitBoth(binary: string, dir: string, io: Io): Promise<string> {
  const terms = { by: 'proofgate health', days: 1, replace: true };
  const source = { sourceUrl: 'https://example.invalid/fixtures/ca', commit: '0'.repeat(40), builtBy: 'fixtures/ca of proofgate' };
  await writeRecord(draftModel(MODEL.provider, MODEL.id, terms, io.ports.clock.now()), dir, terms, io);
  await writeRecord(await draftBinary(binary, { ...terms, ...source, backend: 'case' }, io), dir, terms, io);
  return dir;
}
