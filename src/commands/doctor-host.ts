import { findBackend } from '../backends/index.ts';
import { offeredLevel, reaches } from '../containment/index.ts';
import { ordinaryGiven } from '../model/plan.ts';
import { missingNeeds } from '../scenario/needs.ts';
import type { Ports } from '../ports.ts';
import { stagesOf } from '../stages/index.ts';
import type { Io } from './command.ts';
import { planOf } from './doctor-backends.ts';
import { type Item, lacking, present } from './doctor-item.ts';

/** What holds an agent here, found out by doing it: nothing is asked by the name of a program. */
export async function lookAtContainment({ ports, project, signal }: Io): Promise<Item[]> {
  const level = offeredLevel(ordinaryGiven);
  const short = (await stagesOf(project.root, ports)).filter(({ record }) => !reaches(level, record.containment));
  return [
    short.length === 0
      ? present('level', `${level}: enough for every stage`)
      : lacking(
          'level',
          `${level}: too low for ${short.map(({ record }) => `stage ${record.number} (${record.containment})`).join(', ')}`,
          'Use a host that offers the level.',
        ),
    await processTree(ports, signal),
    await network(ports),
  ];
}

async function processTree({ supervise, host, randomHex }: Ports, signal: AbortSignal): Promise<Item> {
  const job = { cwd: '/', env: {}, timeoutMs: 20_000, signal, runId: `doctor-${randomHex(6)}` };
  const { tree } = await supervise([host.nodePath, '-e', ''], job).exit;
  return tree === 'pid_namespace'
    ? present('process-tree', 'a pid namespace: it dies whole')
    : lacking(
        'process-tree',
        'best effort: held together by a mark in the environment',
        'A pid namespace needs util-linux (unshare, setpriv), and the right to make one: root, or user namespaces for everybody.',
      );
}

async function network({ http }: Ports): Promise<Item> {
  await using served = await http.serve(async () => new Response(null, { status: 404 }), { private: true });
  return served.network === 'private'
    ? present('network', 'private: an agent with a model reaches the gateway and nothing else')
    : lacking(
        'network',
        'host: connections beside the gateway are watched for, and not kept from happening',
        'A private network needs util-linux (unshare, nsenter, setpriv), iproute2 (ip), and the right to make a namespace.',
      );
}

/** Programs, each asked in the way in which a run finds it. No agent is started. */
export async function lookAtTools(io: Io): Promise<Item[]> {
  const { exec, host } = io.ports;
  const git = await host.which('git');
  const missing = await missingNeeds(['python3', 'pytest'], exec, host.env);
  const python = (name: 'python3' | 'pytest', needs: string) =>
    missing.includes(name) ? lacking(name, 'does not work here', needs) : present(name, 'works');
  return [
    present('node', `${host.nodePath} (${host.nodeVersion})`),
    git ? present('git', git) : lacking('git', 'is not on PATH', 'Install git 2.30 or later: no run can do without it.'),
    python('python3', 'Install Python 3: Python tasks such as r1-string-slugify need it.'),
    python('pytest', 'Install it for that Python: python3 -m pip install pytest.'),
    await agent('pi', 'pi', io),
    await agent('codex', 'codex', io),
    await agent('ca', 'case', io),
  ];
}

async function agent(name: string, id: string, io: Io): Promise<Item> {
  const backend = findBackend(id);
  const found = await backend.probe(await planOf(backend, io), io.ports);
  return 'code' in found ? lacking(name, 'is not there', `${found.detail}.`) : present(name, found.version);
}
