export { lookAgain, obtainSource } from './obtain.ts';
export { dirtyIn, inOwned, type OwnedRepo, stateOf, tipOf } from './repository.ts';
export type { Source } from './source.ts';
