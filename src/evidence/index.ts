export { type Bundle } from './bundle.ts';
export { writeMarkers } from './markers.ts';
export { collectSecrets, makeRedactor } from './redact.ts';
export { reserve } from './reserve.ts';
export { replaceExposed, scanBundle } from './scan.ts';
export { type Evidence, seal } from './seal.ts';
