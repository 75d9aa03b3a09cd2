import { LLMock, type FixtureMatch } from '@copilotkit/aimock';
import { envelopeText } from '../scripted/envelope.ts';
import { roles } from '../scripted/script.ts';

/** What a client has to show, as at any vendor. */
const KEY = 'a-key-of-the-vendor-0123456789';

/** Mends n1-string-slugify, else the task that c1 and o1 share, as a person at a shell would. */
const MEND = [
  "if [ -f strings.js ]; then sed -i \"s/replace(' ', '-')/split(' ').filter(Boolean).join('-')/\" strings.js;",
  "else sed -i 's/(ms < 1000 ?/(Math.round(ms) < 1000 ?/' src/model/duration.ts; fi",
].join(' ');

/**
 * An OpenAI-compatible vendor on the loopback, which knows nothing of the harness: whoever has its key gets a tool call that does the
 * work, and then a sentence, or what an agent of Case ends with. It reads what stands in a request and has no script of a scenario.
 */
export async function aVendor(): Promise<{ baseUrl: string; key: string } & AsyncDisposable> {
  const server = new LLMock({ host: '127.0.0.1', port: 0, journalMaxEntries: 1, auth: { apiKeys: [KEY] } });
  const says = (match: FixtureMatch, content: string) => void server.addFixture({ match, response: { content } });
  says({ predicate: ({ tools = [] }) => tools.length === 0 }, 'Ready.');
  for (const role of roles) {
    const match: FixtureMatch = { systemMessage: new RegExp(`^# ${role}\\b`, 'i') };
    const isWorking = role === 'implementer';
    says(isWorking ? { ...match, hasToolResult: true } : match, envelopeText({ envelope: 'completed' }, role));
  }
  says({ hasToolResult: true }, 'It is mended.');
  server.addFixture({ match: {}, response: { toolCalls: [{ name: 'bash', arguments: JSON.stringify({ command: MEND }) }] } });
  await server.start();
  return { baseUrl: `${server.url}/v1`, key: KEY, [Symbol.asyncDispose]: () => server.stop() };
}
