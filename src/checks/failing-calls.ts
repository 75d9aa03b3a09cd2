/** Writes a call that must throw, about two words. */
export type FailingCall = (one: string, other: string) => string;

/** Arguments with which a method of node:assert must throw. */
export const failingArguments: Record<string, FailingCall | undefined> = {
  equal: (one, other) => `'${one}', '${other}'`,
  strictEqual: (one, other) => `'${one}', '${other}'`,
  deepEqual: (one, other) => `['${one}'], ['${other}']`,
  deepStrictEqual: (one, other) => `['${one}'], ['${other}']`,
  partialDeepStrictEqual: (one, other) => `{ name: '${one}' }, { name: '${other}' }`,
  notEqual: one => `'${one}', '${one}'`,
  notStrictEqual: one => `'${one}', '${one}'`,
  notDeepEqual: one => `['${one}'], ['${one}']`,
  notDeepStrictEqual: one => `['${one}'], ['${one}']`,
  ok: (one, other) => `'${one}'.includes('${other}')`,
  match: (one, other) => `'${one}', /${other}/`,
  doesNotMatch: one => `'${one}', /${one}/`,
  throws: one => `() => '${one}'`,
  doesNotThrow: one => `() => { throw new Error('${one}'); }`,
  rejects: one => `Promise.resolve('${one}')`,
  doesNotReject: one => `Promise.reject(new Error('${one}'))`,
};

/** What follows `expect` so that it must throw. */
export const failingMatchers: Record<string, FailingCall> = {
  toBe: (one, other) => `('${one}').toBe('${other}')`,
  toEqual: (one, other) => `(['${one}']).toEqual(['${other}'])`,
  toStrictEqual: (one, other) => `(['${one}']).toStrictEqual(['${other}'])`,
  toMatchObject: (one, other) => `({ name: '${one}' }).toMatchObject({ name: '${other}' })`,
  toContain: (one, other) => `(['${one}']).toContain('${other}')`,
  toMatch: (one, other) => `('${one}').toMatch('${other}')`,
  toHaveLength: one => `(['${one}']).toHaveLength(2)`,
  toBeTruthy: (one, other) => `('${one}'.includes('${other}')).toBeTruthy()`,
  toBeNull: one => `('${one}').toBeNull()`,
  toBeUndefined: one => `('${one}').toBeUndefined()`,
  toThrow: one => `(() => '${one}').toThrow()`,
};
