import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { nodePorts } from '../node/ports.ts';
import { aProject } from '../testing/project.ts';
import { emitProblems, emitTests } from './emit.ts';
import { loadScenarios } from './load.ts';

const table = `scenario: 1
matrix: m
each: {tags: [slow]}
rows:
  - {case: a, status: pass}
  - case: b
    limits: {run: 5s}
    status: pass
`;
const emission = { file: '/p/scenarios/a.yaml', source: table, runtime: '/pkg/vitest-run.ts' };

async function emit(text: string) {
  await using project = await aProject({ 'scenarios/a.yaml': text });
  const file = join(project.root, 'scenarios/a.yaml');
  return emitTests(await loadScenarios(file, { project: project.root, scenarios: join(project.root, 'scenarios') }, nodePorts()), emission);
}

describe('the test module of a file', () => {
  it('has one line a scenario, with literal names and identifier keys, so that it can be listed without a run', async () => {
    expect((await emit(table)).code.split('\n')).toEqual([
      `import { describe, test } from 'vitest'`,
      `import { openFile } from "/pkg/vitest-run.ts"`,
      `const run = openFile("/p/scenarios/a.yaml")`,
      `describe("m", { concurrent: true }, () => {`,
      `test("a", { timeout: 1830000, concurrent: true, tags: ["slow"] }, ctx => run(ctx, 0))`,
      `test("b", { timeout: 35000, concurrent: true, tags: ["slow"] }, ctx => run(ctx, 1))`,
      `})`,
      '',
    ]);
  });

  it('has no suite around a terse scenario', async () => {
    const { code } = await emit('scenario: 1\nname: by name\nexpect: {status: pass}\n');
    expect(code).toContain('\ntest("by name", { timeout: 1830000, concurrent: true }, ctx => run(ctx, 0))');
    expect(code).not.toContain('describe(');
  });

  it('maps every line back to the scenario that it runs', async () => {
    const { map } = await emit(table);
    expect(map).toMatchObject({ version: 3, sources: ['/p/scenarios/a.yaml'], sourcesContent: [table] });
    expect(decode(map.mappings)).toEqual([undefined, undefined, undefined, [2, 1], [5, 5], [6, 5], undefined]);
  });

  it('of a file with problems refuses to be collected', () => {
    const { code } = emitProblems([{ at: 'scenarios/a.yaml:1:1', message: 'm', hint: 'h' }], emission);
    expect(code).toBe(
      'import { refuse } from "/pkg/vitest-run.ts"\nrefuse("/p/scenarios/a.yaml", [{"at":"scenarios/a.yaml:1:1","message":"m","hint":"h"}])\n',
    );
  });
});

/** Line and column that every generated line points at (one segment a line, deltas in base 64 quantities). */
function decode(mappings: string): ([number, number] | undefined)[] {
  const digits = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
  let [line, col] = [1, 1];
  return mappings.split(';').map(segment => {
    if (segment === '') return undefined;
    const values: number[] = [];
    let [value, shift] = [0, 0];
    for (const char of segment) {
      const digit = digits.indexOf(char);
      value += (digit & 31) << shift;
      shift += 5;
      if (digit & 32) continue;
      values.push(value & 1 ? -(value >> 1) : value >> 1);
      [value, shift] = [0, 0];
    }
    line += values[2]!;
    col += values[3]!;
    return [line, col];
  });
}
