export { renderPatch } from './diff.ts';
export { checkEnding } from './ending.ts';
export { openWorkspace, type Workspace } from './open.ts';
export { type Reading, readTree } from './reading.ts';
export { checkSource, placeGiven } from './source.ts';
