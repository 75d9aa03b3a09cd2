import type { ArtifactsSpec } from '../expect/artifacts.ts';
import { delimited } from '../expect/match.ts';
import { isMap, type Path } from '../model/json.ts';
import { viewsOf } from './content.ts';
import { exampleOfText } from './example.ts';
import { leaveOut, spoiltBelow, type Spoil, type Spoilt } from './mutant.ts';
import { bytesOf, type Files, filesOf, textOf, withFile } from './shelf.ts';
import { spoilsOf, textsWithout } from './spoil-matcher.ts';
import { MARK } from './values.ts';

type SpoiltFiles = Spoilt<Files>;

/** Every way to take out of the files of a bundle what is expected of them. */
export function* spoilArtifacts(spec: ArtifactsSpec, files: Files): Generator<SpoiltFiles> {
  for (const [glob, wanted] of Object.entries(spec)) yield* spoiltBelow([glob], spoilArtifact(glob, wanted, files), to => to);
}

const spoil = (kind: string, what: string, to: Files, at: Path = [], without: Path = at): Spoil<Files> => ({
  does: 'spoil',
  kind: `evidence: ${kind}`,
  at,
  without,
  to,
  what,
});

function* spoilArtifact(glob: string, wanted: ArtifactsSpec[string], files: Files): Generator<SpoiltFiles> {
  const found = filesOf(glob, files);
  if (wanted === 'absent') {
    const path = pathFor(glob);
    if (filesOf(glob, new Map([[path, bytesOf('')]])).length === 0) yield leaveOut('a pattern without an example');
    else yield spoil('artifact added', `${path} is there`, withFile(files, path, bytesOf('')));
    return;
  }
  const none = found.reduce<Files>((left, path) => withFile(left, path, undefined), files);
  yield spoil('artifact removed', `no ${found.join(', ')}`, none);
  for (const path of found) {
    if (wanted === 'empty') yield spoil('artifact not empty', `${path} has a byte`, withFile(files, path, bytesOf('x')));
    // of several files each has to hold
    else if (isMap(wanted)) yield* spoilContent(wanted, path, files);
  }
}

/** A path for a glob: every star one name, of alternatives the first. */
const pathFor = (glob: string): string =>
  glob
    .replaceAll(/\{([^,}]*)[^}]*\}/g, '$1')
    .replaceAll(/\[(.)[^\]]*\]/g, '$1')
    .replaceAll('**', '*')
    .replaceAll('*', 'x')
    .replaceAll('?', 'x');

function* spoilContent(clauses: Readonly<Record<string, unknown>>, path: string, files: Files): Generator<SpoiltFiles> {
  const bytes = files.get(path)!;
  const text = textOf(bytes);
  const put = (to: Uint8Array | undefined) => (to === undefined ? undefined : withFile(files, path, to));
  for (const { at, matcher, view, rule } of viewsOf(clauses, path))
    yield* spoiltBelow(at, spoilsOf(matcher, view.read(bytes), rule), to => put(view.write(to, bytes)));

  const spoilText = (kind: string, what: string, to: string, at: Path, without: Path) =>
    spoil(`artifact ${kind}`, `${path}: ${what}`, put(bytesOf(to))!, at, without);
  for (const [i, { wanted, at }] of textsAt('matches', clauses).entries()) {
    const left = textsWithout(one => occurs(wanted, one)).slice(0, 1);
    if (left.length === 0) yield { does: 'know nothing', at, what: `no text without ${wanted}` };
    const others = textsAt('matches', clauses).filter((_other, j) => j !== i);
    for (const to of left) yield spoilText('without a text', `no ${wanted}`, to, at, others.length > 0 ? ['matches'] : at);
  }
  for (const [i, { wanted, at }] of textsAt('not_matches', clauses).entries()) {
    const example = exampleOfText(wanted);
    const to = example === undefined ? undefined : [`${text}\n${example}`, `${example}\n${text}`, example].find(one => occurs(wanted, one));
    if (to === undefined) {
      yield leaveOut('a pattern without an example', at);
      continue;
    }
    const isShared = textsAt('not_matches', clauses).some((other, j) => j !== i && occurs(other.wanted, to));
    yield spoilText('with a forbidden text', `has ${example}`, to, at, isShared ? ['not_matches'] : at);
  }
  if (clauses['digest'] !== undefined) yield spoil('artifact changed', `${path}: one byte more`, put(bytesOf(`${text}x`))!, ['digest']);
  if (clauses['same_as'] !== undefined)
    yield spoil('artifact changed', `${path}: one byte more`, put(bytesOf(`${text}${MARK}`))!, ['same_as']);
}

/** The texts of a clause that takes one or several, with their places. */
function textsAt(key: string, clauses: Readonly<Record<string, unknown>>): { wanted: string; at: Path }[] {
  const wanted = (clauses[key] ?? []) as string | readonly string[];
  return typeof wanted === 'string' ? [{ wanted, at: [key] }] : wanted.map((one, i) => ({ wanted: one, at: [key, i] }));
}

const occurs = (wanted: string, text: string): boolean => delimited(wanted)?.test(text) ?? text.includes(wanted);
