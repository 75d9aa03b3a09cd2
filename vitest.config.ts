import { defineConfig } from 'vitest/config';
import { scenarios } from './src/vitest.ts';

export default defineConfig({
  plugins: [scenarios({ coverage: true })],
  test: { include: ['src/**/*.test.ts'] },
});
