import { sha256 } from '../model/digest.ts';
import picomatch from 'picomatch';
import { z } from 'zod';
import { type Json, type Path, show, valueAt } from '../model/json.ts';
import { Sha256 } from '../model/units.ts';
import type { Evidence } from './evidence.ts';
import { AnyMatcher, matcherFor } from './matcher.ts';
import { delimited, match, type Mismatch } from './match.ts';

const Text = z
  .string()
  .min(1)
  .refine(text => {
    try {
      delimited(text);
      return true;
    } catch {
      return false;
    }
  }, 'is not a regular expression')
  .describe('Text that occurs, or /a regular expression/ with a match.');
const Texts = z.union([Text, z.array(Text).min(1)]);

/** A path or glob in the bundle. */
const ArtifactPath = z
  .string()
  .max(1024)
  .regex(/^(?![/!])(?!(.*\/)?\.\.(\/|$)).+$/, 'must be relative to the bundle, without .. and !');

/** What the content of a file, or of a stream, has to be. */
export const ContentSpec = z
  .strictObject({
    size: matcherFor(z.int().nonnegative()).optional().describe('Bytes.'),
    matches: Texts.optional().describe('All of these occur.'),
    not_matches: Texts.optional().describe('None of these occurs.'),
    lines: matcherFor(z.array(Text)).optional().describe('Matcher over the list of its lines; /re/ is a regular expression here.'),
    json: AnyMatcher.optional().describe('Matcher over its content; of .jsonl over the list of its lines.'),
    json_at: z
      .record(z.string().regex(/^(\/.*)?$/, 'must be a JSON pointer such as /a/0'), AnyMatcher)
      .refine(map => Object.keys(map).length > 0, { error: 'asserts nothing', abort: true })
      .optional()
      .describe('JSON pointer to matcher.'),
    digest: Sha256.optional().describe('SHA-256 of its bytes, hex.'),
    same_as: z
      .string()
      .min(1)
      .optional()
      .describe('Equal by bytes to this file of the bundle; with ./ or ../ to one that stands beside the scenario.'),
  })
  .refine(map => Object.keys(map).length > 0, { error: 'asserts nothing', abort: true });
type ContentSpec = z.output<typeof ContentSpec>;

const ArtifactSpec = z.union([z.enum(['empty', 'present', 'absent']).describe('empty: it is there and has 0 bytes.'), ContentSpec]);
type ArtifactSpec = z.output<typeof ArtifactSpec>;

/** What a scenario expects of the files of the bundle. */
export const ArtifactsSpec = z
  .record(ArtifactPath, ArtifactSpec)
  .refine(map => Object.keys(map).length > 0, { error: 'asserts nothing', abort: true })
  .meta({ id: 'artifacts', description: 'Path or glob in the bundle to what is expected there.' });
export type ArtifactsSpec = z.output<typeof ArtifactsSpec>;

/** Judges every path or glob; a glob has to match a file unless it is to be absent, and all that it matches are judged. */
export async function judgeArtifacts(spec: ArtifactsSpec, evidence: Evidence, path: Path): Promise<Mismatch[]> {
  const found: Mismatch[] = [];
  for (const [glob, wanted] of Object.entries(spec)) {
    const isMatch = picomatch(glob, { dot: true });
    const files = evidence.paths.includes(glob) ? [glob] : evidence.paths.filter(file => isMatch(file));
    const at = [...path, glob];
    if (wanted === 'absent') {
      if (files.length > 0) found.push({ path: at, expected: 'absent', got: files, message: `expected absent, got ${files.join(', ')}` });
    } else if (files.length === 0) {
      found.push({
        path: at,
        expected: wanted,
        got: undefined,
        message: `expected ${typeof wanted === 'string' ? wanted : 'a file'}, got no such file`,
      });
    } else if (wanted !== 'present') {
      for (const file of files) found.push(...(await judgeFile(wanted, file, evidence, at)));
    }
  }
  return found;
}

