import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { parseSync } from 'vite';
import { describe, expect, it } from 'vitest';

/** Who may import whom. A layer sees itself and the ones named here; tests see everything. */
// oxfmt-ignore
const mayImport: Record<string, string[]> = {
  'errors.ts':   [],
  'suggest.ts':  [],
  'ports':       [],
  'ports.ts':    ['ports'],
  'model':       ['ports.ts'],
  'report':      ['model'],
  'expect':      ['model'],
  'scenario':    ['model', 'ports.ts', 'errors.ts', 'suggest.ts', 'expect', 'admission', 'scripted'],
  'scripted':    ['model', 'ports.ts', 'errors.ts', 'checks'],
  'stages':      ['model', 'ports.ts', 'errors.ts', 'scenario'],
  'suite':       ['model', 'ports.ts', 'errors.ts', 'expect', 'scenario'],
  'containment': ['model', 'ports.ts', 'workspace'],
  'workspace':   ['model', 'ports.ts', 'errors.ts'],
  'checks':      ['model', 'ports.ts', 'errors.ts', 'workspace'],
  'verdict.ts':  ['model', 'checks'],
  'evidence':    ['model', 'ports.ts', 'errors.ts', 'workspace', 'report', 'checks', 'verdict.ts'],
  'verify':      ['model', 'ports.ts', 'errors.ts', 'report', 'workspace', 'checks', 'verdict.ts', 'evidence', 'admission', 'gateway'],
  'honesty':     ['model', 'ports.ts', 'errors.ts', 'report', 'expect', 'scenario', 'suite', 'evidence', 'verify', 'gate', 'promotion', 'checks', 'engine.ts', 'testing'],
  'promotion':   ['model', 'ports.ts', 'errors.ts', 'evidence', 'verify', 'suite', 'scenario', 'stages'],
  'board':       ['model', 'ports.ts', 'errors.ts', 'scenario', 'suite', 'report', 'engine.ts'],
  'authoring':   ['model', 'ports.ts', 'errors.ts', 'suggest.ts', 'expect', 'scenario', 'report', 'verify', 'admission', 'backends', 'stages'],
  'admission':   ['model', 'ports.ts', 'errors.ts'],
  'gateway':     ['model', 'ports.ts', 'errors.ts'],
  'case':        ['model', 'ports.ts', 'errors.ts'],
  'backends':    ['model', 'ports.ts', 'errors.ts', 'evidence', 'gateway', 'admission', 'case'],
  'sources':     ['model', 'ports.ts', 'errors.ts', 'admission', 'workspace'],
  'compare':     ['model', 'ports.ts', 'errors.ts', 'report', 'verify'],
  'handover':    ['model', 'ports.ts', 'errors.ts', 'sources', 'workspace'],
  'preflight':   ['sources', 'model', 'ports.ts', 'errors.ts', 'backends', 'containment', 'admission', 'gateway', 'promotion'],
  'contract.ts': ['model', 'containment', 'evidence', 'backends'],
  'baseline.ts': ['model', 'ports.ts', 'evidence'],
  'engine.ts':   ['backends', 'model', 'ports.ts', 'checks', 'evidence'],
  'steps':       ['sources', 'handover', 'model', 'ports.ts', 'errors.ts', 'contract.ts', 'preflight', 'workspace', 'backends', 'checks', 'baseline.ts', 'verdict.ts', 'evidence', 'engine.ts'],
  'gate':        ['model', 'ports.ts', 'errors.ts', 'report', 'expect', 'scenario', 'suite', 'workspace', 'checks', 'evidence', 'verify', 'admission', 'backends', 'preflight', 'promotion', 'stages', 'sources'],
  'run.ts':      ['model', 'ports.ts', 'errors.ts', 'stages', 'steps', 'containment', 'backends', 'evidence', 'engine.ts'],
  'child-run':   ['model', 'ports.ts', 'errors.ts', 'contract.ts', 'checks', 'preflight', 'backends', 'evidence', 'engine.ts', 'stages'],
  'signals.ts':  ['model'],
  'node':        ['ports.ts', 'errors.ts'],
  // Programs that run as processes of their own: of ours they share the nouns and nothing else.
  'children':    ['model'],
};
/** On top: these may import anything, and nothing above imports them. */
const top = [
  'index.ts',
  'cli.ts',
  'engine-child.ts',
  'gen.ts',
  'gen-admissions.ts',
  'gen-ca.ts',
  'honesty.ts',
  'vitest.ts',
  'vitest',
  'commands',
  'testing',
];

