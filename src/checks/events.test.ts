import { expect, it } from 'vitest';
import { defaultRequiredEvents, type EventType } from '../model/event.ts';
import { missingEvents } from './events.ts';

const all = defaultRequiredEvents.slice(0, -1);

it('nothing is missing when all came in order, whatever came between', () => {
  expect(
    missingEvents(
      defaultRequiredEvents,
      all.flatMap<EventType>(type => ['backend.started', type, type]),
    ),
  ).toEqual([]);
});

it('run.completed is exempt: it comes later', () => {
  expect(missingEvents(['run.completed'], [])).toEqual([]);
});

it.each(all)('%s is named when it never came', absent => {
  expect(
    missingEvents(
      defaultRequiredEvents,
      all.filter(type => type !== absent),
    ),
  ).toEqual([`${absent} never came`]);
});

it('an event that came too early is out of order', () => {
  const seen: EventType[] = [
    'run.started',
    'task.contract.created',
    'patch.applied',
    'plan.updated',
    'git.diff.checked',
    'verification.completed',
  ];
  expect(missingEvents(defaultRequiredEvents, seen)).toEqual(['patch.applied came, but not after plan.updated']);
});

it('an event that came too early and again in time is in order', () => {
  expect(missingEvents(['plan.updated', 'patch.applied'], ['patch.applied', 'plan.updated', 'patch.applied'])).toEqual([]);
});

it('an event that is required twice must come twice', () => {
  expect(missingEvents(['patch.applied', 'patch.applied'], ['patch.applied'])).toEqual(['patch.applied came, but not after patch.applied']);
});

it('everything that is missing is named', () => {
  expect(missingEvents(defaultRequiredEvents, [])).toHaveLength(all.length);
});
