import type { ContainmentLevel, Given } from '../model/plan.ts';
import { containmentLevels } from '../model/plan.ts';

export { observe } from './observed.ts';

/** The highest level to be had here; a scenario can only lower it. */
export const offeredLevel = (given: Given): ContainmentLevel => given.containment ?? 'observed';

/** Whether one level holds at least what another asks for. */
export const reaches = (offered: ContainmentLevel, required: ContainmentLevel): boolean =>
  containmentLevels.indexOf(offered) >= containmentLevels.indexOf(required);
