/** One mistake: where it is, what it is, what to do about it. */
export interface Problem {
  /** `file:line:col`, `file`, or a name on the command line. */
  at?: string | undefined;
  message: string;
  hint: string;
  /** A few lines of the source with a caret, ready to print. */
  frame?: string | undefined;
}

/**
 * A mistake somebody outside this code base can fix; the command line ends with 64.
 * Anything else that is thrown is a bug and keeps its stack trace (exit 70).
 */
export class UserError extends Error {
  override readonly name = 'UserError';
  readonly problems: readonly [Problem, ...Problem[]];

  constructor(problems: Problem | readonly [Problem, ...Problem[]], options?: { cause?: unknown }) {
    const list = ('message' in problems ? [problems] : problems) as [Problem, ...Problem[]];
    super(list.map(formatProblem).join('\n'), options);
    this.problems = list;
  }
}

/** `at: message`, the frame, and the next step. */
export function formatProblem({ at, message, hint, frame }: Problem): string {
  const lines = [at ? `${at}: ${message}` : message];
  if (frame) lines.push(frame);
  lines.push(`  hint: ${hint}`);
  return lines.join('\n');
}

/** The `code` of a system error (`ENOSPC`, `EACCES`, …), or undefined for anything else. */
export function systemCode(error: unknown): string | undefined {
  const code = error instanceof Error ? (error as NodeJS.ErrnoException).code : undefined;
  return typeof code === 'string' && /^E[A-Z0-9]+$/.test(code) ? code : undefined;
}
