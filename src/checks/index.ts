export { disallowed } from './allowed.ts';
export { calibrateOnce } from './calibrate.ts';
export { missingEvents } from './events.ts';
export { type Exam, readExam } from './trees.ts';
export { verifyPatch } from './verification.ts';
