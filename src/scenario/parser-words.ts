import type { Words } from './wording.ts';

/**
 * What the messages of the parser (yaml 2.9) mean to somebody who does not know its grammar. What is not here is said as the
 * parser says it.
 */
// oxfmt-ignore
const inOurWords: readonly [said: RegExp, message: string, hint: string][] = [
  [/multiple documents/,                             'a second document is refused', 'make it a file of its own'],
  [/call stack|Stack overflow/,                      'lists or maps are nested too deeply', 'flatten the file'],
  [/^Nested mappings are not allowed/,               'a second "key:" stands in the value of the first', 'quote text that has ": " in it; put a map on lines of its own'],
  [/^A block sequence may not be used/,              'a list stands where a key should', 'write the key first, and the list below it'],
  [/^All mapping items must start/,                  'this line begins in another column than the keys of its map', 'indent it like them, or further if it belongs to the one above'],
  [/^All sequence items must start/,                 'this line begins in another column than the elements of its list', 'indent it like them'],
  [/^Sequence item without -/,                       'this line stands in a list and has no "- "', 'begin it with "- ", or indent it like the key of the list'],
  [/map in block collection must be .* end with a/,  'the map that begins with { is not closed before this line', 'write the missing }'],
  [/sequence in block collection must be .* with a/, 'the list that begins with [ is not closed before this line', 'write the missing ]'],
  [/map must end with a }/,                          'the map that begins with { is not closed', 'write the missing }'],
  [/sequence must end with a \]/,                    'the list that begins with [ is not closed', 'write the missing ]'],
  [/^Implicit keys .*need to be on a single line/,   'no ":" follows on this line', 'write "key: value"; quote text that goes on over several lines'],
  [/^Implicit map keys need to be followed/,         'no ":" follows here', 'write "key: value"; quote text that goes on over several lines'],
  [/^Block collections are not allowed within/,      'a second "key:" stands in the value of the first', 'separate what stands in [ ] or { } by commas; quote text that has ": " in it'],
  [/^Unexpected block-seq-ind on same line/,         'a list begins on the line of its key', 'begin "- " on the next line, or write the list in [ ]'],
  [/^Unexpected flow-(seq|map)-end/,                 'nothing was opened that this closes', 'remove it, or quote the text'],
  [/start with block scalar indicator/,              'a block of text cannot stand in [ ] or { }', 'write the text in quotes, or the map over several lines'],
  [/^Missing space after :/,                         'a space is missing after the colon', 'write "key: value"'],
  [/^Missing , /,                                    'a comma is missing before this', 'separate what stands in [ ] or { } by commas'],
  [/^Unexpected , |^Unexpected empty item/,          'nothing stands before this comma', 'remove the comma, or write what is missing'],
  [/^Unexpected .* at node end/,                     'something stands after the end of the value', 'quote the whole value'],
  [/^Missing closing/,                               'the text that begins with a quote is not closed', 'write the missing quote; in double quotes \\" stands for the quote itself'],
  [/^Invalid escape sequence/,                       'this escape does not exist', 'write \\\\ for a backslash; in single quotes and without quotes it is itself'],
  [/^Block scalar header includes extra/,            'something stands after | or >', 'begin the text on the next line'],
  [/^Block scalars with more-indented/,              'an empty line is indented further than the text', 'take the spaces of the empty line away'],
  [/^Comments must be separated/,                    'a space is missing before #', 'put a space before it, or quote text that has a # in it'],
  [/^Tabs are not allowed/,                          'a tab is refused', 'indent and separate with spaces'],
];

/** A message of the parser, in words of ours. */
export function inWordsOfOurs(said: string): Words {
  const reserved = /^Plain value cannot start with (?:reserved |directive indicator )?character (.)/.exec(said)?.[1];
  if (reserved !== undefined) return { message: `text cannot begin with ${reserved}`, hint: 'quote it' };
  const [, message, hint] = inOurWords.find(([pattern]) => pattern.test(said)) ?? [];
  return message !== undefined && hint !== undefined ? { message, hint } : { message: said, hint: 'mend the YAML here first' };
}
