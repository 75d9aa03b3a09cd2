import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { isMap } from './model/json.ts';

const home = join(import.meta.dirname, '..');
const textOf = (path: string) => readFileSync(join(home, path), 'utf8');

/** One definition of the schema that GitHub publishes; schema/third-party/github-workflow says where it is from. */
interface Definition {
  context?: string[];
  mapping?: {
    properties?: Record<string, string | { type: string; required?: boolean }>;
    'loose-key-type'?: string;
    'loose-value-type'?: string;
  };
  sequence?: { 'item-type': string };
  'one-of'?: string[];
  'allowed-values'?: string[];
  string?: { constant?: string; 'require-non-empty'?: boolean };
  number?: object;
  boolean?: object;
  null?: object;
}
const { definitions } = JSON.parse(textOf('schema/third-party/github-workflow/workflow-v1.0.min.json')) as {
  definitions: Record<string, Definition>;
};
const scalars: Record<string, Definition> = {
  string: { string: {} },
  number: { number: {} },
  boolean: { boolean: {} },
  null: { null: {} },
  any: {},
  sequence: {},
  mapping: {},
};

const EXPRESSION = /\$\{\{([\s\S]*?)\}\}/g;
const typeOf = (property: string | { type: string }) => (typeof property === 'string' ? property : property.type);

