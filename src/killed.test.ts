import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { verifyBundle } from './verify/verify.ts';
import type { Report } from './model/report.ts';
import { nodePorts } from './node/ports.ts';

/** How often the engine is killed; by hand it was done 1,000 times, see docs/evidence.md. */
const KILLS = process.env['CI'] ? 50 : 10;
const ABREAST = 2;

const cli = join(import.meta.dirname, 'cli.ts');
const ports = nodePorts();
let out: string;
/** How long a whole run takes here: kills fall anywhere in it. */
let wholeMs: number;

beforeAll(async () => {
  out = mkdtempSync(join(tmpdir(), 'killed-'));
  const before = performance.now();
  expect(await run()).toBe(0);
  wholeMs = performance.now() - before;
}, 60_000);
afterAll(() => rmSync(out, { recursive: true, force: true }));

/** Runs the default task; kills proofgate after so many milliseconds, if it is still there. */
function run(killAfterMs?: number): Promise<number | null> {
  const child = spawn(process.execPath, [cli, 'run', '--out', out], { stdio: 'ignore' });
  const timer = killAfterMs === undefined ? undefined : setTimeout(() => child.kill('SIGKILL'), killAfterMs);
  return new Promise(resolve => child.once('exit', code => (clearTimeout(timer), resolve(code))));
}

const bundles = () => readdirSync(out).filter(name => !name.startsWith('.'));
const reportOf = (name: string) => JSON.parse(readFileSync(join(out, name, 'report.json'), 'utf8')) as Report;

/** Processes that carry the mark of one of these runs. */
const alive = (runIds: readonly string[]) =>
  readdirSync('/proc')
    .filter(pid => /^\d+$/.test(pid))
    .filter(pid => {
      try {
        const environment = readFileSync(join('/proc', pid, 'environ'), 'utf8').split('\0');
        return runIds.some(id => environment.includes(`PROOFGATE_RUN_ID=${id}`));
      } catch {
        return false;
      }
    });

it(
  `killed ${KILLS} times at any instant, it leaves no pass, no process and no obstacle`,
  { timeout: 60_000 + KILLS * 10_000 },
  async () => {
    const lane = async () => {
      for (let kill = 0; kill < KILLS / ABREAST; kill += 1) await run(Math.random() * wholeMs * 1.1);
    };
    await Promise.all(Array.from({ length: ABREAST }, lane));

    for (const name of bundles()) {
      const { sealed, status } = reportOf(name);
      const { exit } = await verifyBundle(join(out, name), ports);
      // before the commit point the reserved fail stands; after it the whole bundle does
      expect([name, sealed, status, exit]).toEqual(sealed ? [name, true, 'pass', 0] : [name, false, 'fail', 4]);
    }
    expect(bundles().some(name => !reportOf(name).sealed)).toBe(true);

    if (existsSync('/proc/self/environ')) {
      for (let patience = 0; patience < 20 && alive(bundles()).length > 0; patience += 1) await sleep(100);
      expect(alive(bundles())).toEqual([]);
    }
    expect(await run()).toBe(0);
    expect(readdirSync(out).filter(name => name.startsWith('.'))).toEqual([]);
  },
);
