/** What a JavaScript file calls the exports of a module. Read from its text, as far as that says it plainly. */
export interface Bindings {
  /** Names of the module itself: its default export, or what `require` gave. */
  whole: string[];
  /** Names of its namespace object. */
  namespaces: string[];
  /** Exported name to the name in this file. */
  named: Map<string, string>;
}

/** Follows `import` and `require` of the named modules. */
export function bindingsOf(text: string, modules: readonly string[]): Bindings {
  const found: Bindings = { whole: [], namespaces: [], named: new Map() };
  const from = `['"](?:node:)?(?:${modules.map(name => name.replace(/[/@]/g, '\\$&')).join('|')})['"]`;

  for (const [, whole, list, namespace] of text.matchAll(
    new RegExp(`\\bimport\\s+(?:([\\w$]+)\\s*,?\\s*)?(?:\\{([^}]*)\\}|\\*\\s+as\\s+([\\w$]+))?\\s*from\\s*${from}`, 'g'),
  )) {
    if (whole) found.whole.push(whole);
    if (namespace) found.namespaces.push(namespace);
    addNames(found, list, /\s+as\s+/);
  }
  for (const [, whole, list, member] of text.matchAll(
    new RegExp(`\\b(?:const|let|var)\\s+(?:([\\w$]+)|\\{([^}]*)\\})\\s*=\\s*require\\(\\s*${from}\\s*\\)(?:\\.(\\w+))?`, 'g'),
  )) {
    if (whole && (member === undefined || member === 'strict')) found.whole.push(whole);
    else if (whole && member) found.named.set(member, whole);
    addNames(found, list, /\s*:\s*/);
  }
  for (const alias of ['default', 'strict']) {
    const name = found.named.get(alias);
    if (name !== undefined) found.whole.push(name);
    found.named.delete(alias);
  }
  return found;
}

function addNames({ named }: Bindings, list: string | undefined, as: RegExp): void {
  for (const entry of list?.split(',') ?? []) {
    const [exported = '', local = exported] = entry.trim().split(as);
    if (/^[\w$]+$/.test(exported) && /^[\w$]+$/.test(local)) named.set(exported, local);
  }
}
