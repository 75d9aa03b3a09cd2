import { spawnSync } from 'node:child_process';
import { chownSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Report } from './model/report.ts';

/** Locks mean nothing to root: there, the whole command line runs as nobody. */
const NOBODY = 65534;
const isRoot = process.getuid?.() === 0;
const cli = join(import.meta.dirname, 'cli.ts');
const asNobody = isRoot ? ['setpriv', '--reuid', `${NOBODY}`, '--regid', `${NOBODY}`, '--clear-groups'] : [];
const mend = `sed -i "s/replace(' ', '-')/replace(\\/ +\\/g, '-')/" strings.js`;

let room = tmpdir();
beforeEach(() => {
  room = mkdtempSync(join(tmpdir(), 'locked-'));
  mkdirSync(join(room, 'home'));
  if (isRoot) for (const path of [room, join(room, 'home')]) chownSync(path, NOBODY, NOBODY);
});
afterEach(() => rmSync(room, { recursive: true, force: true }));

function start(...args: string[]) {
  const [program = '', ...rest] = [...asNobody, process.execPath, ...args];
  return spawnSync(program, rest, { encoding: 'utf8', cwd: room, env: { PATH: process.env['PATH'], HOME: room } });
}

/** What came of an agent that does its work and then something else. */
function outcomeOf(script: string): { exit: number | null; blockers: string[]; files: string[] } {
  const { status, stdout, stderr } = start(
    cli,
    'run',
    '--json',
    '--out',
    join(room, 'out'),
    '--command',
    `sh -c '${`${mend}\n${script}`.replaceAll("'", `'\\''`)}'`,
  );
  if (!stdout) throw new Error(stderr);
  const { report } = JSON.parse(stdout) as { report: Report };
  return { exit: status, blockers: report.blockers.map(blocker => blocker.code), files: report.changed_files };
}

/** The checkout may stand where nobody else can read. */
const isReadable = start('--check', cli).status === 0;

describe.runIf(isReadable)('an agent that is not root cannot hide behind a lock', () => {
  it('a file in a locked folder is a file that changed', () => {
    const { exit, blockers, files } = outcomeOf('mkdir -p deep/hidden; echo x > deep/hidden/x; chmod 000 deep/hidden deep');
    expect([exit, blockers, files]).toEqual([1, ['disallowed_file_change', 'dirty_ending_tree'], ['deep/hidden/x', 'strings.js']]);
  });

  it.each([
    ['the workspace', 'chmod 000 .'],
    ['the folder above it', 'chmod 000 ..'],
    ['its git directory', 'chmod 000 .git'],
    ['the file that it changed', 'chmod 000 strings.js'],
    ['its home', 'chmod 000 "$HOME"'],
  ])('a lock on %s changes nothing about the verdict', (_name, lock) => {
    expect(outcomeOf(lock)).toEqual({ exit: 0, blockers: [], files: ['strings.js'] });
  });

  it('a workspace that is gone is a verdict, not a crash', () => {
    const { exit, blockers } = outcomeOf('rm -rf "$PWD"');
    expect([exit, blockers.slice(0, 2)]).toEqual([1, ['disallowed_file_change', 'write_outside_roots']]);
  });
});
