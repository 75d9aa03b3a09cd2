import { join } from 'node:path';
import { exitCodes } from '../model/exit.ts';
import type { Path } from '../model/json.ts';
import { Report } from '../model/report.ts';
import type { Loose } from '../testing/forger.ts';
import type { Limit } from './limits.ts';
import { EVENTS, pathsOf, type BundleMutant, type Family } from './bundle-mutant.ts';
import { changesOf } from './schema-changes.ts';

/** Everything that a report says, said otherwise, and the report given its own digest again. */
export const reportFamily: Family = function* (specimen) {
  for (const below of ['', 'baseline']) {
    const path = below === '' ? 'report.json' : `${below}/report.json`;
    const bytes = specimen.files.get(path);
    if (!bytes) continue;
    const report: unknown = JSON.parse(Buffer.from(bytes).toString('utf8'));
    for (const { at, to, what } of changesOf(Report, report)) {
      // it is made again with every change
      if (at[0] === 'report_digest') continue;
      const limit = limitOf(at);
      yield {
        kind: below === '' ? 'report field, sealed again' : 'report field of the baseline, sealed again',
        what,
        // which of the two is wrong nobody can know: the manifest is not the one that the report names
        names: [at.join() === 'artifact_digests,manifest.json' ? join(below, 'manifest.json') : path],
        ...(limit && { limit }),
        async change(room) {
          await room.resign((value: Loose) => {
            for (const key of Object.keys(value)) delete value[key];
            Object.assign(value, to);
          }, below);
          if (below !== '') await room.reseal();
        },
      };
    }
  }
  yield* verdicts(specimen.exit, pathsOf(specimen));
};

/** What the report alone tells. */
function limitOf(at: Path): Limit | undefined {
  const place = at.filter(step => typeof step === 'string').join('.');
  if (place === 'artifacts.modified') return 'times';
  if (place === 'freshness.duration_ms' || place === 'freshness.clock_stepped') return 'clock';
  return place.startsWith('redactions.') ? 'removed' : undefined;
}

/** The verdict itself, in the report alone and in the event that repeats it. */
function* verdicts(exit: number, paths: readonly string[]): Generator<BundleMutant> {
  const better =
    exit === exitCodes.pass ? { status: 'fail', outcome: 'none' } : { status: 'pass', outcome: 'proven', lifecycle: 'completed' };
  const forge = (report: Loose) =>
    Object.assign(report, {
      ...better,
      blockers: [],
      failure_reason: null,
      tests_passed: true,
      allowed_writes_passed: true,
      required_events_passed: true,
    });
  const what = `said to be ${better.status}`;
  yield { kind: 'verdict, sealed again', what: `${what} in the report`, names: ['report.json'], change: room => room.resign(forge) };
  yield {
    kind: 'verdict, sealed again',
    what: `${what} in the report, the last event and the page`,
    names: ['report.json', EVENTS, 'report.md'],
    async change(room) {
      await room.resign(forge);
      await room.events(events =>
        events
          .slice(-1)
          .forEach(event => Object.assign(event, { status: better.status, data: { ...event.data, ...better, blockers: [] } })),
      );
      await room.write('report.md', (await room.text('report.md')).replace(/^# \w+/, `# ${better.status}`));
      await room.reseal();
    },
  };
  yield {
    kind: 'never sealed',
    what: 'sealed: false',
    names: ['report.json'],
    change: room => room.resign((report: Loose) => (report.sealed = false)),
  };
  if (paths.includes('baseline/report.json'))
    yield {
      kind: 'never sealed',
      what: 'sealed: false in the baseline',
      names: ['baseline/report.json'],
      async change(room) {
        await room.resign((report: Loose) => (report.sealed = false), 'baseline');
        await room.reseal();
      },
    };
}
