import { ContentSpec } from '../expect/artifacts.ts';
import { EventsSpec } from '../expect/events.ts';
import { expectKeys, outputKeys } from '../expect/expectation.ts';
import { exitTable, keysOf, keyTable } from './language-tables.ts';

const [eventsList, eventsMap] = EventsSpec.options;
const [oneEvent] = eventsList.element.options;

/** "What is expected" of docs/language.md. */
export const whatIsExpected = `## What is expected

All of it has to hold. A value that is written is asked for exactly; a map asks for what it has and no more, at every depth; a
list is exact; an operator (\`{$re: …}\`, \`{$oneOf: […]}\`, \`{$gte: 1}\`) can stand wherever a value can. [matching.md](matching.md)
has every form with examples that hold and examples that do not.

${keyTable(
  { ...expectKeys, ...outputKeys },
  {
    see: {
      exit: 'a [word](#exit), a code, or a list of codes',
      events: '[a list, or a map](#events)',
      report: 'a map of fields of [report.json](../schema/report.v1.json)',
      artifacts: '[a map](#artifacts)',
      verification: 'a map of fields of `verification`',
      stdout: 'text, an [operator](matching.md#operators), `empty`, or the [clauses of an artifact](#artifacts)',
      stderr: 'the same',
    },
  },
)}

### exit

${exitTable()}

A word other than \`interrupted\` also asks that the report was sealed: a report that is still the reserved one was never judged.

### events

A list asks for these events in this order, with anything before, between and after. An element is a type, or a map:

${keyTable(keysOf(oneEvent))}

A list in the list stands for all of its elements in any order; \`{not: x}\` says that there is no \`x\` between the element before it
and the one after it. A map asks for several things, and all of them have to hold:

${keyTable(keysOf(eventsMap), {
  see: {
    in_order: 'a list, as above',
    exact: 'a list of types or maps',
    count: 'a map of types to a number or an [operator](matching.md#operators)',
    never: 'a list of types or maps',
  },
})}

### artifacts

The key is a path in the bundle, or a glob, which has to match a file unless \`absent\` is expected; everything that it matches is
judged. The value is \`present\`, \`empty\` (it is there and has 0 bytes), \`absent\`, or a map of clauses:

${keyTable(keysOf(ContentSpec))}

\`/re/\` is a regular expression in \`matches\`, \`not_matches\` and \`lines\` only, flags \`imsu\` after it; elsewhere write
\`{$re: …}\`. [evidence.md](evidence.md) says what is in which file.
`;
