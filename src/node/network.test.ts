/** What a tree of processes reaches that was put into the network of a server. Real engines, real sockets; as nobody, too. */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseTcp } from './connections.ts';
import { nodePorts } from './ports.ts';
import { begin, livingWith, run, trees, uniqueSleep } from './trial.ts';

const isRoot = process.getuid?.() === 0;
const scratch = mkdtempSync(join(tmpdir(), 'proofgate-test-'));
afterAll(() => rmSync(scratch, { recursive: true }));

/** An engine that serves one word and supervises one script in that network; says what came of it. */
const engine = `
  import { nodePorts } from ${JSON.stringify(new URL('./ports.ts', import.meta.url).href)};
  const [pidNamespace, script, network] = process.argv.slice(1);
  const ports = nodePorts(process.env, { pidNamespace, network });
  process.stdout.write('begun\\n');
  await using served = await ports.http.serve(async () => new Response('served'), { private: true });
  let said = '';
  const on = chunk => void (said += Buffer.from(chunk), process.stdout.write(chunk));
  const options = { cwd: '/', env: { PATH: '/usr/bin:/bin:/usr/sbin:/sbin', ORIGIN: served.origin, NODE: process.execPath }, timeoutMs: 30_000 };
  const exit = await ports.supervise(['sh', '-c', script], { ...options, signal: new AbortController().signal, runId: 'network-' + process.pid, onStdout: on, onStderr: on, network: served }).exit;
  process.stdout.write('\\n' + JSON.stringify({ network: served.network, origin: served.origin, exit, said }));`;

const asNobody = ['setpriv', '--reuid', '65534', '--regid', '65534', '--clear-groups'];
/** The checkout may stand where nobody else can read. */
const nobodyReads =
  isRoot && spawnSync(asNobody[0]!, [...asNobody.slice(1), process.execPath, '--check', import.meta.filename]).status === 0;
const people: [string, string[]][] = [['whoever runs this', []], ...(nobodyReads ? [['nobody', asNobody] as [string, string[]]] : [])];
const cases = people.flatMap(([who, prefix]) => trees.map(tree => [who, tree, prefix] as const));

function startEngine(prefix: readonly string[], tree: string, script: string, network = 'probe') {
  const [file = '', ...args] = [
    ...prefix,
    process.execPath,
    '--input-type=module',
    '-e',
    engine,
    tree === 'best_effort' ? 'never' : 'probe',
    script,
    network,
  ];
  return spawn(file, args, { cwd: '/', stdio: ['ignore', 'pipe', 'inherit'], env: { PATH: process.env['PATH'] } });
}

async function resultOf(child: ReturnType<typeof startEngine>) {
  let text = '';
  child.stdout!.on('data', chunk => (text += chunk));
  await once(child, 'close');
  return JSON.parse(text.slice(text.lastIndexOf('\n'))) as {
    network: string;
    origin: string;
    said: string;
    exit: { code: number; connections: string[] };
  };
}

/** Processes that make a network for an engine. */
const holdersOf = (engine: number) => livingWith(`network-holder.js\0${engine}\0`);

/** Processes that live in a network namespace: `net:[4026532178]`. */
const inhabitants = (namespace: string) =>
  readdirSync('/proc').filter(pid => {
    try {
      return /^\d+$/.test(pid) && readlinkSync(`/proc/${pid}/ns/net`) === namespace;
    } catch {
      return false;
    }
  });

const served = await nodePorts().http.serve(async () => new Response('probe'), { private: true });
const hasNetworks = served.network === 'private';
await served[Symbol.asyncDispose]();

/** A service of this machine that a tree has no business with: by number, and by abstract name. */
const abstract = `proofgate-${process.pid}`;
const byNumber = createServer(socket => socket.on('error', () => {}).once('data', () => socket.end('HTTP/1.0 200 OK\r\n\r\nreached')));
const byName = createServer(socket => socket.end('reached'));
beforeAll(async () => {
  byNumber.listen(0, '127.0.0.1');
  byName.listen(`\0${abstract}`);
  await Promise.all([once(byNumber, 'listening'), once(byName, 'listening')]);
});
afterAll(() => {
  byNumber.close();
  byName.close();
});
const otherPort = () => (byNumber.address() as AddressInfo).port;

