import { expect, it } from 'vitest';
import { execOracle } from './exec.ts';

const cmdOf = (diff: string) => execOracle(diff).args['cmd'];
const inPatch = (...lines: string[]) =>
  `apply_patch <<'END_OF_THE_PATCH'\n${['*** Begin Patch', ...lines, '*** End Patch'].join('\n')}\nEND_OF_THE_PATCH\n`;

const changed = 'diff --git a/a.txt b/a.txt\nindex 1..2 100644\n--- a/a.txt\n+++ b/a.txt\n';

it.each<[string, string, string]>([
  [
    'a change, hunk by hunk',
    `${changed}@@ -1,3 +1,3 @@\n one\n-two\n+zwei\n \n@@ -9 +9 @@ f()\n--- a/x\n+++ b/x\n`,
    inPatch('*** Update File: a.txt', '@@', ' one', '-two', '+zwei', ' ', '@@', '--- a/x', '+++ b/x'),
  ],
  [
    'a new file',
    'diff --git a/b c.txt b/b c.txt\nnew file mode 100644\n--- /dev/null\n+++ b/b c.txt\n@@ -0,0 +1,2 @@\n+hello\n+\n',
    inPatch('*** Add File: b c.txt', '+hello', '+'),
  ],
  [
    'a file that is gone',
    'diff --git a/a b/a\ndeleted file mode 100644\n--- a/a\n+++ /dev/null\n@@ -1 +0,0 @@\n-old\n',
    inPatch('*** Delete File: a'),
  ],
])('plays %s by apply_patch', (_what, diff, cmd) => {
  expect(cmdOf(diff)).toBe(cmd);
});

it.each<[string, string]>([
  ['a program', 'diff --git a/r b/r\nnew file mode 100755\n--- /dev/null\n+++ b/r\n@@ -0,0 +1 @@\n+x\n'],
  ['another name', 'diff --git a/x b/y\nsimilarity index 90%\nrename from x\nrename to y\n--- a/x\n+++ b/y\n@@ -1 +1 @@\n-a\n+b\n'],
  ['a last line without an end', `${changed}@@ -1 +1 @@\n-a\n+b\n\\ No newline at end of file\n`],
  ['the end of the patch itself', `${changed}@@ -1 +1 @@\n-a\n+END_OF_THE_PATCH\n`],
])('plays %s by git', (_what, diff) => {
  expect(cmdOf(diff)).toBe(`printf %s '${diff}' | git apply -p1 --whitespace=nowarn -`);
});
