export { commitChange, patchOf } from './commit.ts';
export { git } from './git.ts';
export { renderPatch } from './diff.ts';
export { checkEnding } from './ending.ts';
export { checkOut, unbundle } from './objects.ts';
export { openWorkspace, type Workspace } from './open.ts';
export { type Reading, readTree } from './reading.ts';
export { checkSource, placeGiven } from './source.ts';