/** A script that tries every way, each under a heading. */
function everyWay(): string {
  const node = (code: string) => `"$NODE" -e ${JSON.stringify(code)} 2>&1 || true`;
  const python = (code: string) => `python3 -c ${JSON.stringify(code)} 2>&1 | tail -1`;
  const tries = {
    curl: 'curl -sS -m 5 "$ORIGIN"',
    node: node(`fetch(process.env.ORIGIN).then(r => r.text()).then(console.log)`),
    'curl loopback': `curl -sS -m 5 http://127.0.0.1:${otherPort()}/ 2>&1`,
    'python outside': python(`import socket; socket.create_connection(('8.8.8.8', 53), 5); print('reached')`),
    'python datagram': python(
      `import socket; socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b'x', ('8.8.8.8', 53)); print('reached')`,
    ),
    'node loopback': node(`fetch('http://127.0.0.1:${otherPort()}').then(() => console.log('reached'), e => console.log(e.cause.code))`),
    'node name': node(`require('node:dns').resolve4('example.com', (e, a) => console.log(e ? e.code : 'reached'))`),
    abstract: python(`import socket; s = socket.socket(socket.AF_UNIX); s.connect(chr(0) + '${abstract}'); print('reached', s.recv(9))`),
  };
  return Object.entries(tries)
    .map(([name, command]) => `echo; echo "== ${name}"; ${command}`)
    .join('\n');
}

/** What came of each. */
const answersOf = (said: string) =>
  Object.fromEntries(
    said
      .split('\n== ')
      .slice(1)
      .map(part => [part.split('\n')[0], part.slice(part.indexOf('\n')).trim()]),
  );

describe.runIf(hasNetworks)('a tree in the private network of a server', () => {
  it.each(cases)('reaches the server, and nothing else: %s, %s', async (_who, tree, prefix) => {
    const { network, said, exit } = await resultOf(startEngine(prefix, tree, everyWay()));
    expect(network).toBe('private');
    expect(answersOf(said)).toEqual({
      curl: 'served',
      node: 'served',
      'curl loopback': expect.stringContaining("Couldn't connect"),
      'python outside': 'OSError: [Errno 101] Network is unreachable',
      'python datagram': 'OSError: [Errno 101] Network is unreachable',
      'node loopback': 'ECONNREFUSED',
      'node name': expect.stringMatching(/^E[A-Z]+$/),
      abstract: 'ConnectionRefusedError: [Errno 111] Connection refused',
    });
    expect(exit.connections).toEqual([]);
  });

  it('is what keeps it from there: without, the same ways lead to it', async () => {
    const { network, said } = await resultOf(startEngine([], trees[0]!, everyWay(), 'never'));
    expect(network).toBe('host');
    expect(answersOf(said)).toMatchObject({
      curl: 'served',
      'curl loopback': expect.stringContaining('reached'),
      abstract: "reached b'reached'",
    });
  });

  it.each(cases)('cannot leave it: %s, %s', async (_who, tree, prefix) => {
    const leave = (how: string) => `${how} curl -sS -m 5 http://127.0.0.1:${otherPort()}/ 2>&1`;
    const script = [
      leave('nsenter --net=/proc/1/ns/net'),
      leave(`nsenter --net=/proc/${process.pid}/ns/net`),
      `umount /proc 2>&1; ${leave(`nsenter --net=/proc/${process.pid}/ns/net`)}`,
      leave('unshare --user --map-root-user --net'),
    ];
    // without a pid namespace root finds the engine in /proc, and only the right to enter is missing
    const { said } = await resultOf(startEngine(prefix, tree, script.join('\n')));
    expect(said).not.toContain('reached');
  });

  it.runIf(isRoot).each(cases)('holds nothing that reads the memory of the machine or its disks: %s, %s', async (_who, tree, prefix) => {
    const ways = 'mknod x c 1 1 && echo made && rm x; head -c 1 /proc/kcore > /dev/null && echo read; true';
    const { said } = await resultOf(startEngine(prefix, tree, `cd /tmp; { ${ways}; } 2> /dev/null`));
    expect(said).toBe('');
  });

  it.each(cases)('leaves neither process nor namespace when the engine is killed: %s, %s', async (_who, tree, prefix) => {
    const word = uniqueSleep();
    const child = startEngine(prefix, tree, `readlink /proc/self/ns/net; sleep ${word}`);
    let said = '';
    child.stdout!.on('data', chunk => (said += chunk));
    await expect.poll(() => said, { timeout: 20_000 }).toContain('net:[');
    const namespace = /net:\[\d+\]/.exec(said)![0];
    expect(inhabitants(namespace).length).toBeGreaterThan(0);
    child.kill('SIGKILL');
    await once(child, 'exit');
    await expect.poll(() => inhabitants(namespace), { timeout: 5000 }).toEqual([]);
    expect(livingWith(word)).toEqual([]);
  });

  it('leaves nothing behind when the engine is killed while the network is made', async () => {
    const engines: number[] = [];
    for (let trial = 0; trial < 8; trial++) {
      const child = startEngine([], 'pid_namespace', 'true');
      await once(child.stdout!, 'data');
      await sleep(Math.random() * 80);
      engines.push(child.pid!);
      child.kill('SIGKILL');
      await once(child, 'exit');
    }
    await expect.poll(() => engines.flatMap(holdersOf), { timeout: 5000 }).toEqual([]);
  });

  it('is gone when the server is disposed: no process, no descriptor, no way in', async () => {
    const before = readdirSync('/proc/self/fd').length;
    const closed = await nodePorts().http.serve(async () => new Response('x'), { private: true });
    await closed[Symbol.asyncDispose]();
    await expect.poll(() => readdirSync('/proc/self/fd').length).toBeLessThanOrEqual(before);
    await expect.poll(() => holdersOf(process.pid)).toEqual([]);
    expect(await run('best_effort', 'true', { network: closed })).toMatchObject({ spawnError: 'ENOSTART', code: null });
  });

  it('is one of many: servers on the same port number do not meet', async () => {
    const ports = nodePorts();
    const all = await Promise.all(['a', 'b', 'c'].map(word => ports.http.serve(async () => new Response(word), { private: true })));
    const heard = await Promise.all(all.map(network => run(trees[0]!, `curl -sS ${network.origin}`, { network })));
    expect(heard.map(({ stdout }) => stdout)).toEqual(['a', 'b', 'c']);
    for (const one of all) await one[Symbol.asyncDispose]();
  });

  const strace = spawnSync('strace', ['-V']).status === 0;
  it.runIf(strace)('is all that anything connects to, engine included (strace)', async () => {
    const log = join(scratch, 'strace.log');
    writeFileSync(log, '');
    const child = startEngine(
      ['strace', '-f', '-qq', '-e', 'trace=connect,sendto,sendmsg', '-o', log],
      trees[0]!,
      'curl -sS "$ORIGIN"; python3 -c "import urllib.request,os; urllib.request.urlopen(os.environ[\'ORIGIN\'])"',
    );
    const { said, origin } = await resultOf(child);
    expect(said).toContain('served');
    const port = new URL(origin).port;
    const calls = readFileSync(log, 'utf8')
      .split('\n')
      .filter(line => /sa_family=AF_INET6?\b/.test(line));
    const own = calls.filter(line => line.includes(`sin_port=htons(${port})`) && line.includes('inet_addr("127.0.0.1")'));
    expect(own.length).toBeGreaterThanOrEqual(2);
    expect(calls.filter(line => !own.includes(line))).toEqual([]);
  });
});

