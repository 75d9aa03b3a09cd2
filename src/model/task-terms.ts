import { defaultRequiredEvents } from './event.ts';
import type { TaskSpec } from './task.ts';

/** What a task says by itself, whoever runs it, at whatever stage and on whatever host. */
export const termsOf = ({ required_events: events, verification, ...spec }: TaskSpec) => ({
  task: {
    id: spec.id,
    source: spec.source ?? null,
    prompt: spec.prompt,
    allowed_paths: spec.allowed_paths,
    diff_required: spec.diff_required,
    clean_start: spec.clean_start,
    review_required: spec.review.required,
  },
  verification: {
    command: verification.command ?? null,
    required: verification.required,
    report: verification.report,
    fail_to_pass: verification.fail_to_pass,
    pass_to_pass: verification.pass_to_pass,
  },
  required_events: [...(events === 'default' ? defaultRequiredEvents : events)],
});
