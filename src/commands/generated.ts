import { defaultRequiredEvents } from '../model/event.ts';
import type { Ports } from '../ports.ts';
import { cookbookPage } from './cookbook-page.ts';
import { commands } from './index.ts';
import { languagePage } from './language-page.ts';
import { matchingPage } from './matching-page.ts';
import { blockersPage, cliPage, eventsPage, gateReasonsPage } from './pages.ts';
import { schemaNames, schemaPath, schemaText } from './schemas.ts';

/** Every file that is made from tables of the code and from scenarios, by path in the repository. `npm run gen` writes them, a test compares them. */
export const generatedFiles = async (project: string, ports: Pick<Ports, 'files'>): Promise<Record<string, string>> => ({
  'docs/cli.md': cliPage(commands),
  'docs/blockers.md': blockersPage(),
  'docs/gate-reasons.md': gateReasonsPage(),
  'docs/events.md': eventsPage(defaultRequiredEvents),
  'docs/cookbook.md': await cookbookPage(project, ports),
  'docs/language.md': await languagePage(project, ports),
  'docs/matching.md': await matchingPage(project, ports),
  ...Object.fromEntries(schemaNames.map(name => [schemaPath(name), schemaText(name)])),
});
