import { collectSecrets, makeRedactor } from '../evidence/index.ts';
import { UserError } from '../errors.ts';
import { exitCodes } from '../model/exit.ts';
import { oneLine } from '../report/escape.ts';
import { didYouMean } from '../suggest.ts';
import { asJson, type Command, type Io, jsonOption } from './command.ts';
import { lookAtBackends, lookAtProfiles, planOf } from './doctor-backends.ts';
import { lookAtContainment, lookAtTools } from './doctor-host.ts';
import type { Findings, Item } from './doctor-item.ts';
import { lookAtBinaries, lookAtEndpoints, lookAtModels } from './doctor-records.ts';
import type { Paint } from './paint.ts';

/** What a run cannot do without, whatever else a host lacks. */
const LANE = 'fake';

export const doctor: Command<{ json?: true }> = {
  name: 'doctor',
  summary: 'Say what this host has, and what each thing that is missing needs.',
  about:
    'Backends and profiles are asked by the preflight of a run; a private network and a tree of processes by making one. No agent is started, and nothing is reached but the loopback of this host: whether a provider answers is known to a run alone. Of an address or a key only is said whether it is set.',
  arguments: [
    { name: '[names...]', help: 'Backends, profiles, models (provider/model), tools and kinds of containment that must be there.' },
  ],
  options: [jsonOption],
  exits: {
    [exitCodes.pass]: 'the fake lane can run here, and everything that was named',
    [exitCodes.blocked]: 'it cannot, or something that was named is missing',
  },
  examples: [
    { line: 'proofgate doctor', shows: 'all of it' },
    { line: 'proofgate doctor case-qwen-loop network', shows: 'whether both are there; the exit code says so too' },
    { line: 'proofgate doctor --json', shows: '{ok, named, backends, profiles, binaries, models, endpoints, containment, tools}' },
  ],

  async run({ args, options }, io) {
    const findings = await lookAround(io);
    const all = Object.values(findings).flat() as Item[];
    const names = args.filter(name => name !== undefined);
    const named = names.map(name => ({ name, ok: itemsOf(name, all).every(item => item.ok) }));
    const lane = findings.backends.find(({ name }) => name === LANE);
    const ok = lane?.ok === true && named.every(one => one.ok);
    const secrets = makeRedactor(collectSecrets(io.ports.host.env, {}));
    const shown = names.length === 0 ? findings : only(findings, names);
    io.print(options.json ? secrets.json(asJson({ ok, named, ...findings })) : secrets.text(inWords(shown, ok, io.paint)));
    return ok ? exitCodes.pass : exitCodes.blocked;
  },
};

async function lookAround(io: Io): Promise<Findings> {
  const plan = await planOf({ id: LANE }, io);
  return {
    backends: await lookAtBackends(io),
    profiles: await lookAtProfiles(io),
    binaries: await lookAtBinaries(io),
    models: await lookAtModels(plan, io.ports),
    endpoints: lookAtEndpoints(plan),
    containment: await lookAtContainment(io),
    tools: await lookAtTools(io),
  };
}

/** @throws {UserError} for a name that is nothing's */
function itemsOf(name: string, all: readonly Item[]): Item[] {
  const found = all.filter(item => item.name === name);
  if (found.length > 0) return found;
  const known = all.map(item => item.name);
  throw new UserError({
    at: name,
    message: 'is nothing that doctor looks at',
    hint: `${didYouMean(name, known)}proofgate doctor names all of it.`,
  });
}

const only = (findings: Findings, names: readonly string[]): Findings =>
  Object.fromEntries(
    Object.entries(findings).map(([kind, items]: [string, readonly Item[]]) => [kind, items.filter(({ name }) => names.includes(name))]),
  ) as unknown as Findings;

function inWords(findings: Findings, ok: boolean, paint: Paint): string {
  const kinds = Object.entries(findings).filter(([, items]: [string, readonly Item[]]) => items.length > 0);
  const lines = kinds.flatMap(([kind, items]: [string, readonly Item[]]) => {
    const width = Math.min(24, Math.max(...items.map(({ name }) => name.length)));
    return [paint('bold', kind), ...items.flatMap(item => inLines(item, width, paint)), ''];
  });
  return [...lines, ok ? 'This is enough.' : paint('red', 'Something that is needed is missing.')].join('\n');
}

function inLines({ name, ok, detail, needs }: Item, width: number, paint: Paint): string[] {
  const first = `  ${paint(ok ? 'green' : 'yellow', ok ? 'ok     ' : 'missing')} ${oneLine(name).padEnd(width)}  ${oneLine(detail)}`;
  return [first, ...needs.map(need => paint('dim', `          needs: ${oneLine(need)}`))];
}
