import { resolve } from 'node:path';
import { UserError } from '../errors.ts';
import { Slug } from '../model/units.ts';
import { loadPublicKey } from '../promotion/index.ts';
import { makeKeyPair } from '../promotion/keys.ts';
import { type Visible, writeKeyPair } from '../promotion/private-key.ts';
import { asJson, type Command, type Io, jsonOption } from './command.ts';
import { onDisk } from './on-disk.ts';

interface KeysOptions {
  into?: string;
  json?: true;
}

export const keys: Command<KeysOptions> = {
  name: 'keys',
  summary: 'Make a pair of keys, or say by which keyid a policy names one.',
  about:
    'Keys are ed25519. A keyid is the SHA-256 of the SPKI bytes of the public key: a policy tells keys apart by it and never by a name. A private key is written for its owner alone, into a folder of its own and never below the project; whoever signs runs and whoever approves have one each.',
  arguments: [
    { name: '<what>', help: 'new makes a pair; id prints the keyid of a public key.', choices: ['new', 'id'] },
    { name: '<name>', help: 'Of a new pair its name; otherwise the file of a public key.' },
  ],
  options: [{ flags: '--into <dir>', help: 'Of a new pair: the folder for both files; required.' }, jsonOption],
  exits: { 0: 'The pair was made, or the keyid printed.' },
  examples: [
    { line: 'proofgate keys new runner --into ~/.config/proofgate', shows: 'runner.private.pem (0600) and runner.public.pem' },
    { line: 'proofgate keys id ~/.config/proofgate/runner.public.pem', shows: 'its keyid, for admissions/policy.yaml' },
  ],

  async run({ args: [what, name = ''], options }, io) {
    if (what === 'id' && options.into !== undefined)
      throw new UserError({ at: '--into', message: 'has no meaning for a key that is there', hint: 'leave it out' });
    const made = what === 'new' ? await makePair(name, options.into, io) : await identify(name, io);
    io.print(options.json ? asJson(made) : inWords(made));
    return 0;
  },
};

/** Folders that a run of this project, or a reader of its evidence, can see. */
export const visibleIn = ({ project }: Pick<Io, 'project'>): Visible[] => [
  { dir: project.root, name: 'the project' },
  { dir: project.engine, name: 'the folder of proofgate' },
];

interface Made {
  keyid: string;
  private?: string;
  public: string;
}

async function makePair(name: string, into: string | undefined, { ports, cwd, project }: Io): Promise<Made> {
  if (!Slug.safeParse(name).success)
    throw new UserError({ at: name, message: 'cannot be the name of a key', hint: 'use lower case letters, digits and hyphens: runner' });
  if (into === undefined)
    throw new UserError({ at: '--into', message: 'is missing', hint: 'name a folder outside of the project, such as ~/.config/proofgate' });
  const pair = makeKeyPair();
  const dir = resolve(cwd, into);
  const { privatePath, publicPath } = await onDisk(into, () => writeKeyPair(name, dir, pair, visibleIn({ project }), ports));
  return { keyid: pair.keyid, private: privatePath, public: publicPath };
}

async function identify(file: string, { ports: { files }, cwd }: Io): Promise<Made> {
  const path = resolve(cwd, file);
  if ((await files.stat(path)) === undefined)
    throw new UserError({ at: file, message: 'is not there', hint: 'name the file that ends in .public.pem' });
  const { keyid } = loadPublicKey(await onDisk(file, () => files.readText(path)), file);
  return { keyid, public: path };
}

const inWords = ({ keyid, private: secret, public: open }: Made): string =>
  secret === undefined
    ? keyid
    : [`keyid    ${keyid}`, `private  ${secret} (yours alone: never copy it into the project or the environment)`, `public   ${open}`].join(
        '\n',
      );
