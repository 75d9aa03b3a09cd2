import { join } from 'node:path';
import { createEngine } from '../engine.ts';
import { showPath } from '../model/json.ts';
import { judgeScenario } from '../scenario/judging.ts';
import { loadScenarios } from '../scenario/load.ts';
import { prove } from '../vitest/prove.ts';
import { quietPorts } from './command-line.ts';

/** Runs every scenario of a file for real. @returns what is not as expected; nothing where all of them are green */
export async function redIn(project: string, file: string): Promise<string[]> {
  const ports = quietPorts();
  const root = { project, scenarios: join(project, 'scenarios') };
  const engine = { ...(await createEngine(project, ports)), calibrationTimes: 1 };
  const suite = { ...root, out: join(project, 'reports/runs'), nonce: 'a-nonce' };
  const found: string[] = [];
  for (const scenario of await loadScenarios(join(project, file), root, ports)) {
    const { evidence } = await prove(scenario, { suite, engine, ports, signal: new AbortController().signal });
    found.push(...(await judgeScenario(scenario.spec, evidence)).map(({ path, message }) => `${showPath(path)}: ${message}`));
  }
  return found;
}
