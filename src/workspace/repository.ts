import type { Stat } from '../ports.ts';
import { IDENTITY } from '../model/handover.ts';
import { COMMITTED_AT } from './git.ts';
import { checked, makePack } from './pack.ts';

/** A file or a link of the one commit. */
export interface Leaf {
  /** Relative, `/`-separated. */
  path: string;
  mode: '100644' | '100755' | '120000';
  /** Of a link: its target. */
  content: Uint8Array;
  /** What git remembers of the file in the work tree, to see at a glance that it did not change. */
  seen: Omit<Stat, 'kind' | 'mode'>;
}

/** A git directory. */
export interface Repository {
  commit: string;
  /** What holds its objects, by path below the git directory. */
  objects: ReadonlyMap<string, Uint8Array>;
  /** Everything else, by path. */
  files: ReadonlyMap<string, string | Uint8Array>;
}

/**
 * A git directory with one commit on `main`, that of `git init`, `git add` and `git commit`. Git itself would be three processes and
 * a file and a folder for every object; what it writes is three kinds of objects and an index.
 * Formats: gitformat-index(5), https://git-scm.com/book/en/v2/Git-Internals-Git-Objects
 *
 * Not for trees with `.gitattributes`, which may want their contents changed on the way in.
 */
export function makeRepository(leaves: readonly Leaf[], config: string, message = 'baseline'): Repository {
  const pack = makePack();
  const blobs = leaves.map(leaf => ({ ...leaf, id: pack.add('blob', leaf.content) }));
  const tree = storeTree(blobs, content => pack.add('tree', content));
  const signature = `${IDENTITY.name} <${IDENTITY.email}> ${Date.parse(COMMITTED_AT) / 1000} +0000`;
  const commit = pack.add('commit', Buffer.from(`tree ${tree}\nauthor ${signature}\ncommitter ${signature}\n\n${message}\n`));
  const moved = `${'0'.repeat(40)} ${commit} ${signature}\tcommit (initial): ${message}\n`;

  const files = new Map<string, string | Uint8Array>([
    ['HEAD', HEAD],
    ['config', config],
    ['refs/heads/main', `${commit}\n`],
    ['logs/HEAD', moved],
    ['logs/refs/heads/main', moved],
    ['index', indexOf(blobs)],
  ]);
  return { commit, objects: pack.files(), files };
}

/** What makes a folder a git directory, beside its objects. */
export const HEAD = 'ref: refs/heads/main\n';

type Blob = Leaf & { id: string };

/** Stores the tree of a folder after those of its folders. @returns its id */
function storeTree(blobs: readonly Blob[], store: (content: Uint8Array) => string, prefix = ''): string {
  const here = blobs.filter(({ path }) => !path.slice(prefix.length).includes('/'));
  const below = Map.groupBy(
    blobs.filter(({ path }) => path.slice(prefix.length).includes('/')),
    ({ path }) => path.slice(prefix.length).split('/', 1)[0]!,
  );
  const rows = [
    ...here.map(({ path, mode, id }) => ({ name: path.slice(prefix.length), mode: mode as string, id, key: path.slice(prefix.length) })),
    // a folder is sorted as if its name ended in a slash
    ...[...below].map(([name, inside]) => ({ name, mode: '40000', id: storeTree(inside, store, `${prefix}${name}/`), key: `${name}/` })),
  ];
  rows.sort((a, b) => Buffer.compare(Buffer.from(a.key), Buffer.from(b.key)));
  return store(Buffer.concat(rows.flatMap(({ name, mode, id }) => [Buffer.from(`${mode} ${name}\0`), Buffer.from(id, 'hex')])));
}

/** Length of a name as the flags of an entry can say it. */
const LONGEST_NAME = 0xfff;
/** Bytes of an entry before its name. */
const ENTRY_BYTES = 62;

function indexOf(blobs: readonly Blob[]): Uint8Array {
  const entries = blobs
    .map(blob => ({ ...blob, name: Buffer.from(blob.path) }))
    .sort((a, b) => Buffer.compare(a.name, b.name))
    .map(({ name, mode, id, seen }) => {
      // at least one NUL, and a multiple of 8
      const entry = Buffer.alloc((ENTRY_BYTES + name.length + 8) & ~7);
      // device and fractions of seconds stay 0, as in an index of a git that was built without them
      const words = [
        Math.floor(seen.changed / 1000),
        0,
        Math.floor(seen.modified / 1000),
        0,
        0,
        seen.inode ?? 0,
        Number.parseInt(mode, 8),
        seen.uid ?? 0,
        seen.gid ?? 0,
        seen.bytes,
      ];
      words.forEach((word, i) => entry.writeUInt32BE(word % 2 ** 32, 4 * i));
      entry.write(id, 4 * words.length, 'hex');
      entry.writeUInt16BE(Math.min(name.length, LONGEST_NAME), ENTRY_BYTES - 2);
      name.copy(entry, ENTRY_BYTES);
      return entry;
    });
  const header = Buffer.from('DIRC\0\0\0\x02\0\0\0\0', 'latin1');
  header.writeUInt32BE(entries.length, 8);
  return checked([header, ...entries]);
}