/** What does not fit, with its path. `allowed`: contexts of expressions at this place. */
function misfits(value: unknown, type: string, path = '', allowed: readonly string[] = []): string[] {
  const definition = definitions[type] ?? scalars[type];
  if (!definition) throw new Error(`the schema has no ${type}`);
  const contexts = definition.context?.map(one => one.replace(/\(.*/, '')) ?? allowed;
  const wrong = (what: string) => [`${path}: ${what}`];
  if (definition['one-of']) {
    const tries = definition['one-of']
      .map(one => misfits(value, one, path, contexts))
      .toSorted((a, b) => depth(b) - depth(a) || a.length - b.length);
    return tries.find(found => found.length === 0) ?? tries[0]!;
  }
  if (definition.mapping) return mappingMisfits(value, definition.mapping, path, contexts);
  if (definition.sequence) {
    const item = definition.sequence['item-type'];
    return Array.isArray(value) ? value.flatMap((one, i) => misfits(one, item, `${path}/${i}`, contexts)) : wrong('no list');
  }
  if (definition['allowed-values'])
    return definition['allowed-values'].includes(String(value)) ? [] : wrong(`not one of ${definition['allowed-values'].join(', ')}`);
  if (typeof value === 'string' && value.includes('${{')) {
    const used = [...value.matchAll(EXPRESSION)].flatMap(([, words = '']) =>
      [...words.matchAll(/\b([a-z]+)\./g)].map(([, context = '']) => context),
    );
    return used.filter(context => !contexts.includes(context)).flatMap(context => wrong(`${context} may not be used here`));
  }
  if (definition.string) {
    const { constant, 'require-non-empty': filled } = definition.string;
    if (isMap(value) || Array.isArray(value) || value === null) return wrong('no text');
    if (constant !== undefined && String(value) !== constant) return wrong(`not ${constant}`);
    return filled && value === '' ? wrong('is empty') : [];
  }
  if (definition.number) return typeof value === 'number' ? [] : wrong('no number');
  if (definition.boolean) return typeof value === 'boolean' ? [] : wrong('neither true nor false');
  if (definition.null) return value === null ? [] : wrong('not empty');
  return [];
}

function mappingMisfits(value: unknown, mapping: NonNullable<Definition['mapping']>, path: string, contexts: readonly string[]): string[] {
  if (!isMap(value)) return [`${path}: no map`];
  const { properties = {}, 'loose-value-type': loose } = mapping;
  const missing = Object.entries(properties).flatMap(([key, property]) =>
    typeof property === 'object' && property.required && !(key in value) ? [`${path}: ${key} is missing`] : [],
  );
  return [
    ...missing,
    ...Object.entries(value).flatMap(([key, one]) => {
      const type = properties[key] === undefined ? loose : typeOf(properties[key]);
      return type === undefined ? [`${path}: unknown key ${key}`] : misfits(one, type, `${path}/${key}`, contexts);
    }),
  ];
}

/** Of alternatives the one that was meant is of the right kind, and went deepest. */
const depth = (found: readonly string[]) =>
  found.some(one => / (no (text|list|map)|not empty)$/.test(one))
    ? 0
    : Math.max(0, ...found.map(one => one.split(':')[0]!.split('/').length));

interface Step {
  uses?: string;
  env?: Record<string, string>;
  run?: string;
  with?: Record<string, unknown>;
}
interface Job {
  needs?: string | string[];
  if?: string;
  permissions?: unknown;
  strategy?: { matrix: { shard: number[] } };
  'timeout-minutes'?: number;
  steps: Step[];
}
interface Workflow {
  permissions: unknown;
  env: Record<string, string>;
  jobs: Record<string, Job>;
}

const CI = '.github/workflows/ci.yml';

describe.each([CI, 'docs/examples/proofgate.yml'])('%s', path => {
  const text = textOf(path);
  const workflow = parse(text) as Workflow;
  const jobs = Object.entries(workflow.jobs);
  const steps = jobs.flatMap(([, job]) => job.steps);

  it('fits the schema that GitHub publishes', () => {
    expect(misfits(workflow, 'workflow-root-strict')).toEqual([]);
  });

  it.each<[string, (text: string) => string, string]>([
    ['a key that nobody knows', same => same.replace('runs-on:', 'run-on:'), 'unknown key run-on'],
    ['no machine', same => same.replace(/ {4}runs-on: .*\n/, ''), 'runs-on is missing'],
    ['a word for a truth', same => same.replace('fail-fast: false', 'fail-fast: maybe'), 'fail-fast: neither true nor false'],
    ['a permission that is none', same => same.replace('contents: read', 'contents: look'), '/permissions'],
    [
      'an event that is none',
      same => same.replace(/^ {2}(workflow_dispatch|pull_request):/m, '  now_and_then:'),
      'unknown key now_and_then',
    ],
    [
      'a context that is not there yet',
      same => same.replace('name: shard ${{ matrix', 'name: shard ${{ steps'),
      'steps may not be used here',
    ],
  ])('would not fit with %s', (_title, change, problem) => {
    expect(misfits(parse(change(text)), 'workflow-root-strict').join('\n')).toContain(problem);
  });

  it('may read, and nothing else', () => {
    expect([workflow.permissions, ...jobs.map(([, job]) => job.permissions)]).toEqual([{ contents: 'read' }, ...jobs.map(() => undefined)]);
  });

  it('pins every action by commit, and says the tag', () => {
    const used = [...text.matchAll(/^[^#\n]*uses: (.*)$/gm)].map(([, action]) => action!);
    expect(used).toHaveLength(steps.filter(({ uses }) => uses).length);
    expect(used.filter(action => !/^actions\/[a-z-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/.test(action))).toEqual([]);
  });

  it('puts no expression into a command, where it would be run', () => {
    expect(steps.filter(({ run }) => run?.includes('${{'))).toEqual([]);
  });

  it('runs every shard under one nonce, hands over all that they left, and decides also where one is red', () => {
    const { suite, gate } = workflow.jobs;
    const shards = suite!.strategy!.matrix.shard;
    expect(shards).toEqual(shards.map((_, i) => i + 1));
    expect(suite!.steps.map(({ run }) => run).join('\n')).toContain(`--shard=$SHARD/${shards.length}`);
    expect(workflow.env['PROOFGATE_NONCE']).toContain('run_');
    expect(suite!.steps.at(-1)!.with).toMatchObject({
      path: 'reports/suites\nreports/runs\n',
      'if-no-files-found': 'error',
      'include-hidden-files': true,
    });
    expect(gate!.if).toBe('${{ !cancelled() }}');
    expect([gate!.needs].flat()).toContain('suite');
    expect(gate!.steps.find(({ uses }) => uses?.startsWith('actions/download-artifact@'))!.with).toEqual({
      pattern: 'evidence-*',
      path: 'reports',
      'merge-multiple': true,
    });
  });

  it('ends every job some time', () => {
    expect(jobs.filter(([, job]) => !job['timeout-minutes'])).toEqual([]);
  });
});

it('the key of the runner is in the environment of no command of proofgate, signs before the gate decides, and is gone by then', () => {
  const text = textOf('docs/examples/proofgate.yml');
  const { jobs } = parse(text) as Workflow;
  expect(text.match(/^[^#\n]*secrets\./gm)).toHaveLength(1);
  const holds = Object.entries(jobs).flatMap(([name, { steps }]) =>
    steps.filter(({ env }) => JSON.stringify(env ?? {}).includes('secrets.')).map(({ run }) => `${name}: ${run}`),
  );
  expect(holds).toEqual([`gate: (umask 077 && printf '%s' "$RUNNER_KEY" > "$RUNNER_TEMP/runner.private.pem")`]);
  const commands = jobs['gate']!.steps.flatMap(({ run = '' }) => /(proofgate (?:sign|gate)|rm -f) /.exec(run)?.[1] ?? []);
  expect(commands).toEqual(['proofgate sign', 'rm -f', 'proofgate gate']);
});

it('the gate of this repository asks for as many shards as there are', () => {
  const { jobs } = parse(textOf(CI)) as Workflow;
  const merged = jobs['gate']!.steps.find(({ run }) => run?.includes('.ci/merged.mjs'))!.run;
  expect(merged).toContain(`"reports/suites/$PROOFGATE_NONCE" ${jobs['suite']!.strategy!.matrix.shard.length}`);
});
