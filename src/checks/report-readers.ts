import { parseXml, XmlElement } from '@rgrove/parse-xml';
import { z } from 'zod';
import { TestResult, type TestOutcome } from '../model/verification.ts';
import type { Reporting } from './reporting.ts';

/** What a report said. */
export interface Heard {
  tests: TestResult[];
  /** Lines, or documents, that were not a report. */
  garbage: number;
}

/** Takes a report as it comes. */
export interface ReportReader {
  push(chunk: Uint8Array): void;
  end(): Heard;
}

const MAX_BYTES = 32 * 1024 * 1024;
const MAX_LINES = 200_000;

/** A reader with a bounded appetite: what lies beyond it is not read, and counts as garbage. */
export function readReport(format: Reporting['format'], maxBytes = MAX_BYTES): ReportReader {
  const take = format === 'lines' ? linesReader() : documentReader(format === 'junit' ? parseJunit : parseCtrf);
  const decoder = new TextDecoder();
  let bytes = 0;
  return {
    push(chunk) {
      bytes += chunk.byteLength;
      if (bytes <= maxBytes) take.push(decoder.decode(chunk, { stream: true }));
    },
    end() {
      take.push(decoder.decode());
      const { tests, garbage } = take.end();
      return { tests, garbage: garbage + (bytes > maxBytes ? 1 : 0) };
    },
  };
}

interface TextReader {
  push(text: string): void;
  end(): Heard;
}

/** One JSON object a line, as the reporters in children/ write it. A last line without its end was cut off. */
function linesReader(): TextReader {
  const tests: TestResult[] = [];
  let garbage = 0;
  let pending = '';
  const read = (line: string) => {
    const result = tests.length < MAX_LINES ? TestResult.safeParse(parseJson(line)) : undefined;
    if (result?.success) tests.push(result.data);
    else garbage += 1;
  };
  return {
    push(text) {
      const lines = (pending + text).split('\n');
      pending = lines.pop() ?? '';
      lines.forEach(read);
    },
    end: () => ({ tests, garbage: garbage + (pending === '' ? 0 : 1) }),
  };
}

/** A document that does not parse is one piece of garbage; none at all is a run without tests. */
function documentReader(parse: (text: string) => TestResult[] | undefined): TextReader {
  let text = '';
  return {
    push: more => void (text += more),
    end() {
      if (text.trim() === '') return { tests: [], garbage: 0 };
      const tests = parse(text);
      return tests ? { tests, garbage: 0 } : { tests: [], garbage: 1 };
    },
  };
}

const idOf = (names: readonly string[]) => names.filter(name => name !== '').join(' > ');

/** Names of the nested test suites, then the name of the test case; a class name is no part of an identity. */
function parseJunit(text: string): TestResult[] | undefined {
  try {
    const { root } = parseXml(text);
    return root && (root.name === 'testsuites' || root.name === 'testsuite') ? testCases(root, []) : undefined;
  } catch {
    return undefined;
  }
}

function testCases(element: XmlElement, suites: readonly string[]): TestResult[] {
  const name = element.attributes['name'] ?? '';
  if (element.name === 'testcase') return [{ id: idOf([...suites, name]), outcome: junitOutcome(element) }];
  const inner = element.name === 'testsuite' ? [...suites, name] : suites;
  return elements(element).flatMap(child => testCases(child, inner));
}

function junitOutcome(testCase: XmlElement): TestOutcome {
  const inside = new Map(elements(testCase).map(child => [child.name, child]));
  if (inside.has('failure') || inside.has('error')) return 'failed';
  const skipped = inside.get('skipped');
  return skipped ? (skipped.attributes['type'] === 'todo' ? 'todo' : 'skipped') : 'passed';
}

const elements = (element: XmlElement) => element.children.filter(child => child instanceof XmlElement);

/** https://ctrf.io: the fields that say what a test is called and how it ended. */
const Ctrf = z.object({
  results: z.object({
    tests: z.array(
      z.object({
        name: z.string().min(1),
        status: z.enum(['passed', 'failed', 'skipped', 'pending', 'other']),
        suite: z.union([z.string(), z.array(z.string())]).optional(),
        flaky: z.boolean().optional(),
      }),
    ),
  }),
});

const ctrfOutcomes = { passed: 'passed', failed: 'failed', skipped: 'skipped', pending: 'todo', other: 'failed' } as const;

/** A test that passed only when it was tried again has failed. */
function parseCtrf(text: string): TestResult[] | undefined {
  const parsed = Ctrf.safeParse(parseJson(text));
  return parsed.data?.results.tests.map(({ name, status, suite = [], flaky }) => ({
    id: idOf([...[suite].flat(), name]),
    outcome: flaky ? 'failed' : ctrfOutcomes[status],
  }));
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
