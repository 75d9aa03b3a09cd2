import { join, relative } from 'node:path';
import { backends } from '../backends/index.ts';
import { isMap } from '../model/json.ts';
import type { Files } from '../ports.ts';
import { codeFrame } from '../scenario/frame.ts';
import { type Finding, finding } from './finding.ts';
import type { LintInput } from './lint-input.ts';

/** The reference lanes may be called default: they are never candidates (SPEC section 10). `codex` is compared where it is installed. */
const candidates = [...new Set([...backends.filter(({ exemptUpTo }) => exemptUpTo === 1).map(({ id }) => id), 'codex'])];

/** A larger file is no text for people. */
const MAX_BYTES = 1024 * 1024;

/**
 * Default status is earned: no text calls a backend the default without the record of its promotion at stage 6. Looked at are README and the
 * other pages beside it, docs/ and the records; of a sentence that names a candidate and a default only what hedges it excuses it.
 * Whether the record of a promotion is signed is for `proofgate verify` to say.
 */
export async function claimsOfDefault(input: LintInput): Promise<Finding[]> {
  const { files, root, admissions } = input;
  const found: Finding[] = [];
  const promoted = await promotedBackends(admissions, files);
  for (const path of await texts(input)) {
    const text = await files.readText(path);
    for (const { backend, at } of claimsIn(text)) {
      if (promoted.has(backend)) continue;
      const before = text.slice(0, at).split('\n');
      const place = { line: before.length, col: before.at(-1)!.length + 1 };
      found.push(
        finding('problem', 'default-claim', {
          at: `${relative(root.project, path)}:${place.line}:${place.col}`,
          message: `calls ${backend} the default, and no promotion of stage 6 is in admissions/promotions/`,
          hint: 'call it a candidate, or promote it first: default status is earned, not assumed',
          frame: codeFrame(text.split(/\r?\n/), place),
        }),
      );
    }
  }
  return found;
}

/** Pages for people and records; where a folder of records was named, what lies in it. */
async function texts({ files, root, admissions }: LintInput): Promise<string[]> {
  const below = async (folder: string, pattern: RegExp, deep: boolean) => {
    if ((await files.stat(folder))?.kind !== 'dir') return [];
    const names = deep
      ? (await files.walk(folder, { maxFileBytes: 0 })).filter(({ kind }) => kind === 'file').map(({ path }) => path)
      : await files.list(folder);
    return names.filter(name => pattern.test(name)).map(name => join(folder, name));
  };
  const own = admissions === join(root.project, 'admissions');
  const paths = [
    ...(own ? [...(await below(root.project, /\.md$/, false)), ...(await below(join(root.project, 'docs'), /\.md$/, true))] : []),
    ...(await below(admissions, /\.(md|txt|json|ya?ml)$/, true)),
  ];
  const stats = await Promise.all(paths.map(path => files.stat(path)));
  return paths.filter((_, i) => stats[i]?.kind === 'file' && stats[i].bytes <= MAX_BYTES);
}

/** A sentence that names a candidate and says that it is the default, and the place of the name. */
export function claimsIn(text: string): { backend: string; at: number }[] {
  return sentences(text).flatMap(({ words, at }) => {
    if (!DEFAULT.test(words) || HEDGED.test(words)) return [];
    return candidates.flatMap(backend => {
      const name = nameOf(backend).exec(words);
      return name ? [{ backend, at: at + name.index }] : [];
    });
  });
}

/** The default of backends; defaults of flags, files and values are another thing. */
const DEFAULT =
  /\bdefault[\s-]+(coding[\s-]+)?(backend|engine|agent|lane)\b|\b(is|as|becomes|became|be|now|remains|was made|made|made\s+\S+)\s+(now\s+)?(the|our|a|its)?\s*default\b(?!\s+(model|task|stage|script|time|value|branch|provider))|\b(backend|engine)\s*(:|=|is)\s*\S+\s*\(?(by\s+)?default\b/i;

/** What makes a sentence no claim. */
const HEDGED =
  /\b(not|never|no|nor|neither|nothing|candidate|candidacy|until|unless|without|before|disabled|off|if|whether|when|once|where|cannot|may|must|earned|forbid\w*|refus\w+|compar\w+|fake is)\b|n't\b/i;

/** `case` is a word of the language too: it is the backend in backticks, with a capital, or beside the word backend. */
const nameOf = (id: string): RegExp => {
  const capital = `${id[0]!.toUpperCase()}${id.slice(1)}`;
  return new RegExp(
    `\`${id}\`|"${id}"|'${id}'|\\b${capital}\\b|\\b(?:backend|engine)\\s*[:=]?\\s*${id}\\b|\\b${id}\\s+(?:backend|engine)\\b`,
  );
};

/** Sentences with their places; a line that ends in nothing goes on in the next. */
function sentences(text: string): { words: string; at: number }[] {
  return [...text.matchAll(/(?:(?!\n\s*\n|[.!?](?:\s|$)|\n\s*[-*#|]).|\n(?!\s*\n|\s*[-*#|]))+/g)].map(match => ({
    words: match[0],
    at: match.index,
  }));
}

/** Backends that have the record of a promotion at stage 6, and none of its lapse. */
async function promotedBackends(admissions: string, files: Files): Promise<Set<string>> {
  const folder = join(admissions, 'promotions');
  const found = new Set<string>();
  if ((await files.stat(folder))?.kind !== 'dir') return found;
  for (const name of (await files.list(folder)).filter(one => one.endsWith('.dsse.json'))) {
    if (await files.stat(join(admissions, 'lapses', name))) continue;
    const backend = promotedBy(await files.readText(join(folder, name)));
    if (backend) found.add(backend);
  }
  return found;
}

/** The backend that an envelope promotes at stage 6; undefined for a refusal and for what is no envelope. */
function promotedBy(envelope: string): string | undefined {
  try {
    const { payload } = JSON.parse(envelope) as { payload?: unknown };
    const { predicate }: { predicate?: unknown } = JSON.parse(Buffer.from(String(payload), 'base64').toString('utf8')) as {
      predicate?: unknown;
    };
    if (!isMap(predicate) || predicate['verificationResult'] !== 'PASSED') return undefined;
    const levels: unknown = predicate['verifiedLevels'];
    if (!Array.isArray(levels) || !levels.includes('PROOFGATE_STAGE_6')) return undefined;
    return /^backend:([a-z0-9-]+)@/.exec(String(predicate['resourceUri']))?.[1];
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return undefined;
  }
}
