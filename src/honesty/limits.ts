/**
 * What verify cannot find, in the words of docs/evidence.md: a test holds the two together. Only a mutant that has one of these
 * names may stay unfound, and each of them has to be seen unfound by a whole run, so that the list is neither too short nor too long.
 */
export const limits = {
  rewritten: 'a forger who rewrites all of it consistently, by the rules of the engine',
  content: 'that the content of a changed (not added) file is the one that was tested: the patch shows lines, not the file',
  change: 'how a path changed (kind, size, mode, and whether there were commits): trace.jsonl alone tells it',
  logs: 'that test.log and the raw output of the backend are those of the run: an event has their digests, and nothing else is known of them',
  details:
    'what an event says beside what is judged (which checks let the run start, how long the backend took, what the harness announced for it), and keys that nobody reads',
  agent: 'what the agent left in backend/agent/: the manifest alone tells of it',
  stranger: 'a file of which nothing else speaks, or the text of a marker file: the manifest alone tells of it',
  times: 'the times of files: the report alone has them, and copies lose them',
  clock: 'how long the run went on after its last recorded line, and that a clock is said to have stepped: the report alone tells it',
  removed: 'how much output was dropped, and that a secret is said to have been removed: nothing is left of either',
  sources: 'that the seed, the tests and the engine were the ones whose digests stand in the contract',
  host: 'that the run took place on that host at that time, and was not the best of many',
} as const;
export type Limit = keyof typeof limits;
