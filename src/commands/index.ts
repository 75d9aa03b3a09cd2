import type { Command } from './command.ts';
import { explain } from './explain.ts';
import { health } from './health.ts';
import { list } from './list.ts';
import { newThing } from './new.ts';
import { run } from './run.ts';
import { schema } from './schema.ts';
import { verify } from './verify.ts';

/** Adding a command is one file and one line here. */
export const commands: readonly Command[] = [run, verify, explain, list, newThing, health, schema];
