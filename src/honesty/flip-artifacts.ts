import type { ArtifactsSpec } from '../expect/artifacts.ts';
import { delimited } from '../expect/match.ts';
import { isMap } from '../model/json.ts';
import { viewsOf } from './content.ts';
import { flip, flipsOf } from './flip-matcher.ts';
import { flippedBelow, type Flipped } from './mutant.ts';
import { type Files, filesOf, textOf } from './shelf.ts';
import { MARK } from './values.ts';

/** Clauses that this page knows; an artifact with another has an assertion that nobody flips. */
const knownClauses: readonly string[] = ['size', 'matches', 'not_matches', 'lines', 'json', 'json_at', 'digest', 'same_as'];

/** Every way to make an expectation of the files of a bundle false for these files. */
export function* flipArtifacts(spec: ArtifactsSpec, files: Files): Generator<Flipped> {
  for (const [glob, wanted] of Object.entries(spec)) {
    const found = filesOf(glob, files);
    if (isMap(wanted)) yield* flippedBelow([glob], flipContent(wanted, found, files));
    else yield* flippedBelow([glob], flipWord(wanted, found, files));
  }
}

function* flipWord(word: string, found: readonly string[], files: Files): Generator<Flipped> {
  const change = (to: unknown) => flip(`artifact: ${word}`, word, to);
  if (word === 'absent') {
    yield change('present');
    yield change('empty');
    return;
  }
  yield change('absent');
  if (word === 'empty') yield change({ size: { $gt: 0 } });
  else if (word !== 'present') yield { does: 'know nothing', at: [], what: `artifacts: ${word}` };
  else if (found.some(path => files.get(path)!.length > 0)) yield change('empty');
}

function* flipContent(clauses: Readonly<Record<string, unknown>>, found: readonly string[], files: Files): Generator<Flipped> {
  const texts = found.map(path => textOf(files.get(path)));
  for (const key of Object.keys(clauses)) {
    if (!knownClauses.includes(key)) yield { does: 'know nothing', at: [key], what: `artifacts.${key}` };
  }
  for (const { at, matcher, rule } of viewsOf(clauses, found[0] ?? '')) {
    const seen = found
      .flatMap(path => viewsOf(clauses, path).filter(view => view.at.join() === at.join()))
      .map(({ view }, i) => view.read(files.get(found[i]!)!));
    yield* flippedBelow(at, flipsOf(matcher, seen, rule));
  }
  yield* flipTexts('matches', clauses['matches'], text => [`${text}${MARK}`, '/(?!)/'].filter(to => !texts.some(one => one.includes(to))));
  yield* flipTexts('not_matches', clauses['not_matches'], () => ['/(?:)/', ...excerpts(texts)]);
  const { digest, same_as } = clauses as { digest?: string; same_as?: string };
  if (digest !== undefined) yield flip('artifact: digest', digest, `${digest.startsWith('0') ? '1' : '0'}${digest.slice(1)}`, ['digest']);
  if (same_as !== undefined) {
    const other = [...files.keys()].find(path => found.some(one => Buffer.compare(files.get(path)!, files.get(one)!) !== 0));
    for (const to of [other, 'no-such-file', './no-such-file'])
      if (to !== undefined) yield flip('artifact: same_as', same_as, to, ['same_as']);
  }
}

function* flipTexts(key: string, wanted: unknown, instead: (text: string) => readonly string[]): Generator<Flipped> {
  const isList = Array.isArray(wanted);
  for (const [i, text] of ([wanted ?? []].flat() as string[]).entries()) {
    const at = isList ? [key, i] : [key];
    for (const to of instead(text)) yield flip(`artifact: ${key}`, text, to, at);
  }
}

/** The beginning of a line that is there, where it can be written as plain text. */
const excerpts = (texts: readonly string[]): string[] =>
  texts
    .flatMap(text => text.split('\n'))
    .map(line => line.slice(0, 12))
    .filter(line => line !== '' && delimited(line) === undefined)
    .slice(0, 1);
