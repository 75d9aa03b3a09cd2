import { expect, it } from 'vitest';
import { announcer, type Announced } from './announcer.ts';
import { readLine } from './log.ts';

const told = (...bodies: object[]): Announced[] => {
  const said: Announced[] = [];
  const announce = announcer('/w', event => said.push(event));
  bodies.forEach((body, i) => announce(readLine(JSON.stringify({ ...body, sequence: i, runId: 'r' }))!));
  return said;
};
const start = (args: string, tool = 'write', toolCallId = 'a') => ({ event: 'tool_start', phase: 'implement', tool, toolCallId, args });
const end = (isError = false, tool = 'write', toolCallId = 'a') => ({ event: 'tool_end', phase: 'implement', tool, toolCallId, isError });
const patched = (...files: string[]) => files.map(file => ({ type: 'patch.applied', data: { files: [file] } }));

it.each<[string, object[], Announced[]]>([
  ['a file that was written', [start('{"path":"a.js","content":"x"}'), end()], patched('a.js')],
  ['a call that is said to have ended twice, once', [start('{"path":"a.js"}'), end(), end()], patched('a.js')],
  ['an edit', [start('{"edits":[],"path":"a.js"}', 'edit'), end(false, 'edit')], patched('a.js')],
  ['an absolute path, as the workspace knows it', [start('{"path":"/w/src/a.js"}'), end()], patched('src/a.js')],
  ['a path outside of it, as it is', [start('{"path":"/etc/x"}'), end()], patched('/etc/x')],
  ['arguments that were cut off', [start('{"path":"a \\"b\\".js","content":"xx'), end()], patched('a "b".js')],
  ['two at once', [start('{"path":"a"}'), start('{"path":"b"}', 'write', 'b'), end(false, 'write', 'b'), end()], patched('b', 'a')],
])('%s is a patch that the agent claims', (_name, bodies, expected) => {
  expect(told(...bodies)).toEqual(expected);
});

it.each<[string, object[]]>([
  ['a tool call that failed', [start('{"path":"a.js"}'), end(true)]],
  ['one that never ended', [start('{"path":"a.js"}')]],
  ['another tool', [start('{"path":"a.js"}', 'read'), end(false, 'read')]],
  ['one without a path', [start('{"content":"x"}'), end()]],
  ['one whose path was cut off', [start('{"path":"a.j'), end()]],
  ['a path that is none', [start(`{"path":"${'a'.repeat(500)}"}`), end()]],
])('%s is none', (_name, bodies) => {
  expect(told(...bodies)).toEqual([]);
});

it('the steps of the pipeline are kept under their own names, but for nodes that were never used', () => {
  const ended = { event: 'phase_end', phase: 'review', agent: 'reviewer', outcome: 'completed', result: {} };
  expect(told(ended, { ...ended, outcome: 'skipped' }, { event: 'status_changed' })).toEqual([
    { type: 'case.phase_end', data: { phase: 'review', agent: 'reviewer', outcome: 'completed' } },
  ]);
});
