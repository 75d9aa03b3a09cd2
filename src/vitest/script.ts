import type { Task } from '../model/task.ts';
import type { Ports } from '../ports.ts';
import { endpointEnv } from '../scenario/provider.ts';
import type { ScenarioSpec } from '../scenario/schema.ts';
import { playScript } from '../scripted/play.ts';

/** The scripted model of a scenario for as long as it is proven. The engine knows nothing of it: all that it sees is an address. */
export interface OpenScript extends AsyncDisposable {
  /** What it adds to the environment of the harness. */
  env: Record<string, string>;
}

/** Starts it where the scenario has a script; disposal ends it. @throws {UserError} for a script that cannot be played */
export async function openScript(spec: ScenarioSpec, task: Task, ports: Ports): Promise<OpenScript> {
  if (!spec.model?.script) return { env: {}, [Symbol.asyncDispose]: async () => {} };
  const playing = await playScript(spec.model.script, task, ports);
  return { env: endpointEnv(spec, playing.baseUrl), [Symbol.asyncDispose]: () => playing[Symbol.asyncDispose]() };
}
