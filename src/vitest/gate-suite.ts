import { basename, extname, join, relative } from 'node:path';
import { UserError } from '../errors.ts';
import { knownFailure } from '../scenario/judging.ts';
import { loadScenarios } from '../scenario/load.ts';
import { missingNeeds, needsEnv } from '../scenario/needs.ts';
import { namedBy } from '../scenario/gate-evidence.ts';
import { digestOf, idOf } from '../scenario/resolved.ts';
import { type Scenario, titleOf } from '../scenario/scenario.ts';
import { suitesBeside } from '../suite/record.ts';
import { type Ending, openSuite } from '../suite/write.ts';
import { inRoom } from './gate-room.ts';
import { mismatchesOf, NotHere, type Prove, type World } from './proof.ts';

/** What a word of `gate.evidence` is called in a room. */
export function idInRoom(word: string, scenario: Scenario): string {
  const { file, title } = namedBy(word, scenario);
  const stem = basename(file, extname(file));
  return `${inRoom(file)}#${title === stem ? stem.replace(/^_/, '') : title}`;
}

/** The evidence, as it stands in a room, in the order of its words. @throws {UserError} where one of it is none */
export async function evidenceIn(root: string, words: readonly string[], scenario: Scenario, { ports }: World): Promise<Scenario[]> {
  const place = { project: root, scenarios: join(root, 'scenarios') };
  const found: Scenario[] = [];
  for (const [i, word] of words.entries()) {
    const file = inRoom(namedBy(word, scenario).file);
    const one = (await loadScenarios(join(root, file), place, ports)).find(other => idOf(other) === idInRoom(word, scenario));
    const refuse = (message: string, hint: string) =>
      new UserError(scenario.problem(['gate', 'evidence', i], `gate.evidence: ${word} ${message}`, hint));
    if (!one) throw refuse('is no scenario', 'name a scenario of this file, or FILE#title');
    if (one.spec.do === 'gate') throw refuse('is about a gate itself', 'name what is run: a gate decides over runs and commands');
    found.push(one);
  }
  return found;
}

/**
 * Runs the evidence under a nonce, each by the function that runs any scenario, and keeps the record of it as any suite does.
 * @returns absolute folder of the suite
 * @throws {NotHere} where this host lacks what one of them needs
 */
export async function runEvidence(evidence: readonly Scenario[], world: World, prove: Prove): Promise<string> {
  const { suite, ports } = world;
  const record = await openSuite(suitesBeside(suite.out), { nonce: suite.nonce, scenarios: evidence, unreadable: [] }, ports);
  for (const scenario of evidence) {
    const started = ports.clock.monotonic();
    const ending = await endingOf(scenario, world, prove);
    const duration_ms = Math.round(ports.clock.monotonic() - started);
    await record.end(idOf(scenario), { ...ending, waived: { ...scenario.spec.waive }, duration_ms }, digestOf(scenario));
  }
  const [changed] = await record.close(null);
  if (changed) throw changed;
  return record.dir;
}

async function endingOf(scenario: Scenario, world: World, prove: Prove): Promise<Pick<Ending, 'state' | 'exit' | 'bundle' | 'reason'>> {
  const { spec } = scenario;
  const { suite, ports } = world;
  const nothing = { exit: null, bundle: null };
  if (spec.skip !== undefined) return { ...nothing, state: 'skipped', reason: spec.skip };
  if (spec.todo !== undefined) return { ...nothing, state: 'todo', reason: spec.todo === true ? 'todo' : spec.todo };
  const missing = await missingNeeds(spec.needs ?? [], ports.exec, await needsEnv(ports.host.env, suite.project, ports.files));
  if (missing.length > 0) throw new NotHere(`${titleOf(scenario)} needs ${missing.join(', ')}`, missing);

  const proof = await prove(scenario, world);
  const found = await mismatchesOf(spec, proof);
  const ended = { exit: proof.exit, bundle: proof.bundle === undefined ? null : relative(suite.project, proof.bundle), reason: null };
  if (spec.fails === undefined) return { ...ended, state: found.length === 0 ? 'green' : 'red' };
  const { others, held } = knownFailure(spec.fails, found);
  return others.length + held.length > 0
    ? { ...ended, state: 'red' }
    : { ...ended, state: 'fails', reason: [spec.fails].flat().join(', ') };
}
