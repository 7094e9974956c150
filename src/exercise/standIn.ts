/** Stand-ins: what is imported where only what stands around the checks is of interest, and no check is run. */

/** Stands for anything: it can be called, constructed, taken apart, and is itself again. */
export const anything: unknown = new Proxy(() => {}, {
  get: (_target, key) =>
    key === Symbol.toPrimitive ? () => '' : key === Symbol.iterator ? [][Symbol.iterator] : anything,
  apply: () => anything,
  construct: () => anything as object,
})

/** A module with these exports, and `anything` under every other name. */
export function standIn(given: Record<string, unknown>): unknown {
  return new Proxy(given, {
    get: (target, key) => (typeof key === 'string' && Object.hasOwn(target, key) ? target[key] : anything),
  })
}
