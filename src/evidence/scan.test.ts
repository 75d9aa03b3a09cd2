import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { execFileSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { nodePorts } from '../node/ports.ts';
import { makeRedactor, type Secret } from './redact.ts';
import { replaceExposed, scanBundle } from './scan.ts';

const ports = nodePorts();
const token: Secret = { name: 'TOKEN', value: 'tok-0123456789' };
const password: Secret = { name: 'PASSWORD', value: 'hunter2hunter2' };
const redactor = makeRedactor([token, password]);
const top = mkdtempSync(join(tmpdir(), 'scan-'));
afterAll(() => rmSync(top, { recursive: true, force: true }));

function bundle(files: Record<string, string | Buffer>): string {
  const dir = mkdtempSync(join(top, 'bundle-'));
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(dir, path)), { recursive: true });
    writeFileSync(join(dir, path), content);
  }
  return dir;
}

const scan = (dir: string) => scanBundle(dir, redactor, ports);
const replace = async (dir: string) => replaceExposed(dir, await scan(dir), redactor, ports);
const read = (dir: string, path: string) => readFileSync(join(dir, path), 'utf8');

describe('a secret is found', () => {
  it('in any file, in any form, across the chunks in which it is read', async () => {
    const edge = 'x'.repeat(256 * 1024 - 5);
    const dir = bundle({
      'patch.diff': `+const key = ${JSON.stringify(token.value)}\n`,
      'backend/agent/state.bin': Buffer.concat([Buffer.from(edge), Buffer.from(password.value), Buffer.from([0xff, 0])]),
      'task.contract.json': Buffer.from(`${token.value} ${password.value}`).toString('hex'),
      'clean.txt': 'nothing',
    });
    expect(await scan(dir)).toEqual([
      { name: 'PASSWORD', artifact: 'backend/agent/state.bin' },
      { name: 'TOKEN', artifact: 'patch.diff' },
      { name: 'PASSWORD', artifact: 'task.contract.json' },
      { name: 'TOKEN', artifact: 'task.contract.json' },
    ]);
  });

  it('in the name of a file or a folder, and in what a link points to', async () => {
    const dir = bundle({ [`backend/agent/${token.value}/inner.txt`]: 'x', [`backend/agent/y-${password.value}`]: 'x' });
    symlinkSync(`/nowhere/${token.value}`, join(dir, 'link'));
    expect(await scan(dir)).toEqual([
      { name: 'TOKEN', artifact: `backend/agent/${token.value}` },
      { name: 'PASSWORD', artifact: `backend/agent/y-${password.value}` },
      { name: 'TOKEN', artifact: 'link' },
    ]);
  });

  it('but not in the report, which the sealer redacts; and a FIFO is not waited for', async () => {
    const dir = bundle({ 'report.json': token.value, 'baseline/report.json': token.value });
    execFileSync('mkfifo', [join(dir, 'pipe')]);
    expect(await scan(dir)).toEqual([{ name: 'TOKEN', artifact: 'baseline/report.json' }]);
  });
});

it('nothing is read when nothing is registered', async () => {
  const none = makeRedactor([]);
  expect(await scanBundle('/nowhere', none, ports)).toEqual([]);
});

describe('what is exposed is replaced', () => {
  it('by a note that names the secrets, the size and the digest', async () => {
    const content = `+${token.value}\n+${password.value}\n`;
    const dir = bundle({ 'patch.diff': content });
    expect(await replace(dir)).toEqual([
      { name: 'PASSWORD', artifact: 'patch.diff' },
      { name: 'TOKEN', artifact: 'patch.diff' },
    ]);
    expect(read(dir, 'patch.diff')).toBe(
      `proofgate: a registered secret stood in this artifact, which was removed.\nsecrets: PASSWORD, TOKEN\nbytes: ${content.length}\n` +
        `sha256: ${createHash('sha256').update(content).digest('hex')}\n`,
    );
  });

  it('under another name where the name was the secret, also below a folder that had one', async () => {
    const folder = `backend/agent/${token.value}`;
    const dir = bundle({
      [`${folder}/deep/${password.value}.txt`]: 'x',
      [`${folder}/inner.txt`]: token.value,
      [`${folder}/fine.txt`]: 'kept',
      'backend/agent/redacted-1': 'taken',
    });
    expect(await replace(dir)).toEqual([
      { name: 'TOKEN', artifact: 'backend/agent/redacted-2' },
      { name: 'PASSWORD', artifact: 'backend/agent/redacted-2/deep/redacted-3' },
      { name: 'TOKEN', artifact: 'backend/agent/redacted-2/inner.txt' },
    ]);
    expect(read(dir, 'backend/agent/redacted-2.txt')).toContain('TOKEN');
    expect(read(dir, 'backend/agent/redacted-2/fine.txt')).toBe('kept');
    expect(existsSync(join(dir, folder))).toBe(false);
    expect(await scan(dir)).toEqual([]);
  });

  it('also a link, which is not followed', async () => {
    const dir = bundle({ 'outside.txt': 'untouched' });
    symlinkSync(`outside.txt/../${token.value}`, join(dir, 'link'));
    expect(await replace(dir)).toEqual([{ name: 'TOKEN', artifact: 'link' }]);
    expect(read(dir, 'link')).toContain('this link');
    expect(read(dir, 'outside.txt')).toBe('untouched');
  });
});
