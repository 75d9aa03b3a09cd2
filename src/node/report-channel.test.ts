import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { begin, run, trees } from './trial.ts';

const heard = { onData() {} };

describe.each(trees)('descriptor 4, %s', tree => {
  it.each(['socket', 'pipe'] as const)('a %s: bytes come as they are written', async kind => {
    const going = begin(tree, 'echo one >&4; read go; echo two >&4', { interactive: true, report: { kind, ...heard } });
    while (going.heard.report !== 'one\n') await sleep(5);
    going.write('go\n');
    expect(await going.done).toMatchObject({ code: 0, report: 'one\ntwo\n', stdout: '', stderr: '' });
  });

  it.each(['socket', 'pipe'] as const)('a %s: a megabyte arrives whole, however the program ends', async kind => {
    const { report, code } = await run(tree, 'head -c 1000000 /dev/zero >&4; kill -9 $$', { report: { kind, ...heard } });
    expect([report.length, code]).toEqual([1_000_000, 137]);
  });

  it.each(['socket', 'pipe'] as const)('a %s: a late writer is not heard', async kind => {
    const late = '(setsid sh -c "sleep 0.15; echo late >&4" &)';
    const going = begin(tree, `${late}; echo early >&4; sleep 0.1`, { report: { kind, ...heard } });
    await going.done;
    await sleep(150);
    expect(going.heard.report).toBe('early\n');
  });

  it('a socket cannot be opened a second time by its path', async () => {
    const { code, report } = await run(tree, 'echo again > /dev/fd/4', { report: { kind: 'socket', ...heard } });
    expect(code).not.toBe(0);
    expect(report).toBe('');
  });

  it('a pipe can, for a program that insists on the name of a file', async () => {
    const { code, report } = await run(tree, 'echo again > /dev/fd/4; echo more >&4', { report: { kind: 'pipe', ...heard } });
    expect([code, report]).toEqual([0, 'again\nmore\n']);
  });

  it('is not there when there is no report', async () => {
    expect((await run(tree, 'echo x >&4')).code).not.toBe(0);
  });
});
