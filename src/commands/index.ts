import { admit } from './admit.ts';
import { bless } from './bless.ts';
import { challenge } from './challenge.ts';
import { board } from './board.ts';
import type { Command } from './command.ts';
import { compare } from './compare.ts';
import { doctor } from './doctor.ts';
import { explain } from './explain.ts';
import { gate } from './gate.ts';
import { health } from './health.ts';
import { keys } from './keys.ts';
import { init } from './init.ts';
import { lint } from './lint.ts';
import { lapse } from './lapse.ts';
import { list } from './list.ts';
import { newThing } from './new.ts';
import { record } from './record.ts';
import { run } from './run.ts';
import { schema } from './schema.ts';
import { sign } from './sign.ts';
import { verify } from './verify.ts';
import { whatBreaksIf } from './what-breaks-if.ts';
import { whyPromoted } from './why-promoted.ts';

/** Adding a command is one file and one line here. */
export const commands: readonly Command[] = [
  run,
  verify,
  keys,
  sign,
  init,
  newThing,
  admit,
  challenge,
  gate,
  lapse,
  whyPromoted,
  whatBreaksIf,
  doctor,
  lint,
  board,
  explain,
  list,
  compare,
  bless,
  record,
  health,
  schema,
];
