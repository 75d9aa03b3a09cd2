import { afterAll, describe, expect, it, vi } from 'vitest';
import { aTestRoom } from '../testing/test-room.ts';
import { findPytest, type Tree } from '../testing/tiny-task.ts';

vi.setConfig({ testTimeout: 60_000 });
const tests = await aTestRoom();
afterAll(() => tests[Symbol.asyncDispose]());
const { ports, run } = tests;
const hasPytest = (await findPytest(ports)) !== undefined;

describe.skipIf(!hasPytest)('pytest tells every test by its node id and its end', () => {
  const pytest = (tree: Tree, ...args: string[]) => run(tree, { command: ['python3', '-m', 'pytest', '-q', ...args], report: 'pytest' });

  it('of every kind', async () => {
    const text = `
import pytest, unittest
@pytest.fixture
def broken(): raise RuntimeError
@pytest.fixture
def late():
    yield
    raise RuntimeError
def test_passes(): pass
def test_fails(): assert 0
def test_setup(broken): pass
def test_teardown(late): pass
@pytest.mark.skip
def test_skip(): pass
def test_skips_itself(): pytest.skip('why')
@pytest.mark.xfail
def test_xfail(): assert 0
@pytest.mark.xfail
def test_xpass(): pass
@pytest.mark.xfail(strict=True)
def test_strict(): pass
@pytest.mark.parametrize('x', [1, 2])
def test_many(x): assert x == 1
class TestClass:
    def test_method(self): pass
class Case(unittest.TestCase):
    def test_unit(self): self.assertEqual(1, 2)
    @unittest.expectedFailure
    def test_expected(self): self.assertEqual(1, 2)
`;
    const { told, garbage, exit_code } = await pytest({ 'test_a.py': text });
    expect({ garbage, exit_code, told: told.map(line => line.replace('test_a.py::', '')) }).toEqual({
      garbage: 0,
      exit_code: 1,
      told: [
        'test_passes: passed',
        'test_fails: failed',
        'test_setup: failed',
        'test_teardown: failed',
        'test_skip: skipped',
        'test_skips_itself: skipped',
        'test_xfail: expected_failure',
        'test_xpass: expected_failure',
        'test_strict: failed',
        'test_many[1]: passed',
        'test_many[2]: failed',
        'TestClass::test_method: passed',
        'Case::test_expected: expected_failure',
        'Case::test_unit: failed',
      ],
    });
  });

  it('a file that cannot be collected is a failed test of its name; one that skips itself is skipped', async () => {
    expect(
      (await pytest({ 'test_a.py': 'import no_such_module', 'test_b.py': 'import pytest\npytest.skip("why", allow_module_level=True)' }))
        .told,
    ).toEqual(['test_a.py: failed', 'test_b.py: skipped']);
  });

  it('code of the workspace is found, from the root, from a folder of tests and where the task says', async () => {
    const test = 'import strings, deep.strings, other\ndef test_a(): assert (strings.x, deep.strings.x, other.x) == (1, 2, 3)';
    const tree = {
      'strings.py': 'x = 1',
      'deep/strings.py': 'x = 2',
      'lib/other.py': 'x = 3',
      'tests/test_a.py': test,
      'pytest.ini': '[pytest]\npythonpath = lib',
    };
    expect(await pytest(tree)).toMatchObject({ told: ['tests/test_a.py::test_a: passed'], exit_code: 0 });
  });

  it('a module of the workspace does not stand in for one of the runner', async () => {
    const names = ['pytest', '_pytest', 'pluggy', 'json', 'argparse', 'xml', 'iniconfig', 'pytest_identities', 'sitecustomize'];
    const shadows = Object.fromEntries(names.map(name => [`${name}.py`, 'print("SHADOW"); import os; os._exit(0)']));
    const { told, log } = await pytest({ ...shadows, 'test_a.py': 'def test_a(): assert 0' });
    expect(told).toEqual(['test_a.py::test_a: failed']);
    expect(log).not.toContain('SHADOW');
  });

  it('the code under test finds no trace of the channel but an open descriptor', async () => {
    const text = `
import os, sys
def test_a():
    assert not [name for name in os.environ if 'REPORT' in name or name == 'PYTHONPATH']
    assert not [entry for entry in sys.path if 'children' in entry]
    try: os.fstat(4)
    except OSError: pass
    else: assert 'socket' not in os.readlink('/proc/self/fd/4')
    assert os.system('for fd in /proc/self/fd/*; do readlink $fd; done | grep socket') != 0
`;
    const { told, log } = await pytest({ 'test_a.py': text });
    expect(told, log).toEqual(['test_a.py::test_a: passed']);
  });

  it('configuration that lies outside of the tree is refused', async () => {
    const { tests, log } = await run(
      { 'test_a.py': 'def test_a(): pass' },
      { command: ['python3', '-m', 'pytest'], report: 'pytest' },
      { beside: { 'pytest.ini': '[pytest]\n' } },
    );
    expect(tests).toEqual([]);
    expect(log).toContain('configuration from outside of the tree');
  });

  it('as JUnit, by the runner itself', async () => {
    const { told, garbage } = await run(
      { 'test_a.py': 'import strings\ndef test_a(): pass\ndef test_b(): assert 0', 'strings.py': '' },
      { command: ['python3', '-m', 'pytest'], report: 'junit' },
    );
    expect({ told, garbage }).toEqual({ told: ['pytest > test_a: passed', 'pytest > test_b: failed'], garbage: 0 });
  });
});
