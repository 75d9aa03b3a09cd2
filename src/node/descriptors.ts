import { readdirSync, readFileSync } from 'node:fs';

/** O_CLOEXEC as /proc/self/fdinfo shows it (octal). */
const CLOSE_ON_EXEC = 0o2000000;

/**
 * Descriptors above 2 that a child would inherit although nobody gave them to it: left open by whatever started the engine
 * (make's job server, a shell, an editor). Node itself opens none of that kind. Linux; elsewhere none are seen.
 */
export function inheritedDescriptors(): number[] {
  return numbersIn('/proc/self/fdinfo').filter(fd => {
    const flags = fd > 2 ? /^flags:\s*([0-7]+)/m.exec(read(`/proc/self/fdinfo/${fd}`))?.[1] : undefined;
    return flags !== undefined && (Number.parseInt(flags, 8) & CLOSE_ON_EXEC) === 0;
  });
}

function numbersIn(dir: string): number[] {
  try {
    return readdirSync(dir).map(Number);
  } catch {
    return [];
  }
}

function read(path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return '';
  }
}
