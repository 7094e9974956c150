/** watchChance: which checks ask clock or dice, so that the same seed need not give the same. An edge. */

/** A check, or null for the file itself, and what it asks: `Math.random()`. */
export interface Chance {
  readonly check: string | null
  readonly asks: string
}

/**
 * From here on `heard` is told whenever code in a folder `hidden`, or a library that it calls, asks for the time or
 * for a random number. What Vitest and the kit ask for themselves is nobody's business. For a fork that runs what
 * the repo itself contains: it costs a stack at each question, and whoever wants to can get around it.
 */
export function watchChance(heard: (asks: string) => void): void {
  const noting = (asks: string, ask: () => number) => (): number => {
    if (isAskedByChecks()) heard(asks)
    return ask()
  }
  globalThis.Math = Object.defineProperties({} as Math, {
    ...Object.getOwnPropertyDescriptors(Math),
    random: { value: noting('Math.random()', Math.random) },
  })
  globalThis.Date = heardDate(noting('Date.now()', Date.now), heard)
  const { performance } = globalThis
  const stopwatch = noting('performance.now()', () => performance.now())
  Object.defineProperty(globalThis, 'performance', {
    configurable: true,
    value: new Proxy(performance, {
      get(own, name) {
        if (name === 'now') return stopwatch
        const part: unknown = Reflect.get(own, name, own)
        return typeof part === 'function' ? part.bind(own) : part
      },
    }),
  })
}

/** A clock that is otherwise the one there was: its own properties are frozen, so that no proxy may show others. */
function heardDate(now: () => number, heard: (asks: string) => void): DateConstructor {
  const before = Date
  function HeardDate(...args: []): Date | string {
    if (args.length === 0 && isAskedByChecks()) heard('new Date()')
    return new.target ? Reflect.construct(before, args, new.target) : before()
  }
  Object.setPrototypeOf(HeardDate, before)
  Object.defineProperties(HeardDate, { now: { value: now }, prototype: { value: before.prototype } })
  return HeardDate as unknown as DateConstructor
}

/** The first frame that is not of a library on the way lies in the hidden folder. */
function isAskedByChecks(): boolean {
  const before = Error.stackTraceLimit
  Error.stackTraceLimit = 60
  const { stack = '' } = new Error('who asks')
  Error.stackTraceLimit = before
  const frames = stack.split('\n').filter((line) => line.startsWith('    at '))
  const asker = frames
    .slice(2)
    .find((frame) => !/node_modules\/(?!vitest|@vitest)/.test(frame.replaceAll('\\', '/')))
  return asker !== undefined && /[\\/]hidden[\\/]/.test(asker)
}
