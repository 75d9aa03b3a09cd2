import type { Loose } from '../testing/forger.ts';
import { EVENTS, TRACE, type BundleMutant, type Family } from './bundle-mutant.ts';
import type { Room } from './room.ts';

const HOUR = 3_600_000;
const shifted = (time: string, by: number): string => new Date(Date.parse(time) + by).toISOString();

/** Times moved by an hour, wherever one stands, and the bundle sealed again. */
export const clockFamily: Family = function* ({ files, report }) {
  const sealed = (what: string, names: readonly string[], change: (room: Room) => Promise<void>): BundleMutant => ({
    kind: 'clock, sealed again',
    what,
    names,
    async change(room) {
      await change(room);
      await room.reseal();
    },
  });
  const inReport = (change: (report: Loose) => void) => (room: Room) => room.resign(change);
  const at = (by: number) => (by > 0 ? 'an hour later' : 'an hour earlier');
  for (const by of [HOUR, -HOUR]) {
    yield sealed(
      `the run starts ${at(by)}, by the report`,
      ['report.json'],
      inReport(r => {
        r.run_start = r.freshness.run_start = shifted(r.run_start, by);
      }),
    );
    yield sealed(
      `the run ends ${at(by)}, by the report`,
      [EVENTS],
      inReport(r => {
        r.run_end = r.freshness.run_end = shifted(r.run_end, by);
      }),
    );
    yield sealed(
      `all of the report ${at(by)}`,
      ['report.json', EVENTS],
      inReport(r => {
        r.run_start = r.freshness.run_start = shifted(r.run_start, by);
        r.run_end = r.freshness.run_end = shifted(r.run_end, by);
      }),
    );
    yield sealed(`all of the events ${at(by)}`, [EVENTS], room =>
      room.events(events => events.forEach(event => (event.time = shifted(event.time, by)))),
    );
    yield sealed(`all of the trace ${at(by)}`, [TRACE], room =>
      room.lines(TRACE, lines => lines.forEach(line => (line.time = shifted(line.time, by)))),
    );
    for (const i of linesOf(files, EVENTS))
      yield sealed(`event ${i + 1} ${at(by)}`, [EVENTS], room =>
        room.events(events => void (events[i].time = shifted(events[i].time, by))),
      );
    for (const i of linesOf(files, TRACE))
      yield sealed(`line ${i + 1} of the trace ${at(by)}`, [TRACE], room =>
        room.lines(TRACE, lines => void (lines[i].time = shifted(lines[i].time, by))),
      );
  }
  for (const i of linesOf(files, TRACE).slice(1))
    yield sealed(`line ${i + 1} of the trace before the start`, [TRACE], room => room.lines(TRACE, lines => void (lines[i].at_ms = 0)));
  yield sealed('the trace goes on for an hour', ['report.json'], room => room.lines(TRACE, lines => void (lines.at(-1).at_ms += HOUR)));
  yield sealed('run_end before run_start, everywhere', ['report.json'], async room => {
    const before = shifted(String(report['run_start']), -HOUR);
    await room.resign((r: Loose) => (r.run_end = r.freshness.run_end = before));
    await room.events(events => void (events.at(-1).time = before));
  });
  yield sealed(
    'no time at all',
    ['report.json'],
    inReport(r => (r.freshness.duration_ms = 0)),
  );
};

const linesOf = (files: ReadonlyMap<string, Uint8Array>, path: string): number[] => [
  ...Array(
    Buffer.from(files.get(path) ?? [])
      .toString('utf8')
      .split('\n').length - 1,
  ).keys(),
];
