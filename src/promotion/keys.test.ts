import { createHash, generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { execa } from 'execa';
import { join } from 'node:path';
import { nodePorts } from '../node/ports.ts';
import { aProject, problemsOf } from '../testing/project.ts';
import { loadPublicKey, makeKeyPair, parsePrivateKey, smallOrderPoints } from './keys.ts';
import { loadPrivateKey, writeKeyPair } from './private-key.ts';

const SPKI = '302a300506032b6570032100';
const pemOf = (der: Buffer, label = 'PUBLIC KEY') => `-----BEGIN ${label}-----\n${der.toString('base64')}\n-----END ${label}-----\n`;
const publicOf = (point: string) => pemOf(Buffer.from(SPKI + point, 'hex'));
const pair = makeKeyPair();
const body = pair.publicPem.split('\n')[1]!;

describe('a point of small order', () => {
  const P = 2n ** 255n - 19n;
  const mod = (n: bigint) => ((n % P) + P) % P;
  const power = (base: bigint, exponent: bigint): bigint => {
    let [result, square] = [1n, mod(base)];
    for (let rest = exponent; rest > 0n; rest >>= 1n) {
      if (rest & 1n) result = mod(result * square);
      square = mod(square * square);
    }
    return result;
  };
  const inverse = (n: bigint) => power(n, P - 2n);
  const D = mod(-121665n * inverse(121666n));
  /** x² of the curve at y: (y² - 1) / (dy² + 1). */
  const xSquared = (y: bigint) => mod((y * y - 1n) * inverse(D * y * y + 1n));
  /** y of twice a point: (y² + x²) / (2 - y² + x²) on -x² + y² = 1 + dx²y². */
  const doubled = (y: bigint) => {
    const xx = xSquared(y);
    return mod((y * y + xx) * inverse(1n - D * xx * y * y));
  };
  const yOf = (point: string) => {
    const bytes = Buffer.from(point, 'hex').reverse();
    bytes[0]! &= 0x7f;
    return BigInt(`0x${bytes.toString('hex')}`);
  };

  it.each(smallOrderPoints)('%s times eight is nothing', point => {
    expect(doubled(doubled(doubled(yOf(point))))).toBe(1n);
  });

  it('is one of eight', () => {
    expect(new Set(smallOrderPoints).size).toBe(8);
  });

  it.each(smallOrderPoints)('%s is no key', async point => {
    expect(() => loadPublicKey(publicOf(point))).toThrow('is a point of small order');
  });

  it('is no key under the sign that it has not', () => {
    expect(() => loadPublicKey(publicOf(`01${'00'.repeat(30)}80`))).toThrow('is a point of small order');
  });
});

describe('a public key', () => {
  it('has the SHA-256 of its SPKI bytes as its keyid, as openssl writes them', async () => {
    const { stdout } = await execa('openssl', ['pkey', '-pubin', '-outform', 'DER'], { input: pair.publicPem, encoding: 'buffer' });
    expect(loadPublicKey(pair.publicPem).keyid).toBe(createHash('sha256').update(stdout).digest('hex'));
    expect(loadPublicKey(pair.publicPem).keyid).toBe(pair.keyid);
  });

  const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey.export({ type: 'spki', format: 'pem' }).toString();
  const ed448 = generateKeyPairSync('ed448').publicKey.export({ type: 'spki', format: 'pem' }).toString();
  const x25519 = generateKeyPairSync('x25519').publicKey.export({ type: 'spki', format: 'pem' }).toString();
  const wide = Array.from({ length: 19 }, (_, i) => (0xed + i).toString(16));
  it.each<[string, string, string]>([
    ['of RSA', rsa, 'no ed25519 public key'],
    ['of ed448', ed448, 'no ed25519 public key'],
    ['of x25519', x25519, 'no ed25519 public key'],
    ['private', pair.privatePem, 'is a private key'],
    ['certificate', pair.publicPem.replaceAll('PUBLIC KEY', 'CERTIFICATE'), 'is a certificate'],
    ['empty', '', 'no PEM file'],
    ['two blocks', pair.publicPem + pair.publicPem, 'no PEM file'],
    ['text after it', `${pair.publicPem}more\n`, 'no PEM file'],
    ['a line after it', `${pair.publicPem}\n`, 'no PEM file'],
    ['text before it', `of jp\n${pair.publicPem}`, 'no PEM file'],
    ['another end', pair.publicPem.replace('END PUBLIC', 'END PRIVATE'), 'no PEM file'],
    ['headers', pair.publicPem.replace('\n', '\nName: jp\n\n'), 'no PEM file'],
    ['line ends of Windows', pair.publicPem.replaceAll('\n', '\r\n'), 'no PEM file'],
    ['base64 with spare bits', pair.publicPem.replace(body, `${body.slice(0, -1)}B=`), 'is not canonical base64'],
    ['a byte less', pemOf(Buffer.from(body, 'base64').subarray(0, -1)), 'no ed25519 public key'],
    ['a byte more', pemOf(Buffer.concat([Buffer.from(body, 'base64'), Buffer.from([0])])), 'no ed25519 public key'],
    ['another spelling of the algorithm', pemOf(Buffer.from(`302c300706032b65700500032100${'11'.repeat(32)}`, 'hex')), 'no ed25519'],
    ...wide
      .slice(2)
      .map((first): [string, string, string] => [
        `y = 2^255 - 0x${first}`,
        publicOf(`${first}${'ff'.repeat(30)}7f`),
        'is not in its canonical',
      ]),
  ])('%s is refused', (_name, pem, message) => {
    expect(() => loadPublicKey(pem)).toThrow(message);
  });
});

describe('a private key', () => {
  it('is what openssl genpkey writes, and has the keyid of its public half', async () => {
    const { stdout } = await execa('openssl', ['genpkey', '-algorithm', 'ed25519']);
    const { stdout: open } = await execa('openssl', ['pkey', '-pubout'], { input: `${stdout}\n` });
    expect(parsePrivateKey(stdout, 'key').keyid).toBe(loadPublicKey(open).keyid);
  });

  async function aPlace() {
    const project = await aProject({ 'package.json': '{}' });
    const keys = await aProject({});
    const ports = nodePorts();
    await ports.files.write(join(keys.root, 'key'), pair.privatePem, { mode: 0o600 });
    return {
      project: project.root,
      keys: keys.root,
      load: (path: string, env: Record<string, string> = {}) =>
        loadPrivateKey(path, [{ dir: project.root, name: 'the project' }], nodePorts(env)),
      ports,
      async [Symbol.asyncDispose]() {
        await project[Symbol.asyncDispose]();
        await keys[Symbol.asyncDispose]();
      },
    };
  }

  it('is read from a file of its own', async () => {
    await using place = await aPlace();
    expect((await place.load(join(place.keys, 'key'), { HOME: '/', NODE: 'x' })).keyid).toBe(pair.keyid);
  });

  it.each<[string, number]>([
    ['its group', 0o640],
    ['everybody', 0o604],
    ['a group that may write it', 0o620],
  ])('is not read where it is open to %s', async (_name, mode) => {
    await using place = await aPlace();
    await place.ports.files.chmod(join(place.keys, 'key'), mode);
    expect(await problemsOf(place.load(join(place.keys, 'key')))).toEqual([expect.stringContaining('can be read by others')]);
  });

  it('is not read where a run can see it, by whatever way', async () => {
    await using place = await aPlace();
    const { files } = place.ports;
    const [inside, out] = [join(place.project, 'key'), join(place.keys, 'key')];
    await files.write(inside, pair.privatePem, { mode: 0o600 });
    await files.link(inside, join(place.keys, 'to-inside'));
    await files.link(out, join(place.project, 'to-outside'));
    await files.link(place.project, join(place.keys, 'project'));
    const ways = [
      inside,
      join(place.keys, 'to-inside'),
      join(place.project, 'to-outside'),
      join(place.keys, 'project/key'),
      join(place.keys, '..', place.project.split('/').at(-1)!, 'key'),
    ];
    for (const way of ways) expect(await problemsOf(place.load(way))).toEqual([`${way} lies in the project: a private key never does`]);
  });

  it('is no folder, no device, nothing that is not there', async () => {
    await using place = await aPlace();
    for (const way of [place.keys, '/dev/zero'])
      expect(await problemsOf(place.load(way))).toEqual([expect.stringContaining('is no plain file')]);
    expect(await problemsOf(place.load(join(place.keys, 'none')))).toEqual([expect.stringContaining('cannot be read (ENOENT)')]);
  });

  const der = Buffer.from(pair.privatePem.split('\n')[1]!, 'base64');
  const seed = der.subarray(-32);
  it.each<[string, string]>([
    ['as it is', pair.privatePem],
    ['with line ends written out', pair.privatePem.replaceAll('\n', '\\n')],
    ['in one line', pair.privatePem.replaceAll('\n', ' ')],
    ['without its frame', der.toString('base64')],
    ['its bytes in hex', der.toString('hex').toUpperCase()],
    ['its seed in hex', `0x${seed.toString('hex')}`],
    ['its seed in base64', seed.toString('base64')],
    ['its seed in base64url', seed.toString('base64url')],
    ['the whole file in base64', Buffer.from(pair.privatePem).toString('base64')],
    ['among other things', JSON.stringify({ key: pair.privatePem })],
  ])('is not read where it stands in the environment: %s', async (_name, value) => {
    await using place = await aPlace();
    expect(await problemsOf(place.load(join(place.keys, 'key'), { OTHER: 'x', SIGNER: value }))).toEqual([
      expect.stringContaining('stands in the environment, as SIGNER'),
    ]);
  });

  it('is written for its owner alone, never over another, and never into the project', async () => {
    await using place = await aPlace();
    const { files } = place.ports;
    const visible = [{ dir: place.project, name: 'the project' }];
    const dir = join(place.keys, 'fresh');
    const { privatePath, publicPath } = await writeKeyPair('runner', dir, pair, visible, place.ports);
    const mode = async (path: string) => ((await files.stat(path))!.mode & 0o777).toString(8);
    expect([await mode(dir), await mode(privatePath), await mode(publicPath)]).toEqual(['700', '600', '644']);
    expect(await problemsOf(writeKeyPair('runner', dir, pair, visible, place.ports))).toEqual([`${privatePath} is there already`]);
    await files.link(place.project, join(place.keys, 'link'));
    for (const inside of [place.project, join(place.project, 'new/folder'), join(place.keys, 'link/new')])
      expect(await problemsOf(writeKeyPair('runner', inside, pair, visible, place.ports))).toEqual([
        `${inside} lies in the project: a private key never does`,
      ]);
  });
});
