import { entriesOf, readProc } from './proc.ts';

/** O_CLOEXEC as /proc/self/fdinfo shows it. */
const CLOSE_ON_EXEC = 0o2000000;

/**
 * Descriptors above 2 that a child would inherit although nobody gave them to it: left open by whatever started the engine
 * (make's job server, a shell, an editor). Node itself opens none of that kind. Linux; elsewhere none are seen.
 */
export function inheritedDescriptors(): number[] {
  return entriesOf('/proc/self/fdinfo')
    .map(Number)
    .filter(fd => fd > 2 && isInheritable(fd));
}

function isInheritable(fd: number): boolean {
  const flags = /^flags:\s*([0-7]+)/m.exec(readProc(`self/fdinfo/${fd}`))?.[1];
  return flags !== undefined && (Number.parseInt(flags, 8) & CLOSE_ON_EXEC) === 0;
}
