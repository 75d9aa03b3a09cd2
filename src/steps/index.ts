export { check, checkEnd, compareWithBaseline, requireEvents, scan, verify } from './after.ts';
export { agree, calibrateTask, isApproved, mayStart } from './before.ts';
export { handOver } from './handover.ts';
export { open, read, watchOf, work } from './work.ts';