describe.runIf(process.platform === 'linux').each(trees)(
  'where there is no such network, what a tree held by %s connects to is seen',
  tree => {
    const ports = nodePorts(process.env, { network: 'never' });
    const connectFor = (port: string, ms: number) =>
      `"$NODE" -e "const s = net.connect(${port}, '127.0.0.1'); s.on('error', () => {}); setTimeout(() => process.exit(), ${ms})"`;

    it('except for the server, and for what it serves itself', async () => {
      await using network = await ports.http.serve(async () => new Response('x'), { private: true });
      expect(network.network).toBe('host');
      const slow = createServer(() => {}).listen(0, '127.0.0.1');
      await once(slow, 'listening');
      const port = (slow.address() as AddressInfo).port;
      const env = { PATH: '/usr/bin:/bin', NODE: process.execPath };
      const own = `"$NODE" -e "net.createServer(() => {}).listen(0, '127.0.0.1', function () { net.connect(this.address().port, '127.0.0.1'); setTimeout(() => process.exit(), 700); })"`;
      const quiet = await run(tree, `${connectFor(new URL(network.origin).port, 700)} & ${own}; wait`, { network, env });
      const caught = await run(tree, connectFor(`${port}`, 700), { network, env });
      slow.close();
      expect(quiet).toMatchObject({ code: 0, connections: [] });
      expect(caught).toMatchObject({ code: 0, connections: [`127.0.0.1:${port}`] });
    });
  },
);

it('a tree without a server is not watched', async () => {
  expect(await begin(trees[0]!, 'true').done).toMatchObject({ connections: [] });
});

it('reads the table of the kernel', () => {
  const table = `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 77 1 0 100 0 0 10 0
   1: 0000000000000000FFFF00000100007F:0016 B80D01200000000067452301EFCDAB89:01BB 01 00000000:00000000 00:00000000 00000000 0 0 78 1`;
  expect(parseTcp(table)).toEqual([
    { local: '127.0.0.1:8080', remote: '0.0.0.0:0', listens: true, inode: '77' },
    { local: '127.0.0.1:22', remote: '[2001:db8::123:4567:89ab:cdef]:443', listens: false, inode: '78' },
  ]);
});
