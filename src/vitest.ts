export { scenarios, type ScenariosOptions } from './vitest/plugin.ts';
