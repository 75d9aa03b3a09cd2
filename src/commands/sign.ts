import { join, relative, resolve } from 'node:path';
import { UserError } from '../errors.ts';
import { exitCodes } from '../model/exit.ts';
import { Report } from '../model/report.ts';
import { makePromotion, POLICY, type PrivateKey, readPolicy, type RefusalCode, Refused } from '../promotion/index.ts';
import { readDocument } from '../promotion/place.ts';
import { loadPrivateKey, type Visible } from '../promotion/private-key.ts';
import { endedSuite, signSuite, type SuiteSigning } from '../promotion/sign-suite.ts';
import { oneLine } from '../report/escape.ts';
import type { Suite } from '../suite/read.ts';
import { asJson, type Command, type Io, jsonOption } from './command.ts';
import { visibleIn } from './keys.ts';
import { onDisk } from './on-disk.ts';

interface SignOptions {
  key?: string;
  json?: true;
}

const DECISION = '.decision.json';

export const sign: Command<SignOptions> = {
  name: 'sign',
  summary: 'Sign the evidence of a suite as its runner, or a decision as its approver.',
  about:
    'For every scenario of a suite that came to its end a statement is written beside its result: about the bundle where it agrees with itself and is of this suite, and about the result alone where a scenario leaves none; and one about the plan of the suite with all its results. Of a decision of the gate, refusals included, a verification summary is written to admissions/promotions/. Signing again gives the same bytes or is refused. docs/promotion.md says who signs what, and how somebody else checks it.',
  arguments: [{ name: '<what>', help: 'The folder of a suite, or the file of a decision (*.decision.json).' }],
  options: [{ flags: '--key <file>', help: 'The private key, from a place that no run can see; required.' }, jsonOption],
  exits: {
    0: 'Signed, all of it.',
    [exitCodes.blocked]: 'signed, and planned scenarios have no result',
    [exitCodes.invalid]: 'some evidence does not agree with itself, or was signed before in another way: nobody signs for that',
  },
  examples: [
    {
      line: 'proofgate sign reports/suites/NONCE --key ~/.config/proofgate/runner.private.pem',
      shows: 'reports/suites/NONCE/statements/*.dsse.json',
    },
    {
      line: 'proofgate sign admissions/ledger/000001-NONCE.decision.json --key ~/.config/proofgate/approver.private.pem',
      shows: 'admissions/promotions/2-case-NONCE.dsse.json',
    },
  ],

  async run({ args: [what = ''], options }, io) {
    const path = resolve(io.cwd, what);
    const kind = (await io.ports.files.stat(path))?.kind;
    if (options.key === undefined)
      throw new UserError({
        at: '--key',
        message: 'is missing',
        hint: 'name the private key: proofgate keys new NAME --into DIR makes one',
      });
    if (kind !== 'dir' && !(kind === 'file' && what.endsWith(DECISION)))
      throw new UserError({
        at: what,
        message: 'is neither the folder of a suite nor a decision',
        hint: `name reports/suites/NONCE, or a file that ends in ${DECISION}`,
      });
    const keyPath = resolve(io.cwd, options.key);
    try {
      return await (kind === 'dir' ? signASuite : signADecision)(path, keyPath, options, io);
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      const { code, detail } = error;
      io.print(options.json ? asJson({ exit: exitCodes.invalid, refused: [{ code, detail }] }) : refusalInWords(error, io));
      return exitCodes.invalid;
    }
  },
};

/** What to do about a refusal to sign, where that is not for the evidence to say. */
const remedies: { readonly [code in RefusalCode]?: string } = {
  self_approval: `sign with a key of approver_keys of ${POLICY}, which is no runner's`,
  approver_unknown: `sign with a key of approver_keys of ${POLICY}`,
  already_signed: 'what was signed is never replaced: issue a new challenge, and sign what answers it once',
};

/** A refusal to sign, and what to do about it. */
export function refusalInWords({ code, detail }: Refused, { paint }: Pick<Io, 'paint'>): string {
  const remedy = remedies[code];
  return paint('red', `${code}: ${oneLine(detail)}`) + (remedy === undefined ? '' : `\n  hint: ${remedy}`);
}

