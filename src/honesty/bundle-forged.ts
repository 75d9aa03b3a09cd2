import { renderReport } from '../report/markdown.ts';
import type { Report } from '../model/report.ts';
import type { Loose } from '../testing/forger.ts';
import { CONTRACT, EVENTS, pathsOf, type BundleMutant, type Family } from './bundle-mutant.ts';
import { carryDigests, nonceEverywhere } from './bundle-nonce.ts';
import type { Limit } from './limits.ts';
import type { Room } from './room.ts';

/** What only a signature, or another run, could find: forgeries that are carried through every artifact. */
export const forgedFamily: Family = function* (specimen) {
  const paths = pathsOf(specimen);
  const forged = (limit: Limit, what: string, names: readonly string[], change: (room: Room) => Promise<void>): BundleMutant => ({
    kind: 'forged throughout',
    what,
    names,
    limit,
    async change(room) {
      await change(room);
      await carryThrough(room);
    },
  });
  yield { kind: 'as it is', what: 'in memory', names: [], isSound: true, change: async () => undefined };
  yield { kind: 'as it is', what: 'on disk', names: [], isSound: true, onDisk: true, change: async () => undefined };
  yield { kind: 'as it is', what: 'sealed again', names: [], isSound: true, change: room => room.reseal() };
  yield { kind: 'as it is', what: 'forged throughout, with nothing forged', names: [], isSound: true, change: carryThrough };

  // a baseline is of the same nonce, host and engine: those would have to be forged as well
  if (!paths.includes('baseline/report.json')) {
    yield forged('rewritten', 'the nonce of another suite', [CONTRACT], room => nonceEverywhere(room, paths));
    yield forged('host', 'another host', [CONTRACT], room => room.json(CONTRACT, (contract: Loose) => (contract.host = '0'.repeat(64))));
    yield forged('sources', 'another engine', [CONTRACT], async room => {
      await room.json(CONTRACT, (contract: Loose) => (contract.engine_digest = '0'.repeat(64)));
      await room.resign((report: Loose) => (report.freshness.engine_digest = '0'.repeat(64)));
    });
  }
  for (const path of ['test.log', 'backend/stdout.log', 'backend/stderr.log'])
    if (paths.includes('test-report.json') && paths.includes(path))
      yield forged('logs', `${path} of another run`, [path], room => room.write(path, 'all is well\n'));
  const patch = Buffer.from(specimen.files.get('patch.diff') ?? []).toString('utf8');
  const inHunk = /^(?:index .*\n--- a\/.*\n\+\+\+ b\/.*\n@@ [^]*?\n)\+(.*)$/m.exec(patch)?.[1];
  if (inHunk !== undefined && !patch.includes('new file mode'))
    yield forged('content', 'another line in the patch', ['patch.diff'], room =>
      room.write('patch.diff', patch.replace(`\n+${inHunk}`, `\n+${inHunk} // changed`)),
    );
};

/** Digests in the events, the page, the manifest and the report, made right again. */
async function carryThrough(room: Room): Promise<void> {
  await carryDigests(room);
  const events = (await room.text(EVENTS))
    .trimEnd()
    .split('\n')
    .map(line => JSON.parse(line) as Loose);
  await room.write('report.md', renderReport(JSON.parse(await room.text('report.json')) as Report, events));
  await room.reseal();
}
