import { defaultRequiredEvents } from '../model/event.ts';
import { commands } from './index.ts';
import { blockersPage, cliPage, eventsPage } from './pages.ts';
import { schemaNames, schemaPath, schemaText } from './schemas.ts';

/** Every file that is made from tables of the code, by path in the repository. `npm run gen` writes them, a test compares them. */
export const generatedFiles = (): Record<string, string> => ({
  'docs/cli.md': cliPage(commands),
  'docs/blockers.md': blockersPage(),
  'docs/events.md': eventsPage(defaultRequiredEvents),
  ...Object.fromEntries(schemaNames.map(name => [schemaPath(name), schemaText(name)])),
});
