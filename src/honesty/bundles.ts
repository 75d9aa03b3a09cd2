import { posix } from 'node:path';
import { exitCodes } from '../model/exit.ts';
import type { Ports } from '../ports.ts';
import type { BundleMutant, Extent, Family } from './bundle-mutant.ts';
import { diskRoom, memoryRoom, type Room } from './room.ts';
import type { Specimen, Verify } from './specimen.ts';
import { mutantId, type KillTable } from './table.ts';
import { limits, type Limit } from './limits.ts';
import type { Chosen } from './judging.ts';

/** Part 2: every mutant of a sound bundle, each in a copy of its own; the answer has to be exit 4 with the artifact named. */
export async function tryBundle(
  specimen: Specimen,
  families: readonly Family[],
  {
    verify,
    extent,
    pick,
    isChosen,
    onMutant,
  }: {
    verify: Verify;
    extent: Extent;
    pick(mutants: Iterable<BundleMutant>): Iterable<BundleMutant>;
    isChosen: Chosen;
    onMutant(): void;
  },
  table: KillTable,
  ports: Ports,
): Promise<void> {
  for (const family of families) {
    for (const mutant of pick(family(specimen, extent))) {
      const { kind, what } = mutant;
      const id = mutantId(specimen.name, kind, what);
      if (!isChosen(id)) continue;
      const end = await tryMutant(mutant, specimen, verify, ports);
      onMutant();
      if (end === 'killed') table.killed(kind);
      else if ('limit' in end) table.limit(`documented: ${end.limit}`, limits[end.limit]);
      else table.survived({ kind, place: `bundle "${specimen.name}" ${specimen.dir}`, what, because: end.because, id });
    }
  }
}

type End = 'killed' | { limit: Limit } | { because: string };

async function tryMutant(mutant: BundleMutant, specimen: Specimen, verify: Verify, ports: Ports): Promise<End> {
  if (mutant.onDisk) {
    await using room = await diskRoom(specimen, ports);
    return await ask(mutant, room, specimen, verify, ports);
  }
  return await ask(mutant, memoryRoom(specimen, ports.files), specimen, verify, ports);
}

async function ask(
  { change, names, oneOf, limit, isSound }: BundleMutant,
  room: Room,
  { exit: before }: Specimen,
  verify: Verify,
  ports: Ports,
): Promise<End> {
  await change(room);
  const { exit, problems } = await verify(room.dir, { ...ports, files: room.files });
  const named = new Set(problems.map(({ artifact }) => posix.normalize(artifact)));
  const got = `got ${exit} and ${named.size > 0 ? [...named].join(', ') : 'no problem'}`;
  const isUnfound = exit === before && named.size === 0;
  if (isSound) return isUnfound ? 'killed' : { because: `nothing is wrong with it, ${got}` };
  if (isUnfound && limit !== undefined) return { limit };
  const isNamed = names.every(name => named.has(posix.normalize(name))) && (oneOf === undefined || oneOf.some(name => named.has(name)));
  const wanted = [...names, ...(oneOf ? [`one of ${oneOf.join(', ')}`] : [])].join(', ');
  return exit === exitCodes.invalid && isNamed ? 'killed' : { because: `expected ${exitCodes.invalid} and ${wanted}, ${got}` };
}
