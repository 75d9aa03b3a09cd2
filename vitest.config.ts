import { defineConfig } from 'vitest/config';
import { scenarios } from './src/vitest.ts';

export default defineConfig({
  plugins: [scenarios()],
  test: { include: ['src/**/*.test.ts'] },
});
