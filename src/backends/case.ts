import { findBinary, keepBooks, keyProblem, limitOf, prepare, readCase, readLine, runCa, toEvent } from '../case/index.ts';
import type { Finding } from '../model/blocker.ts';
import type { Backend, Turn } from './backend.ts';

const unavailable = (cause: 'binary_missing' | 'local_config_missing', detail: string): Finding => ({
  code: 'provider_unavailable',
  cause,
  detail,
});

/** WorkOS Case, gated: `ca run --task … --mode unattended`, judged by its event log. Its parts are in `src/case/`. */
export const caseBackend: Backend = {
  id: 'case',
  summary: 'WorkOS Case, gated',
  gate: { allow: 'CTO_HARNESS_ALLOW_CASE', stage: 'CTO_HARNESS_CASE_STAGE' },
  exemptUpTo: 1,
  reportsEdits: false,
  statesPlan: false,
  usesModel: true,
  ownState: ['.case'],
  binaryName: 'ca',
  cannotUse: keyProblem,

  async binary(plan, { files }) {
    const found = await findBinary(plan, files);
    return 'path' in found ? found.path : null;
  },

  async probe(plan, { files }) {
    const found = await findBinary(plan, files);
    if ('problem' in found) return unavailable('binary_missing', found.problem);
    const limit = limitOf(plan);
    if ('problem' in limit) return unavailable('local_config_missing', limit.problem);
    if (plan.task.seed.some(({ path }) => path === '.case' || path.startsWith('.case/')))
      return { code: 'fixture_invalid', detail: 'the seed has .case, where Case keeps its own books' };
    return { version: found.path };
  },

  async run({ access, binary, ...rest }, ports): Promise<Turn> {
    const limit = limitOf(rest.plan);
    if (!access || !binary || 'problem' in limit) throw new Error('case was started without what its preflight found');
    const job = { ...rest, access, binary };
    const prepared = await prepare(job, ports);
    const ended = await runCa(job, prepared, limit.ms, ports);
    await keepBooks(job, prepared.taskId, ports.files);
    const { claim, protocolError, failure, review, completedByHarness } = readCase(ended);
    if (review) job.onEvent({ type: 'review.completed', data: { ...review } });
    return { exit: ended.exit, claim, protocolError, failure, completedByHarness, limitMs: limit.ms };
  },

  readEvent(line) {
    const event = readLine(line);
    return event && toEvent(event);
  },
};
