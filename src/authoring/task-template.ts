/** Languages that a new task can start from. */
export const languages = ['node', 'python'] as const;
export type Language = (typeof languages)[number];

/**
 * A whole task that works as it is: clamp() forgets its upper bound, the oracle mends it.
 * @param modeline the comment by which an editor finds the schema of task.yaml
 * @returns text by path, relative to the task's folder
 */
export const taskFiles = (name: string, language: Language, modeline: string): Record<string, string> =>
  (language === 'node' ? nodeTask : pythonTask)(name, modeline);

interface Words {
  modeline: string;
  source: string;
  command: string;
  report: string;
  failToPass: string;
  identity: string;
}

const taskYaml = (name: string, { modeline, source, command, report, failToPass, identity }: Words): string => `\
${modeline}
task: 1                      # schema version
id: ${name}

# What the agent is told, word for word. Say what is wrong and what shall be true; not how.
prompt: |
  clamp() in ${source} never lowers a value that is above the upper bound: clamp(15, 0, 10) gives 15.
  Make it give the upper bound: clamp(15, 0, 10) is 10.

# What the agent may change; anything else is disallowed_file_change. Globs, relative to repo/.
allowed_paths: [${source}]

verification:
  command: ${command}   # argv, no shell
  report: ${report}
  # Tests of tests/ that fail on repo/ and pass with oracle.patch. proofgate checks both before it trusts them.
  # ${identity}
  fail_to_pass:
    - ${failToPass}
  pass_to_pass: all          # every other test must stay green
  timeout: 30s
`;

const readme = (command: string): string => `# clamp\n\nKeeps a number between two bounds. \`${command}\` runs the tests.\n`;

function nodeTask(name: string, modeline: string): Record<string, string> {
  const kept = [
    nodeTest('clamp raises a value below the lower bound', 'equal(clamp(-5, 0, 10), 0)'),
    nodeTest('clamp leaves a value between the bounds', 'equal(clamp(7, 0, 10), 7)'),
  ];
  return {
    'task.yaml': taskYaml(name, {
      modeline,
      source: 'clamp.js',
      command: '[node, --test]',
      report: 'node-test',
      failToPass: 'clamp lowers a value above the upper bound',
      identity: 'A test is named by its suites and title, joined by " > ".',
    }),
    'oracle.patch': `\
--- a/clamp.js
+++ b/clamp.js
@@ -1,2 +1,2 @@
 /** A number, but never below low and never above high. */
-export const clamp = (value, low, high) => Math.max(low, value);
+export const clamp = (value, low, high) => Math.min(high, Math.max(low, value));
`,
    'repo/package.json': `${JSON.stringify({ name: 'clamp', private: true, type: 'module', scripts: { test: 'node --test' } }, null, 2)}\n`,
    'repo/README.md': readme('npm test'),
    'repo/clamp.js': `\
/** A number, but never below low and never above high. */
export const clamp = (value, low, high) => Math.max(low, value);
`,
    'repo/clamp.test.js': nodeFile(...kept),
    'tests/clamp.test.js': nodeFile(nodeTest('clamp lowers a value above the upper bound', 'equal(clamp(15, 0, 10), 10)'), ...kept),
    'twins/clamp.test.js': nodeFile(
      nodeTest('clamp lowers a value above the upper bound', 'equal(clamp(15, 0, 10), 11)'),
      nodeTest('clamp raises a value below the lower bound', 'equal(clamp(-5, 0, 10), 1)'),
      nodeTest('clamp leaves a value between the bounds', 'equal(clamp(7, 0, 10), 8)'),
    ),
  };
}

const nodeTest = (title: string, check: string): string => `test('${title}', () => {\n  ${check};\n});\n`;

const nodeFile = (...tests: string[]): string => `\
import { test } from 'node:test';
import { equal } from 'node:assert/strict';

import { clamp } from './clamp.js';

${tests.join('\n')}`;

function pythonTask(name: string, modeline: string): Record<string, string> {
  const kept = [
    pythonTest('test_raises_a_value_below_the_lower_bound', 'clamp(-5, 0, 10) == 0'),
    pythonTest('test_leaves_a_value_between_the_bounds', 'clamp(7, 0, 10) == 7'),
  ];
  return {
    'task.yaml': taskYaml(name, {
      modeline,
      source: 'clamp.py',
      command: '[python3, -m, pytest, -q]',
      report: 'pytest',
      failToPass: 'test_clamp.py::test_lowers_a_value_above_the_upper_bound',
      identity: 'A test is named by its pytest node id.',
    }),
    'oracle.patch': `\
--- a/clamp.py
+++ b/clamp.py
@@ -1,3 +1,3 @@
 def clamp(value, low, high):
     """A number, but never below low and never above high."""
-    return max(low, value)
+    return min(high, max(low, value))
`,
    'repo/README.md': readme('python3 -m pytest -q'),
    'repo/clamp.py': `\
def clamp(value, low, high):
    """A number, but never below low and never above high."""
    return max(low, value)
`,
    'repo/test_clamp.py': pythonFile(...kept),
    'tests/test_clamp.py': pythonFile(pythonTest('test_lowers_a_value_above_the_upper_bound', 'clamp(15, 0, 10) == 10'), ...kept),
    'twins/test_clamp.py': pythonFile(
      pythonTest('test_lowers_a_value_above_the_upper_bound', 'clamp(15, 0, 10) == 11'),
      pythonTest('test_raises_a_value_below_the_lower_bound', 'clamp(-5, 0, 10) == 1'),
      pythonTest('test_leaves_a_value_between_the_bounds', 'clamp(7, 0, 10) == 8'),
    ),
  };
}

const pythonTest = (title: string, check: string): string => `def ${title}():\n    assert ${check}\n`;

const pythonFile = (...tests: string[]): string => `from clamp import clamp\n\n\n${tests.join('\n\n')}`;
