import { admit } from './admit.ts';
import { bless } from './bless.ts';
import type { Command } from './command.ts';
import { doctor } from './doctor.ts';
import { explain } from './explain.ts';
import { health } from './health.ts';
import { init } from './init.ts';
import { lint } from './lint.ts';
import { list } from './list.ts';
import { newThing } from './new.ts';
import { record } from './record.ts';
import { run } from './run.ts';
import { schema } from './schema.ts';
import { verify } from './verify.ts';

/** Adding a command is one file and one line here. */
export const commands: readonly Command[] = [
  run,
  verify,
  init,
  newThing,
  admit,
  doctor,
  lint,
  explain,
  list,
  bless,
  record,
  health,
  schema,
];
