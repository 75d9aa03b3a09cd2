import { basename, dirname, join, relative, resolve } from 'node:path';
import { systemCode, UserError } from '../errors.ts';
import type { Files, Ports } from '../ports.ts';
import { type PrivateKey, parsePrivateKey } from './keys.ts';

/** A folder that a run, or somebody who reads its evidence, can see. */
export interface Visible {
  /** Absolute. */
  dir: string;
  /** As in "lies in the project". */
  name: string;
}

/** A larger file is no key. */
const MAX_KEY_BYTES = 4096;

const elsewhere = 'keep it in a folder of its own that nothing of this project reads: proofgate keys new NAME --into DIR';

/**
 * Reads a private key from a place where no run can see it: its own file, for its owner alone, outside of all these folders, and not in
 * the environment.
 *
 * @param path absolute
 * @throws {UserError}
 */
export async function loadPrivateKey(
  path: string,
  visible: readonly Visible[],
  { files, host }: Pick<Ports, 'files' | 'host'>,
): Promise<PrivateKey> {
  const refuse = (message: string, hint = elsewhere, cause?: unknown) => new UserError({ at: path, message, hint }, { cause });
  const real = await files.realPath(path).catch((error: unknown) => {
    throw refuse(`cannot be read (${systemCode(error) ?? String(error)})`, 'name the file that ends in .private.pem', error);
  });
  for (const { dir, name } of visible) {
    // the folder by either name: a link into the project is seen there, and so is what it points to
    const places = [dir, await realOrSame(dir, files)];
    if (places.some(place => isBelow(path, place) || isBelow(real, place))) throw refuse(`lies in ${name}: a private key never does`);
  }
  const stat = await files.stat(real);
  if (stat?.kind !== 'file' || stat.bytes > MAX_KEY_BYTES)
    throw refuse('is no plain file of the size of a key', 'name the file that ends in .private.pem');
  if ((stat.mode & 0o077) !== 0) {
    const hint = path.endsWith('.public.pem') ? 'name the file that ends in .private.pem' : `chmod 600 ${basename(path)}`;
    throw refuse(`can be read by others (mode ${(stat.mode & 0o777).toString(8)})`, hint);
  }
  if (stat.uid !== undefined && stat.uid !== host.uid) throw refuse('belongs to another user', 'sign with a key of your own');

  const pem = await files.readText(real).catch((error: unknown) => {
    throw refuse(`cannot be read (${systemCode(error) ?? String(error)})`, 'mend its permissions', error);
  });
  const key = parsePrivateKey(pem, path);
  const shown = shownBy(key, pem, host.env);
  if (shown)
    throw refuse(
      `stands in the environment, as ${shown}: whatever is started from here can read it`,
      `unset ${shown}, and make another key`,
    );
  return key;
}

/** Writes a fresh pair of files. @param dir absolute @throws {UserError} where one of them is there already */
export async function writeKeyPair(
  name: string,
  dir: string,
  { privatePem, publicPem }: { privatePem: string; publicPem: string },
  visible: readonly Visible[],
  { files }: Pick<Ports, 'files'>,
): Promise<{ privatePath: string; publicPath: string }> {
  const privatePath = join(dir, `${name}.private.pem`);
  const publicPath = join(dir, `${name}.public.pem`);
  const place = await nearestReal(dir, files);
  for (const folder of visible) {
    const places = [folder.dir, await realOrSame(folder.dir, files)];
    if (places.some(one => isBelow(dir, one) || isBelow(place, one)))
      throw new UserError({
        at: dir,
        message: `lies in ${folder.name}: a private key never does`,
        hint: 'name another folder, such as ~/.config/proofgate',
      });
  }
  for (const path of [privatePath, publicPath])
    if (await files.stat(path))
      throw new UserError({ at: path, message: 'is there already', hint: 'choose another name: a key is never replaced' });
  if (!(await files.stat(dir))) {
    await files.makeDir(dir);
    await files.chmod(dir, 0o700);
  }
  await files.write(privatePath, privatePem, { mode: 0o600 });
  await files.write(publicPath, publicPem);
  return { privatePath, publicPath };
}

/** Whether a path is a folder, or something in it. */
function isBelow(path: string, dir: string): boolean {
  const way = relative(dir, path);
  return way === '' || !(way === '..' || way.startsWith('../'));
}

const realOrSame = (path: string, files: Files): Promise<string> => files.realPath(path).catch(() => path);

/** Where a folder that may not be there yet is going to be, links followed. */
async function nearestReal(path: string, files: Files): Promise<string> {
  const real = await files.realPath(path).catch(() => undefined);
  if (real !== undefined || dirname(path) === path) return real ?? path;
  return resolve(await nearestReal(dirname(path), files), basename(path));
}

/** The variable that has the key, in any form in which keys are handed about; undefined: none. */
function shownBy({ secret }: PrivateKey, pem: string, env: Readonly<Record<string, string | undefined>>): string | undefined {
  const der = secret.export({ type: 'pkcs8', format: 'der' });
  const seed = der.subarray(-32);
  const binary = [der, seed].flatMap(bytes => [bytes.toString('base64'), bytes.toString('base64url'), bytes.toString('hex')]);
  const forms = [...binary, Buffer.from(pem).toString('base64'), Buffer.from(pem.trimEnd()).toString('base64')].map(bare);
  return Object.keys(env).find(name => {
    const value = bare(env[name] ?? '');
    return forms.some(form => value.includes(form) || (isHex(form) && value.toLowerCase().includes(form)));
  });
}

const isHex = (text: string): boolean => /^[0-9a-f]+$/.test(text);

/** Without line ends, however they are written, and without padding, which a part of a text has not. */
const bare = (text: string): string => text.replaceAll(/\\n|\s|=+$/g, '');
