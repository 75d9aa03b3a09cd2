import { readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { nodePorts } from './node/ports.ts';
import { loadScenarios } from './scenario/load.ts';
import { aProject } from './testing/project.ts';

const root = resolve(import.meta.dirname, '..');
const markdownIn = (folder: string) =>
  readdirSync(join(root, folder))
    .filter(name => name.endsWith('.md'))
    .map(name => join(folder, name));
const pages = ['.', 'docs', 'docs/decisions'].flatMap(markdownIn);
const read = (page: string) => readFileSync(join(root, page), 'utf8');

/** Text outside of fenced code. */
const prose = (text: string) => text.replaceAll(/^```[\s\S]*?^```/gm, '');

/** Anchors of a page: those that GitHub makes of its headings, and those that it has itself. */
function anchorsOf(page: string): string[] {
  const text = prose(read(page));
  const headings = [...text.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}_ -]/gu, '')
      .replaceAll(' ', '-'),
  );
  return [...headings, ...[...text.matchAll(/<a id="([^"]+)">/g)].map(([, id = '']) => id)];
}

it.each(pages)('%s: every link leads somewhere', page => {
  const targets = [...prose(read(page)).matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, target = '']) => target)
    .filter(target => !/^https?:/.test(target));
  const broken = targets.filter(target => {
    const [path = '', anchor] = target.split('#');
    const file = path === '' ? page : relative(root, resolve(root, dirname(page), path));
    if (statSync(join(root, file), { throwIfNoEntry: false }) === undefined) return true;
    return anchor !== undefined && file.endsWith('.md') && !anchorsOf(file).includes(anchor);
  });
  expect(broken).toEqual([]);
});

describe('every scenario on a page is one', () => {
  const examples = pages.flatMap(page =>
    [...read(page).matchAll(/^```yaml\n([\s\S]*?)^```/gm)].map(([, yaml = ''], i) => ({ title: `${page}, example ${i + 1}`, yaml })),
  );
  // what waives a rule of its folder cannot stand alone; the one that does is run as a scenario of the cookbook
  const scenarios = examples.filter(({ yaml }) => /^scenario: 1$/m.test(yaml) && !/^ *waive:/m.test(yaml));
  const isDefaults = (yaml: string) => /^invariants:/m.test(yaml);
  const smallest = 'scenario: 1\nexpect: {status: pass}\n';

  it.each(scenarios)('$title', async ({ yaml }) => {
    const texts = isDefaults(yaml) ? { '_defaults.yaml': yaml, 'example.yaml': smallest } : { 'example.yaml': yaml };
    await using project = await aProject(Object.fromEntries(Object.entries(texts).map(([name, text]) => [`scenarios/${name}`, text])));
    const folder = join(project.root, 'scenarios');
    const loaded = await loadScenarios(join(folder, 'example.yaml'), { project: project.root, scenarios: folder }, nodePorts());
    expect(loaded.length).toBeGreaterThan(0);
  });

  it('and there are some', () => {
    expect(scenarios.length).toBeGreaterThan(10);
  });
});
