import { exitCodes } from '../model/exit.ts';

/** What ends every command in the same way. */
export const commonExits: Readonly<Record<number, string>> = {
  [exitCodes.usage]: 'The command line or a file that somebody wrote is wrong; stderr has the place and a hint.',
  [exitCodes.bug]: 'A bug in proofgate; stderr has the stack.',
};

/** A verdict is the exit code. */
export const verdictExits: Readonly<Record<number, string>> = {
  [exitCodes.pass]: 'pass',
  [exitCodes.fail]: 'fail',
  [exitCodes.blocked]: 'blocked: the question could not be asked',
};
