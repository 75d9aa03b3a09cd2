import { describe, expect, it } from 'vitest';
import { parseYaml } from './yaml.ts';
import { type Layer, resolve } from './layers.ts';

const layer = (text: string): Layer => {
  const yaml = parseYaml(text, 'a.yaml');
  return { yaml, value: yaml.value as Record<string, unknown>, pathInFile: path => path };
};
const over = (further: string, nearer: string) => resolve([layer(further), layer(nearer)]);

describe('null in the nearer layer', () => {
  it.each([
    ['tags: [a]', 'tags: null', {}],
    ['env: {A: a, B: b}', 'env: {A: null}', { env: { B: 'b' } }],
    ['given: {tree: dirty, target: x}', 'given: {tree: null}', { given: { target: 'x' } }],
    ['expect: {exit: zero, status: pass}', 'expect: {exit: null}', { expect: { status: 'pass' } }],
    ['expect: {artifacts: {a: present, b: present}}', 'expect: {artifacts: {a: null}}', { expect: { artifacts: { b: 'present' } } }],
    [
      'expect: {artifacts: {a: {size: 1, matches: x}}}',
      'expect: {artifacts: {a: {size: null}}}',
      { expect: { artifacts: { a: { matches: 'x' } } } },
    ],
    ['expect: {events: {never: [x], exact: []}}', 'expect: {events: {never: null}}', { expect: { events: { exact: [] } } }],
  ])('takes back: %s, then %s', (further, nearer, resolved) => {
    expect(over(further, nearer)).toEqual(resolved);
  });

  it.each([
    ['was: {report: x}', 'was: {report: null}'],
    ['given: {task: {prompt: x}}', 'given: {task: {prompt: null}}'],
    ['expect: {blocker: no_diff}', 'expect: {blocker: null}'],
    ['expect: {report: {failure_reason: x}}', 'expect: {report: {failure_reason: null}}'],
    ['expect: {verification: {exit_code: 0}}', 'expect: {verification: {exit_code: null}}'],
    ['expect: {artifacts: {a: {json: x}}}', 'expect: {artifacts: {a: {json: null}}}'],
    ['expect: {artifacts: {a: {json: {x: 1}}}}', 'expect: {artifacts: {a: {json: {x: null}}}}'],
    ['expect: {artifacts: {a: {json_at: {/x: 1}}}}', 'expect: {artifacts: {a: {json_at: {/x: null}}}}'],
  ])('is a value: %s, then %s', (further, nearer) => {
    expect(over(further, nearer)).toEqual(layer(nearer).value);
  });
});