async function judgeFile(
  spec: Exclude<ArtifactSpec, 'present' | 'absent'>,
  file: string,
  evidence: Evidence,
  path: Path,
): Promise<Mismatch[]> {
  const bytes = await evidence.read(file);
  if (spec !== 'empty') return judgeContent(spec, { name: file, bytes }, evidence, path);
  if (bytes.length === 0) return [];
  const got = new TextDecoder().decode(bytes);
  return [{ path, expected: 'empty', got, message: `expected ${file} to be empty, got ${bytes.length} bytes` }];
}

/** Judges the bytes of a file or of a stream; `name` is what a reader is told. */
export async function judgeContent(
  spec: ContentSpec,
  { name: file, bytes }: { name: string; bytes: Uint8Array },
  evidence: Pick<Evidence, 'paths' | 'read' | 'readBeside'>,
  path: Path,
): Promise<Mismatch[]> {
  const text = new TextDecoder().decode(bytes);
  const differ = (key: string, expected: unknown, message: string, got: unknown = text): Mismatch[] => [
    { path: [...path, key], expected, got, message },
  ];
  const { size, matches, not_matches, lines, json, json_at, digest, same_as } = spec;
  const found: Mismatch[] = [];
  if (size !== undefined) found.push(...match(size, bytes.length, [...path, 'size']));
  for (const wanted of [matches ?? []].flat()) {
    if (!occurs(wanted, text)) found.push(...differ('matches', wanted, `expected ${show(wanted)} in ${file}, got ${excerpt(text)}`));
  }
  for (const unwanted of [not_matches ?? []].flat()) {
    if (occurs(unwanted, text))
      found.push(...differ('not_matches', unwanted, `expected no ${show(unwanted)} in ${file}, got ${excerpt(text)}`));
  }
  if (lines !== undefined) found.push(...match(lines, linesOf(text), [...path, 'lines'], 'pattern'));
  if (json !== undefined || json_at !== undefined) found.push(...judgeJson(file, text, json, json_at, path));
  const actual = sha256(bytes);
  if (digest !== undefined && digest !== actual) found.push(...differ('digest', digest, `expected ${digest}, got ${actual}`, actual));
  if (same_as !== undefined) {
    const other = await otherFile(same_as, evidence);
    if (!other) found.push(...differ('same_as', same_as, `expected the bytes of ${same_as}, got no such file`));
    else if (Buffer.compare(other, bytes) !== 0)
      found.push(...differ('same_as', new TextDecoder().decode(other), `expected the bytes of ${same_as}, got other bytes`));
  }
  return found;
}

function judgeJson(file: string, text: string, json: Json | undefined, pointers: Record<string, Json> | undefined, path: Path): Mismatch[] {
  let value: unknown;
  try {
    value = file.endsWith('.jsonl') ? linesOf(text).map(line => JSON.parse(line) as unknown) : JSON.parse(text);
  } catch {
    return [{ path, expected: 'JSON', got: text, message: `expected JSON in ${file}, got ${excerpt(text)}` }];
  }
  return [
    ...(json === undefined ? [] : match(json, value, [...path, 'json'])),
    ...Object.entries(pointers ?? {}).flatMap(([pointer, matcher]) =>
      match(matcher, valueAt(value, stepsOf(pointer)), [...path, 'json_at', pointer]),
    ),
  ];
}

/** The keys of a JSON pointer (RFC 6901). */
const stepsOf = (pointer: string) =>
  pointer
    .split('/')
    .slice(1)
    .map(step => step.replaceAll('~1', '/').replaceAll('~0', '~'));

function otherFile(path: string, evidence: Pick<Evidence, 'paths' | 'read' | 'readBeside'>): Promise<Uint8Array | undefined> {
  if (/^\.\.?\//.test(path)) return evidence.readBeside(path);
  return evidence.paths.includes(path) ? evidence.read(path) : Promise.resolve(undefined);
}

const occurs = (wanted: string, text: string) => delimited(wanted)?.test(text) ?? text.includes(wanted);
const linesOf = (text: string) => (text === '' ? [] : text.replace(/\n$/, '').split('\n'));
const excerpt = (text: string) => (text === '' ? 'nothing' : show(text.slice(0, 300), 300));
