import { UserError } from '../errors.ts';
import type { Mismatch } from '../expect/match.ts';
import { showPath } from '../model/json.ts';
import type { Evidence } from '../expect/evidence.ts';
import { judgeEvidence } from '../expect/expectation.ts';
import type { Ports } from '../ports.ts';
import { readEvidence } from '../scenario/bundle-evidence.ts';
import { judgeInvariants, judgeScenario } from '../scenario/judging.ts';
import { mutate } from '../scenario/mutate.ts';
import type { Scenario } from '../scenario/scenario.ts';
import type { Examined } from './bundle.ts';

/** What `proofgate verify` ends with and says, as a command line has it. */
export interface VerifySaid {
  exit: number;
  stdout: string;
  stderr: string;
  /** What it prints with --json. */
  report: Record<string, unknown> | null;
}

/**
 * Holds a scenario of the protected base against a stored bundle once more.
 *
 * @param exit that of the suite: counts only where a signal ended the run, which no file can show
 * @param verify the verify command over a folder
 * @returns what is not as expected, one line each
 */
export async function rejudge(
  scenario: Scenario,
  { copy, check, bundle }: Examined,
  exit: number,
  verify: (dir: string) => Promise<VerifySaid>,
  ports: Ports,
): Promise<string[]> {
  const { spec, dir: scenarioDir } = scenario;
  const wasEnded = bundle.trace?.facts.interrupted != null;
  const ofRun = await readEvidence({ dir: copy, exit: wasEnded ? exit : check.exit, scenarioDir }, ports);
  if (spec.do !== 'verify') return (await judgeScenario(spec, ofRun)).map(inWords);
  const spoilt = `${copy}-spoilt`;
  await ports.files.copyTree(copy, spoilt);
  try {
    if (spec.given?.mutate) await mutate(spoilt, spec.given.mutate, scenario, ports.files);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return [error.problems[0].message];
  }
  const evidence: Evidence = { ...ofRun, ...(await verify(spoilt)), sealed: true };
  const found = [...(await judgeEvidence(spec.expect, evidence)), ...(await judgeInvariants(spec, ofRun))];
  return found.map(inWords);
}

const inWords = ({ path, message }: Mismatch): string => `${showPath(path)}: ${message}`;
