import { execFileSync } from 'node:child_process';
import { appendFileSync, mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { nodePorts } from '../node/ports.ts';
import { caseLog, over, phase } from '../testing/case-log.ts';
import { followLog, MAX_LOG_BYTES } from './follow.ts';

const { files } = nodePorts();
const whole = caseLog([phase('implement'), over()]);

/** A workspace with the folder of the event logs of the task `t`. */
async function aWorkspace() {
  const room = await files.scratch('proofgate-follow-');
  const events = join(room.path, 'w/.case/t/events');
  mkdirSync(events, { recursive: true });
  writeFileSync(join(room.path, 'elsewhere.jsonl'), whole);
  const follower = followLog(join(room.path, 'w'), 't', files);
  const problem = async () => {
    await follower.look();
    return follower.log().problem;
  };
  return {
    room: room.path,
    events,
    log: join(events, 'run-1.jsonl'),
    follower,
    problem,
    [Symbol.asyncDispose]: () => room[Symbol.asyncDispose](),
  };
}

describe('an event log that is followed', () => {
  it('is told event by event, each once, and a line that is being written is waited for', async () => {
    await using at = await aWorkspace();
    const names = async () => (await at.follower.look()).map(({ event }) => event);
    expect(await names()).toEqual([]);
    // in the middle of a character of two bytes
    const bytes = Buffer.from(whole.replace('"done"', '"dóne"'));
    const middle = bytes.indexOf(0xc3) + 1;
    writeFileSync(at.log, bytes.subarray(0, middle));
    expect(await names()).toEqual(['pipeline_start', 'phase_start']);
    expect(await names()).toEqual([]);
    appendFileSync(at.log, bytes.subarray(middle));
    expect(await names()).toEqual(['phase_end', 'pipeline_end']);
    expect(at.follower.log()).toMatchObject({ problem: null, rest: '' });
  });

  it.each<[string, (at: { room: string; events: string; log: string }) => void, string]>([
    ['is not there', () => {}, 'there is no event log'],
    [
      'is one of two',
      ({ events }) => ['a', 'b'].forEach(name => writeFileSync(join(events, `${name}.jsonl`), whole)),
      'there are 2 event logs',
    ],
    ['is a link', ({ room, log }) => symlinkSync(join(room, 'elsewhere.jsonl'), log), '.case/t/events/run-1.jsonl is a link'],
    ['is a pipe', ({ log }) => void execFileSync('mkfifo', [log]), '.case/t/events/run-1.jsonl is a fifo'],
    ['is a folder', ({ log }) => mkdirSync(log), '.case/t/events/run-1.jsonl is a dir'],
    [
      'is in a folder that is a link',
      ({ room, events }) => (rmSync(events, { recursive: true }), symlinkSync(room, events)),
      '.case/t/events is a link',
    ],
    [
      'is too large',
      ({ log }) => writeFileSync(log, ' '.repeat(MAX_LOG_BYTES + 1)),
      `.case/t/events/run-1.jsonl has more than ${MAX_LOG_BYTES} bytes`,
    ],
  ])('that %s is none', async (_name, spoil, problem) => {
    await using at = await aWorkspace();
    spoil(at);
    expect(await at.problem()).toBe(problem);
  });

  it('that was gone for a moment is believed again', async () => {
    await using at = await aWorkspace();
    writeFileSync(at.log, whole);
    expect(await at.problem()).toBe(null);
    renameSync(at.log, join(at.room, 'aside'));
    expect(await at.problem()).toBe('there is no event log');
    renameSync(join(at.room, 'aside'), at.log);
    expect(await at.problem()).toBe(null);
    expect(at.follower.log().events).toHaveLength(4);
  });

  it.each<[string, (log: string) => void]>([
    ['shortened', log => writeFileSync(log, whole.slice(0, 200))],
    ['changed in what was read already', log => writeFileSync(log, whole.replace('implementer', 'somebody'))],
    ['exchanged', log => (writeFileSync(`${log}.new`, whole.replaceAll('"r"', '"s"')), renameSync(`${log}.new`, log))],
  ])('that is %s while it is followed is not believed again, not even when it is put back', async (_name, spoil) => {
    await using at = await aWorkspace();
    writeFileSync(at.log, whole);
    expect(await at.problem()).toBe(null);
    spoil(at.log);
    expect(await at.problem()).toBe('the event log was rewritten while the run went on');
    writeFileSync(at.log, whole);
    expect(await at.problem()).toBe('the event log was rewritten while the run went on');
  });
});
