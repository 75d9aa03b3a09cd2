import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { nodePorts } from '../node/ports.ts';
import { anEvent } from '../testing/evidence.ts';
import { aProject } from '../testing/project.ts';
import { readEvidence } from './bundle-evidence.ts';

const ports = nodePorts();
const manifest = '{"files": []}\n';
const sealed = JSON.stringify({
  sealed: true,
  status: 'pass',
  artifact_digests: { 'manifest.json': createHash('sha256').update(manifest).digest('hex') },
});

async function evidenceOf(files: Record<string, string>, change?: (dir: string) => Promise<void>) {
  await using project = await aProject({ 'scenarios/golden.txt': 'golden', 'bundle/x': '', ...files });
  const dir = join(project.root, 'bundle');
  await change?.(dir);
  const evidence = await readEvidence({ dir, exit: 0, scenarioDir: join(project.root, 'scenarios') }, ports);
  const text = async (bytes: Promise<Uint8Array | undefined>) => (await bytes) && Buffer.from((await bytes)!).toString();
  return {
    ...evidence,
    x: await text(evidence.read('x')),
    golden: await text(evidence.readBeside('./golden.txt')),
    none: await text(evidence.readBeside('./none')),
  };
}

describe('a bundle on disk', () => {
  it('is its report, its events, its files and its bytes', async () => {
    const event = anEvent('run.started');
    const evidence = await evidenceOf({
      'bundle/report.json': sealed,
      'bundle/manifest.json': manifest,
      'bundle/events.normalized.jsonl': `${JSON.stringify(event)}\n`,
      'bundle/x': 'bytes',
      'bundle/backend/stdout.log': '',
    });
    expect(evidence).toMatchObject({
      report: { status: 'pass' },
      sealed: true,
      exit: 0,
      events: [event],
      paths: ['backend/stdout.log', 'events.normalized.jsonl', 'manifest.json', 'report.json', 'x'],
      x: 'bytes',
      golden: 'golden',
      none: undefined,
    });
  });

  it.each([
    ['where the report says that it is not', { 'bundle/report.json': sealed.replace('true', 'false'), 'bundle/manifest.json': manifest }],
    ['without its manifest', { 'bundle/report.json': sealed }],
    ['with another manifest', { 'bundle/report.json': sealed, 'bundle/manifest.json': `${manifest} ` }],
    ['where the report names no manifest', { 'bundle/report.json': '{"sealed": true}', 'bundle/manifest.json': manifest }],
    ['without a report', { 'bundle/manifest.json': manifest }],
  ])('is not sealed %s', async (_title, files) => {
    expect(await evidenceOf(files)).toMatchObject({ sealed: false });
  });

  it.each([
    ['is none', {}],
    ['is no JSON', { 'bundle/report.json': '{' }],
    ['is no map', { 'bundle/report.json': '[]' }],
    ['is a folder', { 'bundle/report.json/x': '' }],
  ])('has no report where there %s', async (_title, files) => {
    expect(await evidenceOf(files)).toMatchObject({ report: null, sealed: false });
  });

  it('counts nothing as an event that is none', async () => {
    const lines = ['', '{', '{"type": "run.started"}', JSON.stringify({ ...anEvent('run.started'), type: 'made.up' })];
    expect(await evidenceOf({ 'bundle/events.normalized.jsonl': lines.join('\n') })).toMatchObject({ events: [] });
  });

  it('has files, not links or folders, as its artifacts', async () => {
    expect(await evidenceOf({}, dir => ports.files.link('x', join(dir, 'link')))).toMatchObject({ paths: ['x'] });
  });
});
