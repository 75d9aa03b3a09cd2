/** What stands in one line of an event log, without its number, its time and its run. */
type Body = Record<string, unknown> & { event: string };

const agents: Record<string, string> = { implement: 'implementer', verify: 'verifier', review: 'reviewer', close: 'closer' };
const categories: Record<string, string[]> = {
  verify: ['reproduced-scenario', 'exercised-changed-path', 'evidence-proves-change', 'edge-case-checked'],
  review: ['principle-compliance', 'scope-discipline', 'test-sufficiency', 'pattern-fit'],
};

/** An envelope as Case puts it into phase_end. @param said laid over one that says completed */
const envelope = (said: Record<string, unknown> = {}) => ({
  status: 'completed',
  summary: 'done',
  artifacts: { commit: null, filesChanged: [], testsPassed: null, screenshotUrls: [], evidenceMarkers: [], prUrl: null, prNumber: null },
  error: null,
  ...said,
});

/** A phase from its start to its end. @param said laid over a clean envelope; `fails` names categories of its rubric */
export function phase(name: string, { fails = [], ...said }: Record<string, unknown> & { fails?: string[] } = {}): Body[] {
  const agent = agents[name] ?? name;
  const rubric = categories[name] && {
    rubric: {
      role: agent,
      categories: categories[name].map(category => ({ category, verdict: fails.includes(category) ? 'fail' : 'pass', detail: '' })),
    },
  };
  const result = envelope({ ...rubric, ...said });
  const outcome = result.status === 'completed' ? 'completed' : 'failed';
  return [started(name), { event: 'phase_end', phase: name, agent, outcome, durationMs: 1, result }];
}

export const started = (name: string): Body => ({ event: 'phase_start', phase: name, agent: agents[name] ?? name });

/** A phase whose agent gave no envelope that Case could read. */
export const mute = (name: string, error = 'AGENT_RESULT start delimiter not found'): Body[] => {
  const [start, end] = phase(name);
  return [start!, { ...end!, outcome: 'failed', result: envelope({ status: 'failed', summary: '', error }) }];
};

/** Nodes that were never used are reported like this, beside phases that did run. */
export const skipped = (...names: string[]): Body[] =>
  names.map(name => ({ event: 'phase_end', phase: name, agent: agents[name] ?? name, outcome: 'skipped', durationMs: 0 }));

export const revision = (source: string, cycle: number): Body => ({ event: 'revision_requested', source, cycle, failedCategories: [] });
export const exhausted: Body = { event: 'revision_budget_exhausted', cycles: 3 };

export const over = (failedAgent?: string): Body => ({
  event: 'pipeline_end',
  ...(failedAgent === undefined ? { outcome: 'completed' } : { outcome: 'failed', failedAgent }),
  durationMs: 1,
});

/** The text of a log of one run of the task `t`, in the form of the protocol notes, section 4. */
export function caseLog(bodies: readonly (Body | readonly Body[])[], profile = 'standard'): string {
  const start: Body = { event: 'pipeline_start', taskId: 't', profile, plan: {} };
  const ts = '2026-06-01T00:00:59.000Z';
  return [start, ...bodies.flat()].map((body, i) => `${JSON.stringify({ ...body, ts, sequence: i + 1, runId: 'r' })}\n`).join('');
}
