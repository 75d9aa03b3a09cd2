import type { Decided } from './decide.ts';

/** A decision as JUnit XML: one test case a required scenario, and one for what is wrong with the gate's other inputs. */
export function junitOf({ decision, findings }: Decided): string {
  const { scenarios, subject } = decision;
  const rows = scenarios.map(({ id, state }) => {
    const [file = '', title = ''] = [id.slice(0, id.indexOf('#')), id.slice(id.indexOf('#') + 1)];
    const own = findings.filter(({ scenario }) => scenario === id);
    const name = `    <testcase classname="${xml(file)}" name="${xml(title)}"`;
    if (own.length === 0 && state === 'green') return `${name}/>`;
    return [`${name}>`, ...bodyOf(state, own), '    </testcase>'].join('\n');
  });
  const others = findings.filter(({ scenario }) => scenario === undefined);
  if (others.length > 0) {
    rows.push([`    <testcase classname="gate" name="inputs">`, ...bodyOf('missing', others), '    </testcase>'].join('\n'));
  }
  const failures = rows.filter(row => row.includes('<failure ')).length;
  const errors = rows.filter(row => row.includes('<error ')).length;
  const counts = `tests="${rows.length}" failures="${failures}" errors="${errors}"`;
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="proofgate gate" ${counts}>`,
    `  <testsuite name="${xml(subject)}" ${counts} timestamp="${decision.decided_at.slice(0, 19)}">`,
    ...rows,
    '  </testsuite>',
    '</testsuites>',
    '',
  ].join('\n');
}

/** Red is a failure; what is missing is an error and never a skipped test, which readers of JUnit count as none. */
const bodyOf = (state: string, findings: Decided['findings']): string[] => {
  const tag = state === 'red' ? 'failure' : 'error';
  const shown = findings.length > 0 ? findings : [{ code: state, detail: state }];
  return shown.map(({ code, detail }) => `      <${tag} type="${code}" message="${xml(detail)}"/>`);
};

/** Characters that XML 1.0 cannot carry are written out. */
const xml = (text: string): string =>
  text
    .replaceAll(
      // oxlint-disable-next-line no-control-regex
      /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g,
      '\ufffd',
    )
    .replaceAll(/[&<>"'\n\r\t]/g, c => `&#${c.codePointAt(0)};`);
