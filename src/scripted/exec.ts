import type { Call } from './oracle.ts';
import { shellQuoted } from './shell.ts';

/** The one tool of Codex that starts programs; it has none that writes a file by itself. */
export const EXEC = 'exec_command';

/** A command as Codex runs it. */
export const execCall = (cmd: string): Call => ({ name: EXEC, args: { cmd } });

/**
 * The call that makes the known good change through Codex: `apply_patch`, which Codex takes out of the command and does by itself, or where
 * the change cannot be written that way (a mode, a rename, a last line without an end), git.
 */
export function execOracle(diff: string): Call {
  const patch = applyPatchOf(diff);
  return execCall(
    patch === undefined
      ? `printf %s ${shellQuoted(diff)} | git apply -p1 --whitespace=nowarn -`
      : `apply_patch <<'${MARK}'\n${patch}${MARK}\n`,
  );
}

const MARK = 'END_OF_THE_PATCH';

/** A diff of git in the words of `apply_patch`, whose hunks look the same and have no numbers; undefined where it has no such words. */
function applyPatchOf(diff: string): string | undefined {
  const out: string[] = ['*** Begin Patch'];
  let before = '';
  let isNew = false;
  /** Lines of the hunk that are still to come, of the old and of the new file. */
  let left = { old: 0, new: 0 };
  for (const line of diff.replace(/\n$/, '').split('\n')) {
    if (left.old > 0 || left.new > 0) {
      const sign = line[0] ?? ' ';
      if (!' +-'.includes(sign) || line.includes(MARK)) return undefined;
      left = { old: left.old - Number(sign !== '+'), new: left.new - Number(sign !== '-') };
      if (before !== '' || isNew) out.push(line === '' ? ' ' : line);
      continue;
    }
    const hunk = /^@@ -\d+(?:,(\d+))? \+\d+(?:,(\d+))? @@/.exec(line);
    if (hunk) {
      left = { old: Number(hunk[1] ?? 1), new: Number(hunk[2] ?? 1) };
      if (before !== '') out.push('@@');
    } else if (line.startsWith('--- ')) {
      before = line.slice(4).replace(/^a\//, '');
      isNew = before === '/dev/null';
      if (isNew) before = '';
    } else if (line.startsWith('+++ ')) {
      const after = line.slice(4).replace(/^b\//, '');
      const isGone = after === '/dev/null';
      out.push(isGone ? `*** Delete File: ${before}` : isNew ? `*** Add File: ${after}` : `*** Update File: ${after}`);
      if (isGone) before = '';
      else if (!isNew && before !== after) return undefined;
    } else if (!/^(diff --git a\/|index |new file mode 100644$|deleted file mode |$)/.test(line)) return undefined;
  }
  return `${[...out, '*** End Patch'].join('\n')}\n`;
}
