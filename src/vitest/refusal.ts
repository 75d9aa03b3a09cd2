/** Errors that make a suite red for what it did not do. They stand in no file: there is no line of code to look at. */
export const plainError = (name: string, message: string): Error =>
  Object.assign(new Error(message), { name, stack: `${name}: ${message}` });

export const nothingThere = (dir: string): Error =>
  plainError(
    'NothingSelected',
    `No scenario of ${dir} is run: nothing was proven.\n  hint: is it the folder that scenarios({ dir }) means, and does test.exclude leave it in?`,
  );

export function nothingSelected(): Error {
  return plainError('NothingSelected', 'The filters select no scenario: nothing was proven.\n  hint: npx vitest list prints the names');
}

export function nothingBehind(filters: readonly string[]): Error {
  const message = `No scenario is below ${filters.join(', ')}: nothing was proven there.\n  hint: npx vitest list prints the names`;
  return plainError('NothingSelected', message);
}

export function incomplete(missing: readonly string[]): Error {
  const lines = missing.map(name => `  ${name}`).join('\n');
  return plainError('SuiteIncomplete', `no scenario expects:\n${lines}\n  hint: each of these needs a scenario that brings it about`);
}
