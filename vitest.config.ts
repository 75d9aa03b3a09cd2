import { defineConfig } from 'vitest/config';
import { scenarios } from './src/vitest.ts';

export default defineConfig({
  plugins: [scenarios({ coverage: true })],
  // tests start real processes, and a machine that builds something else besides is no reason to be red
  test: { include: ['src/**/*.test.ts'], testTimeout: 60_000, hookTimeout: 60_000 },
});
