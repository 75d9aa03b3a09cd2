import { type ExitClass, exitClasses } from '../model/exit.ts';

/** The word that stands for exactly this exit code, or the code itself where none does. */
export const exitWord = (code: number): ExitClass | number => {
  const words = Object.entries(exitClasses) as [ExitClass, readonly number[]][];
  return words.find(([, codes]) => codes.length === 1 && codes[0] === code)?.[0] ?? code;
};
