import type { Sink } from '../ports.ts';

/** A log of the engine's own lines, each handed to the system as it comes. What was written is remembered, so that it can be told from what stands there. */
export interface LineLog {
  append(line: string): void;
  close(): void;
  /** The whole text as it should stand. */
  text(): string;
}

/**
 * @param open opens the file, or says why not by answering undefined
 * @param failed is told of a write that the system refused; the lines are remembered all the same
 */
export function makeLineLog(open: () => Sink | undefined, failed: (error: unknown) => void): LineLog {
  const lines: string[] = [];
  let sink: Sink | undefined;
  let opened = false;
  return {
    append(line) {
      if (!opened) sink = open();
      opened = true;
      lines.push(`${line}\n`);
      try {
        sink?.write(`${line}\n`);
      } catch (error) {
        sink = undefined;
        failed(error);
      }
    },
    close() {
      sink?.close();
      sink = undefined;
    },
    text: () => lines.join(''),
  };
}
