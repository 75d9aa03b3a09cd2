import type { NextName, Planted } from './planted.ts';

/** Writes a Python test that must fail, called `test_<slug>`. */
type FailingTest = (slug: string, one: string, other: string) => string;

/** Appends tests for pytest: one for the bare `assert`, and one each for the other ways of comparing that the file uses. */
export function plantPython(text: string, nextName: NextName): Planted | undefined {
  if (!/^\s*(async\s+)?def\s+test/m.test(text)) return undefined;
  const tests = failingTests(text).map(write => {
    const words = nextName().split(' ');
    const [one = '', other = ''] = words.slice(-2);
    const slug = words.join('_');
    return { name: `test_${slug}`, code: write(slug, one, other) };
  });
  return { text: `${text}\n${tests.map(({ code }) => `\n\n${code}`).join('')}`, names: tests.map(({ name }) => name) };
}

function failingTests(text: string): FailingTest[] {
  const tests: FailingTest[] = [(slug, one, other) => `def test_${slug}():\n    assert "${one}" == "${other}"\n`];
  const raises = /(?<![\w.])((?:pytest\.)?raises)\(/.exec(text)?.[1];
  if (raises)
    tests.push((slug, one, other) => `def test_${slug}():\n    with ${raises}(ValueError):\n        "${one}".startswith("${other}")\n`);
  const testCase = /^class\s+\w+\(\s*((?:\w+\.)*TestCase)\s*\)/m.exec(text)?.[1];
  if (testCase)
    tests.push(
      (slug, one, other) =>
        `class Test${capitals(slug)}(${testCase}):\n    def test_${slug}(self):\n        self.assertEqual("${one}", "${other}")\n`,
    );
  return tests;
}

const capitals = (slug: string) => slug.replace(/(?:^|_)(\w)/g, (_, letter: string) => letter.toUpperCase());
