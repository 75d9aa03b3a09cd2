export { gapForChild } from './gap.ts';
export { needsChild } from './needs-child.ts';
export { type ChildEvidence, runInChild } from './run-in-child.ts';
