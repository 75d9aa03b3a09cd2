import { describe, it } from 'vitest';
import { playModel } from './testing/ca-model.ts';
import { good } from './testing/ca-replies.ts';
import { caRoom, finished, phasesOf } from './testing/ca-room.ts';
import { brokenImplement, committed, COMPLETED, failedAt, situations, untouched } from './testing/ca-situations.ts';

describe('the stand-in for ca does what the real one was seen to do', () => {
  it.concurrent.for(situations)(
    '$name',
    async ({ script, task, requests, verdict, after, phases, error, says: lines = [], ...row }, { expect }) => {
      await using model = await playModel(script);
      await using room = await caRoom({ baseUrl: model.baseUrl, ...(task && { task }) });
      const ended = await room.run();

      expect(ended).toMatchObject({ exit: 0, verdict });
      expect(model.asked).toHaveLength(requests);
      expect(room.after()).toEqual(after);
      expect(phasesOf(room.events())).toBe(phases);
      expect(room.events().at(-1)).toMatchObject({ event: 'pipeline_end', outcome: verdict === COMPLETED ? 'completed' : 'failed' });
      const broken = room.events().find(line => line['outcome'] === 'failed')?.['result'];
      if (error) expect(broken).toMatchObject({ error });
      const out = ended.stdout.split('\n').map(line => line.replace('[unattended] ', ''));
      expect(out.filter((line, i) => lines.includes(line) && out.indexOf(line) === i)).toEqual(lines);
      expect(out.filter(line => line.startsWith('Auto-selecting'))).toHaveLength(row.aborts ?? (verdict === COMPLETED ? 0 : 1));
    },
  );

  it.concurrent('f-refused', async ({ expect }) => {
    await using room = await caRoom({ baseUrl: 'http://127.0.0.1:1/v1' });
    expect(await room.run()).toMatchObject({ exit: 0, verdict: failedAt('implementer') });
    expect(phasesOf(room.events())).toBe(brokenImplement);
  });

  it.concurrent.for([
    { role: 'implementer', requests: 1, after: untouched },
    { role: 'verifier', requests: 5, after: committed },
    { role: 'reviewer', requests: 7, after: committed },
    { role: 'retrospective', requests: 11, after: committed },
  ] as const)('i-$role-hang, killed: no word, no end, and the commit stays', async ({ role, requests, after }, { expect }) => {
    for (const signal of ['SIGTERM', 'SIGINT', 'SIGKILL'] as const) {
      await using model = await playModel({ ...good, [role]: [[{ hang: true }]] });
      await using room = await caRoom({ baseUrl: model.baseUrl });
      const child = room.start(['run', '--task', room.taskJson, '--mode', 'unattended']);
      const ending = finished(child);
      await expect.poll(() => model.asked.length, { timeout: 20_000 }).toBe(requests);
      const start = performance.now();
      child.kill(signal);
      const ended = await ending;

      expect(ended).toMatchObject({ exit: null, signal });
      expect(performance.now() - start).toBeLessThan(1000);
      expect(ended.verdict).toMatch(new RegExp(`starting ${role}`));
      expect(room.events().findLast(line => line.event !== 'status_changed')).toMatchObject({ event: 'phase_start', agent: role });
      expect(room.after()).toEqual(after);
    }
  });
});
