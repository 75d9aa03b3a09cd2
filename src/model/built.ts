import { type BlockerCode, blockerCodes, type Cause, rowOf } from './blocker.ts';
import { type ExitClass, exitClasses } from './exit.ts';

/** Markers that stand beside `provider-unavailable.txt`, by the cause that they name. */
export const causeMarkers: Partial<Record<Cause, string>> = {
  local_config_missing: 'provider-local-config-unavailable.txt',
  auth_bridge_missing: 'provider-auth-bridge-missing.txt',
};

/** Exit classes that no command of this build ends with. */
const laterExits: readonly ExitClass[] = [];

/** Ways for a run to end, as far as some code path of this build brings them about, and the rest by name. */
interface Built {
  blockers: BlockerCode[];
  /** File names below `backend/`. */
  markers: string[];
  exits: ExitClass[];
}

const isString = (value: string | null): value is string => value !== null;
const unique = <T>(values: readonly T[]): T[] => [...new Set(values)];
const builtCodes = blockerCodes.filter(code => rowOf(code).built);
const builtMarkers = unique([...builtCodes.map(code => rowOf(code).marker).filter(isString), ...Object.values(causeMarkers)]);

/** What exists: every one of these has to have a scenario. */
export const built: Built = {
  blockers: builtCodes,
  markers: builtMarkers,
  exits: (Object.keys(exitClasses) as ExitClass[]).filter(name => !laterExits.includes(name)),
};

/** What the tables name and nothing brings about yet. */
export const notBuilt: Built = {
  blockers: blockerCodes.filter(code => !rowOf(code).built),
  markers: unique(blockerCodes.map(code => rowOf(code).marker).filter(isString)).filter(marker => !builtMarkers.includes(marker)),
  exits: [...laterExits],
};
