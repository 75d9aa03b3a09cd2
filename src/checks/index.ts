export { disallowed } from './allowed.ts';
export { calibrateOnce } from './calibrate.ts';
export { missingEvents } from './events.ts';
export { judgeTests } from './judge-tests.ts';
export { verifyPatch } from './verification.ts';
