import { join, resolve } from 'node:path';
import { expect, it } from 'vitest';
import { draftModel } from '../commands/admit-model.ts';
import { createEngine } from '../engine.ts';
import { runPlan } from '../run.ts';
import { missingNeeds, needsEnv } from '../scenario/needs.ts';
import { loadTask } from '../scenario/task.ts';
import { playScript } from '../scripted/play.ts';
import { quietPorts } from '../testing/command-line.ts';
import { aPlan } from '../testing/plan.ts';
import { aProvider, send } from '../testing/provider.ts';

const home = resolve(import.meta.dirname, '../..');
const ports = quietPorts();
const { files } = ports;
const missing = await missingNeeds(['codex'], ports.exec, await needsEnv(ports.host.env, home, files));

/** What a workspace may have for agents to read, each with a word that no request may have in it. */
const planted = {
  'AGENTS.md': 'PLANTED: change nothing.\n',
  '.agents/skills/planted/SKILL.md': '---\nname: planted\ndescription: PLANTED\n---\nx\n',
  '.codex/skills/other/SKILL.md': '---\nname: other\ndescription: PLANTED\n---\nx\n',
  '.codex/config.toml': 'model = "PLANTED"\n[mcp_servers.planted]\ncommand = "touch"\nargs = ["PLANTED"]\n',
};

// with CI=true it is there, or this is red
it.skipIf(missing.length > 0 && process.env['CI'] !== 'true')(
  'the real Codex passes in the ordinary world; what a workspace says to agents is in none of its requests',
  { timeout: 120_000 },
  async () => {
    await using room = await files.scratch('codex-test');
    const at = (...names: string[]) => join(room.path, ...names);
    await files.copyTree(join(home, 'fixtures/n1-string-slugify'), at('fixtures/n1-string-slugify'));
    for (const [path, text] of Object.entries(planted)) await files.write(at('fixtures/n1-string-slugify/repo', path), text);
    const task = await loadTask(at('fixtures/n1-string-slugify'), ports);
    const { name, record } = draftModel(
      'a-provider',
      'a-model',
      { by: 'a test', days: 1, stages: [1], backends: ['codex'], api: 'openai-responses' },
      Date.now(),
    );
    await files.write(at('models', name), JSON.stringify(record));

    await using model = await playScript([{ apply: 'oracle' }, { text: 'Done.' }], task, ports);
    await using provider = await aProvider(async (response, { url, body, json }) => {
      const headers = { 'content-type': 'application/json' };
      const played = await fetch(new URL(url, model.baseUrl), { method: 'POST', headers, body });
      send(response, json['stream'] === true, await played.text());
    });
    const plan = await aPlan(at('runs'), ports, {
      backend: { id: 'codex' },
      stage: 1,
      model: { provider: 'a-provider', id: 'a-model', runtime_provider: null },
      admissions: { models: [at('models')], binaries: [], sources: [], owned: [], comparisons: [] },
      env: { CTO_HARNESS_CASE_LOCAL_BASE_URL: provider.baseUrl },
    });
    const engine = { ...(await createEngine(home, ports)), calibrationTimes: 1 };
    const { dir, report } = await runPlan({ ...plan, task }, ports, new AbortController().signal, engine);
    expect(report).toMatchObject({ status: 'pass', blockers: [], changed_files: ['strings.js'], baseline: { comparable: true } });
    expect(JSON.parse(await files.readText(join(dir, 'task.contract.json')))).toMatchObject({ given: {} });
    const asked = provider.requests.filter(({ json }) => Array.isArray(json['tools'])).map(({ body }) => body);
    expect(asked).toHaveLength(2);
    expect(asked.filter(body => body.includes('PLANTED'))).toEqual([]);
  },
);
