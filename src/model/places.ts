/** Where a checkout installs the Codex of its scenarios (`npm ci` in `fixtures/codex`), and npm puts its programs: 404 MB, so no dependency. */
export const CODEX_BIN = 'fixtures/codex/node_modules/.bin';
