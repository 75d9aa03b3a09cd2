export { disallowed } from './allowed.ts';
export { calibrateOnce } from './calibrate.ts';
export { missingEvents } from './events.ts';
export { verifyPatch } from './verification.ts';
