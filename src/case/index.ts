export { toEvent } from './announcer.ts';
export { keyProblem } from './config.ts';
export { readLine } from './log.ts';
export { keepBooks } from './keep.ts';
export { prepare } from './prepare.ts';
export { readCase } from './read.ts';
export { runCa } from './run-ca.ts';
export { findBinary, limitOf } from './switches.ts';
