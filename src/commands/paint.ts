import { styleText } from 'node:util';
import type { Status } from '../model/blocker.ts';

export type Tone = 'green' | 'red' | 'yellow' | 'dim' | 'bold';

/** Wraps text in a colour, or hands it back as it is. */
export type Paint = (tone: Tone, text: string) => string;

/** Colours only where the stream is a terminal and the environment does not forbid them. */
export const paintFor =
  (stream: NodeJS.WriteStream): Paint =>
  (tone, text) =>
    styleText(tone, text, { stream, validateStream: true });

export const toneOf = { pass: 'green', fail: 'red', blocked: 'yellow' } as const satisfies Record<Status, Tone>;
