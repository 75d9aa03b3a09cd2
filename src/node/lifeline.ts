/** The engine's side of what children/lifeline.sh says. */
export interface Lifeline {
  hear(chunk: Uint8Array): void;
  /** The program was about to be started: from here on, what happens is its own doing. */
  started(): boolean;
  /** Exit code of the program, once it has ended. */
  endCode(): number | undefined;
  /** Resolves when the program's main process has ended. */
  ended: Promise<void>;
}

/** All it ever says is shorter. */
const LONGEST = 100;

export function makeLifeline(): Lifeline {
  const { promise: ended, resolve } = Promise.withResolvers<void>();
  let said = '';
  const endCode = () => {
    const code = /^ended (\d+)\n/m.exec(said)?.[1];
    return code === undefined ? undefined : Number(code);
  };
  return {
    hear(chunk) {
      said = (said + Buffer.from(chunk).toString('latin1')).slice(0, LONGEST);
      if (endCode() !== undefined) resolve();
    },
    started: () => said.startsWith('started\n'),
    endCode,
    ended,
  };
}
