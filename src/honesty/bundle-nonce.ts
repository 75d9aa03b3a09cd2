import { sha256 } from '../model/digest.ts';
import type { Loose } from '../testing/forger.ts';
import { CONTRACT, EVENTS, pathsOf, type Family } from './bundle-mutant.ts';
import type { Room } from './room.ts';

const OTHER = 'another-nonce';

/** A place where the nonce stands: what is named when it alone was changed, and when it alone was not. */
interface Place {
  what: string;
  alone: string;
  others: string;
  change(room: Room): Promise<void>;
}

/** The nonce of another suite: in each place alone, in every place but one, and nowhere else. */
export const nonceFamily: Family = function* (specimen) {
  const places = placesOf(pathsOf(specimen));
  for (const { what, alone, change } of places)
    yield {
      kind: 'nonce in one place, sealed again',
      what,
      names: [alone],
      async change(room) {
        await change(room);
        await room.reseal();
      },
    };
  for (const kept of places)
    yield {
      kind: 'nonce everywhere but in one place, sealed again',
      what: kept.what,
      names: [kept.others],
      async change(room) {
        for (const place of places) if (place !== kept) await place.change(room);
        await carryDigests(room);
        await room.reseal();
      },
    };
};

export async function nonceEverywhere(room: Room, paths: readonly string[]): Promise<void> {
  for (const { change } of placesOf(paths)) await change(room);
}

function placesOf(paths: readonly string[]): Place[] {
  const inspection = paths.find(path => /^stage\d-no-target-inspection\.json$/.test(path));
  return [
    {
      what: 'the report',
      alone: 'report.json',
      others: 'report.json',
      change: room => room.resign((report: Loose) => (report.nonce = OTHER)),
    },
    {
      what: 'the freshness',
      alone: 'report.json',
      others: 'report.json',
      change: room => room.resign((report: Loose) => (report.freshness.nonce = OTHER)),
    },
    {
      what: 'the contract',
      alone: CONTRACT,
      others: CONTRACT,
      change: room => room.json(CONTRACT, (contract: Loose) => (contract.nonce = OTHER)),
    },
    {
      what: 'all events',
      alone: EVENTS,
      others: EVENTS,
      change: room => room.events(events => events.forEach(event => (event.nonce = OTHER))),
    },
    ...(inspection === undefined
      ? []
      : [
          {
            what: 'the inspection',
            alone: inspection,
            others: inspection,
            change: (room: Room) => room.json(inspection, (record: Loose) => (record.nonce = OTHER)),
          },
        ]),
  ];
}

/** What events carry of the artifacts that they name, made right again: a forger who knows every rule. */
export async function carryDigests(room: Room): Promise<void> {
  const found = new Map<string, string>();
  for (const line of (await room.text(EVENTS)).trimEnd().split('\n'))
    for (const path of Object.keys((JSON.parse(line) as Loose).data.digests ?? {})) found.set(path, sha256(await room.bytes(path)));
  await room.events(events => {
    for (const { data } of events)
      for (const path of Object.keys(data.source === 'agent' ? {} : (data.digests ?? {}))) data.digests[path] = found.get(path);
  });
}