async function signASuite(dir: string, keyPath: string, { json }: SignOptions, io: Io): Promise<number> {
  const { ports, project } = io;
  const suite = await endedSuite(dir, ports);
  const visible = [...visibleIn(io), { dir, name: 'the folder of the suite' }, ...(await rootsOf(suite, project.root, ports.files))];
  const key = await loadPrivateKey(keyPath, visible, ports);
  await refuseApprover(key, keyPath, io);
  const signing = await onDisk(dir, () => signSuite(suite, project.root, key, ports));
  const exit = signing.refused.length > 0 ? exitCodes.invalid : signing.missing.length > 0 ? exitCodes.blocked : exitCodes.pass;
  io.print(json ? asJson({ exit, keyid: key.keyid, ...signing }) : suiteInWords(signing, key, io));
  return exit;
}

/** The gate would refuse such a suite after the one decision that there is; here nothing is lost yet. */
async function refuseApprover({ keyid }: PrivateKey, at: string, { ports: { files }, project }: Io): Promise<void> {
  if ((await files.stat(join(project.root, POLICY)))?.kind !== 'file') return;
  const { approver_keys: approvers } = (await readPolicy(project.root, files)).value;
  if (approvers.includes(keyid))
    throw new UserError({
      at,
      message: `is an approver's by ${POLICY}: it signs decisions, and no suite`,
      hint: 'sign with the private key of a runner; nothing was written',
    });
}

/** The two roots of every run of a suite, as far as its bundles still say. */
async function rootsOf({ results }: Suite, project: string, files: Io['ports']['files']): Promise<Visible[]> {
  const roots: Visible[] = [];
  for (const { bundle } of results) {
    const path = bundle === null ? undefined : join(project, bundle, 'report.json');
    if (path === undefined || (await files.stat(path))?.kind !== 'file') continue;
    const { data } = Report.safeParse(await files.readText(path).then(asValue));
    const { runtime_workspace_root: workspace = null, run_artifact_dir: artifacts = null } = data?.roots ?? {};
    if (workspace !== null) roots.push({ dir: workspace, name: 'the workspace of a run' });
    if (artifacts !== null) roots.push({ dir: artifacts, name: 'the bundle of a run' });
  }
  return roots;
}

/** What is no JSON has no roots; whether it may be signed is asked later. */
function asValue(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return undefined;
  }
}

function suiteInWords({ written, unchanged, refused, missing }: SuiteSigning, { keyid }: PrivateKey, { paint }: Io): string {
  const count = written.length + unchanged.length;
  const again = unchanged.length > 0 ? ` (${unchanged.length} of them before)` : '';
  return [
    paint(refused.length > 0 ? 'red' : missing.length > 0 ? 'yellow' : 'green', `signed: ${count} statements${again}`),
    `  by       ${keyid}`,
    ...refused.map(({ id, code, detail }) => `  refused  ${oneLine(id)}: ${code}: ${oneLine(detail)}`),
    ...missing.map(id => `  missing  ${oneLine(id)}: it has no result, and nothing is signed for it`),
  ].join('\n');
}

async function signADecision(path: string, keyPath: string, { json }: SignOptions, io: Io): Promise<number> {
  const { ports, project, cwd } = io;
  const { files, clock } = ports;
  const key = await loadPrivateKey(keyPath, visibleIn(io), ports);
  const { name, text } = makePromotion(await readDocument(path, files), key, clock.now());
  const file = join(project.root, 'admissions', 'promotions', name);
  const isThere = (await files.stat(file)) !== undefined;
  if (isThere && !Buffer.from(await readDocument(file, files)).equals(Buffer.from(text)))
    throw new Refused('already_signed', `${relative(cwd, file)} was signed before, with another key or for another decision`);
  if (!isThere)
    await onDisk(file, async () => {
      await files.makeDir(join(project.root, 'admissions', 'promotions'));
      await files.replace(file, text);
    });
  const shown = relative(cwd, file);
  io.print(
    json
      ? asJson({ exit: exitCodes.pass, keyid: key.keyid, file })
      : [io.paint('green', `signed: ${shown}`), `  by       ${key.keyid}`].join('\n'),
  );
  return exitCodes.pass;
}
