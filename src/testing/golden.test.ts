import { join } from 'node:path';
import { expect, it } from 'vitest';
import { nodePorts } from '../node/ports.ts';
import { goldenOf } from './golden.ts';
import { aProject } from './project.ts';

const { files } = nodePorts();

it('a golden text is compared; it is written only where somebody asks for it, and never with CI=true', async () => {
  await using project = await aProject({ 'a.txt': 'old' });
  const golden = (name: string, env: Record<string, string> = {}) => goldenOf(join(project.root, name), 'new', { files, env });
  expect(await golden('a.txt')).toBe('old');
  await expect(golden('b.txt')).rejects.toThrow('b.txt is not there. Read what is said now');
  await expect(golden('a.txt', { UPDATE_GOLDEN: '1', CI: 'true' })).rejects.toThrow('never written');
  expect(await golden('a.txt')).toBe('old');
  expect(await golden('a.txt', { UPDATE_GOLDEN: '1' })).toBe('new');
  expect(await golden('b.txt', { UPDATE_GOLDEN: '1', CI: 'false' })).toBe('new');
});