/** The operating system; everything else gets `Ports`. */
const osModules = /^(node:(fs|child_process|os|net)(\/.*)?|fs|fs\/promises|child_process|os|net|execa|tmp-promise)$/;
const mayTouchTheSystem = ['node', 'children', 'cli.ts', 'engine-child.ts', 'gen.ts', 'vitest.ts', 'vitest', 'testing'];

const src = import.meta.dirname;
const layerOf = (path: string) => relative(src, path).split('/')[0]!;
const isTest = (path: string) => path.endsWith('.test.ts');

const files = readdirSync(src, { recursive: true, encoding: 'utf8' }).filter(f => f.endsWith('.ts') && !isTest(f));
const modules = files.map(file => {
  const text = readFileSync(join(src, file), 'utf8');
  const { module, program } = parseSync(file, text);
  const imports = [
    ...module.staticImports.map(i => i.moduleRequest.value),
    ...module.staticExports.flatMap(e => e.entries.flatMap(entry => entry.moduleRequest?.value ?? [])),
    ...module.dynamicImports.map(i => text.slice(i.moduleRequest.start, i.moduleRequest.end).replaceAll(/^['"`]|['"`]$/g, '')),
  ];
  return { file, layer: layerOf(join(src, file)), imports, hidesImport: JSON.stringify(program).includes('"TSImportType"') };
});

const edges = modules.flatMap(({ file, layer, imports }) =>
  imports.filter(i => i.startsWith('.')).map(i => ({ file, from: layer, to: layerOf(join(src, dirname(file), i)) })),
);

describe('direction', () => {
  it.each(Object.keys(mayImport))('%s imports only what it may', layer => {
    expect(edges.filter(e => e.from === layer && e.to !== layer && !mayImport[layer]!.includes(e.to))).toEqual([]);
  });

  it('every file belongs to a named layer', () => {
    expect(modules.filter(m => !(m.layer in mayImport) && !top.includes(m.layer)).map(m => m.file)).toEqual([]);
  });

  it('the table allows no circle between layers', () => {
    const open = new Map(Object.entries(mayImport));
    for (let size = -1; size !== open.size;) {
      size = open.size;
      for (const [layer, seen] of open) if (!seen.some(s => open.has(s))) open.delete(layer);
    }
    expect([...open.keys()]).toEqual([]);
  });

  it('only node/, the entries and the tests touch the operating system', () => {
    expect(modules.filter(m => !mayTouchTheSystem.includes(m.layer) && m.imports.some(i => osModules.test(i))).map(m => m.file)).toEqual(
      [],
    );
  });

  it('only the entries take the real ports', () => {
    expect(edges.filter(e => e.to === 'node' && e.from !== 'node' && !top.includes(e.from))).toEqual([]);
  });

  it('no import hides in a type', () => {
    expect(modules.filter(m => m.hidesImport).map(m => m.file)).toEqual([]);
  });
});

describe('habits', () => {
  it.each([
    ['process.argv', ['cli.ts', 'honesty.ts']],
    ['process.exitCode', ['cli.ts', 'engine-child.ts', 'honesty.ts', 'children']],
  ])('only the entry uses %s', (words, layers) => {
    const users = modules.filter(m => !layers.includes(m.layer) && readFileSync(join(src, m.file), 'utf8').includes(words));
    expect(users.map(m => m.file)).toEqual([]);
  });

  it('the public entry re-exports and does nothing else', () => {
    const { program } = parseSync('index.ts', readFileSync(join(src, 'index.ts'), 'utf8'));
    expect(program.body.filter(n => n.type !== 'ExportNamedDeclaration' && n.type !== 'ExportAllDeclaration')).toEqual([]);
  });
});
