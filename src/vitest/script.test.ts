import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { valueAt } from '../model/json.ts';
import { nodePorts } from '../node/ports.ts';
import type { ScenarioSpec } from '../scenario/schema.ts';
import { loadTask } from '../scenario/task.ts';
import { openScript } from './script.ts';

const ports = nodePorts();
const task = await loadTask(resolve(import.meta.dirname, '../../fixtures/n1-string-slugify'), ports);
const model = { provider: 'p', id: 'm' };
const open = (spec: Partial<ScenarioSpec>) => openScript({ ...spec, expect: {} } as ScenarioSpec, task, ports);
const LOCAL = 'CTO_HARNESS_CASE_LOCAL_BASE_URL';

const fate = async (url: string) => {
  const body = JSON.stringify({ model: 'm', messages: [{ role: 'user', content: 'hello' }] });
  try {
    return (await fetch(`${url}/chat/completions`, { method: 'POST', body })).status;
  } catch (error) {
    return valueAt((error as Error).cause, ['code']);
  }
};

describe('the scripted model of a scenario', () => {
  it('listens as long as the scenario is proven, also where that ends badly', async () => {
    let url = '';
    const proven = async () => {
      await using script = await open({ model: { ...model, script: [{ text: 'a' }] } });
      url = script.env[LOCAL] ?? '';
      expect(await fate(url)).toBe(200);
      throw new Error('the engine broke');
    };
    await expect(proven()).rejects.toThrow('the engine broke');
    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/v1$/);
    expect(await fate(url)).toBe('ECONNREFUSED');
  });

  it('listens where no address is given, too: only nobody is told', async () => {
    await using script = await open({ model: { ...model, script: [{ text: 'a' }] }, given: { provider: { base_url: 'absent' } } });
    expect(script.env).toEqual({});
  });

  it('is not there without a script', async () => {
    await using script = await open({ model });
    expect(script.env).toEqual({});
  });
});
