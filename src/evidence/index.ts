export { type Bundle } from './bundle.ts';
export { emitChecked, named } from './carry.ts';
export { writeMarkers } from './markers.ts';
export { collectSecrets, makeRedactor, skippedSecrets } from './redact.ts';
export { reserve } from './reserve.ts';
export { replaceExposed, scanBundle } from './scan.ts';
export { type Evidence, seal, serialize } from './seal.ts';
