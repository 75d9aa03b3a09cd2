import { byteFamily, lineFamily } from './bundle-bytes.ts';
import { clockFamily } from './bundle-clock.ts';
import { documentFamily, logFamily } from './bundle-documents.ts';
import { eventFamily } from './bundle-events.ts';
import { factFamily } from './bundle-facts.ts';
import { fileFamily } from './bundle-files.ts';
import { forgedFamily } from './bundle-forged.ts';
import { manifestFamily } from './bundle-manifest.ts';
import type { Family } from './bundle-mutant.ts';
import { nonceFamily } from './bundle-nonce.ts';
import { reportFamily } from './bundle-report.ts';
import { sealedFamily } from './bundle-sealed.ts';

/** Every way in which a bundle is tampered with: first as it lies there, then by somebody who can seal it again. */
export const families: readonly Family[] = [
  forgedFamily,
  byteFamily,
  lineFamily,
  fileFamily,
  manifestFamily,
  reportFamily,
  documentFamily,
  eventFamily,
  factFamily,
  logFamily,
  sealedFamily,
  clockFamily,
  nonceFamily,
];
