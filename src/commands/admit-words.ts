import { UserError } from '../errors.ts';

/** What only a person can say. @throws {UserError} where nobody did */
export function said(value: string | undefined, at: string, what: string, from = 'the file'): string {
  if (value !== undefined && value.trim() !== '') return value.trim();
  throw new UserError({ at, message: 'is missing', hint: `Say ${what}: nothing of it can be read from ${from}.` });
}

/** @throws {UserError} for what is no address, or has a password */
export function mustBeUrl(text: string): string {
  const url = URL.parse(text);
  const hint = 'Write the public address of the repository, as in https://github.com/workos/case.git.';
  if (!url || !/^(https?|ssh|git):$/.test(url.protocol))
    throw new UserError({ at: '--source-url', message: 'is no address of a repository', hint });
  if (url.password !== '') throw new UserError({ at: '--source-url', message: 'has a password in it, and records are committed', hint });
  return text;
}

/** A name of a branch or a tag can mean something else tomorrow. */
export function mustBeCommit(text: string): string {
  if (/^([0-9a-f]{40}|[0-9a-f]{64})$/.test(text)) return text;
  throw new UserError({ at: '--commit', message: 'is no commit', hint: 'Write all 40 digits: git rev-parse HEAD prints them.' });
}
