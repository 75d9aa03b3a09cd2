import { join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';
import { nodePorts } from '../node/ports.ts';
import { aProject } from '../testing/project.ts';
import { dependenciesOf, scenarioFiles, tagsOf } from './discover.ts';

const { files } = nodePorts();

describe('what lies below a folder of scenarios', () => {
  it('is every YAML file, defaults among them, and nothing where there is no folder', async () => {
    await using project = await aProject({ 's/a.yaml': '', 's/deep/b.yml': '', 's/_defaults.yaml': '', 's/x.patch': '' });
    const found = await scenarioFiles(join(project.root, 's'), files);
    expect(found.map(path => relative(project.root, path))).toEqual(['s/_defaults.yaml', 's/a.yaml', 's/deep/b.yml']);
    expect(await scenarioFiles(join(project.root, 'none'), files)).toEqual([]);
  });

  it('names its tags: of a scenario, of defaults, of each and of rows; a broken file has none', async () => {
    await using project = await aProject({
      'a.yaml': 'tags: [b, a]',
      'b.yaml': 'each: {tags: [c]}\nrows:\n  - {tags: [d]}\n  - {why: "tags: [no]"}',
      'c.yaml': 'tags: [x\n',
      'd.yaml': 'was: {tags: [no]}',
    });
    const paths = ['a', 'b', 'c', 'd', 'gone'].map(name => join(project.root, `${name}.yaml`));
    expect(await tagsOf(paths, files)).toEqual(['a', 'b', 'c', 'd']);
  });

  it('depends on the defaults above it', async () => {
    await using project = await aProject({ 's/_defaults.yaml': '', 's/x/y/_defaults.yaml': '', 's/x/y/a.yaml': '', '_defaults.yaml': '' });
    const root = { project: project.root, scenarios: join(project.root, 's') };
    const found = await dependenciesOf(join(project.root, 's/x/y/a.yaml'), root, files);
    expect(found.map(path => relative(project.root, path))).toEqual(['s/x/y/_defaults.yaml', 's/_defaults.yaml']);
  });
});
