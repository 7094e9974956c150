/** Realm: where code that we did not write runs, and the one way in. */
import { types } from 'node:util'
import { ValueProblem } from '../base/canonical.ts'
import { grouped } from '../base/verdict.ts'
import type { Engine } from './fuel.ts'
import { EVAL_ADVICE, LANGUAGE, OUT_OF_REACH, RANDOM_ADVICE } from './given.ts'
import { entered, labelText } from './guard.ts'
import { lentProblem } from './lend.ts'
import type { Limits } from './limits.ts'
import { lockRealm } from './lock.ts'
import { errorText, lyingText, textOf } from './plain.ts'
import { teach } from './words.ts'

/** So many lines beyond those kept are a flood. */
const MOST_LINES = 10_000

export interface Log {
  readonly lines: string[]
  /** Lines that were not kept. */
  dropped: number
  /** How many characters the lines have. Whoever takes the lines away sets it back. */
  chars: number
}

/** What foreign code threw, as plain text: nothing of the value itself is left. Its stack holds their frames only. */
export class ForeignError extends Error {
  override readonly name = 'ForeignError'
  constructor(message: string, place: string) {
    super(message)
    Object.defineProperty(this, 'stack', { value: place })
  }
}

/** Foreign code ran out of fuel in the call of this label. `site` is a number that the code's map knows. */
export class OutOfFuel extends Error {
  override readonly name = 'OutOfFuel'
  constructor(
    readonly label: string,
    readonly deep: boolean,
    readonly most: number,
    readonly site: number,
  ) {
    super(
      deep
        ? `functions called each other ${grouped(most)} deep and none had returned`
        : `it had not returned after ${grouped(most)} turns of loops and calls`,
    )
  }
}

/** A realm: globals of its own, nothing shared with other realms but what is frozen, and one way in. */
export class Realm {
  /** Set when its code was stopped. */
  spent: OutOfFuel | null = null
  /** The global object. It holds `eval`, out of reach; more only where somebody puts it there. */
  readonly globals: object
  private readonly compartment: Compartment
  private readonly seen: Readonly<Record<string, unknown>>
  private readonly engines: Engine[] = []
  private label = 0

  /** Locks the process, if it is not locked. */
  constructor(
    private readonly limits: Limits,
    log: Log,
  ) {
    lockRealm()
    this.compartment = new Compartment({ __options__: true, globals: {} })
    this.globals = this.compartment.globalThis
    const language = namedGlobals(this.globals)
    clear(this.globals)
    this.seen = harden({
      ...sharedByAll(),
      ...language,
      Math: sharedByAll().Math,
      console: makeConsole(limits, log),
      stop: (site: number, deep: boolean) => this.stop(site, deep),
    })
  }

  /** Evaluates code made by `addFuel`, which may see `more` besides the language, and runs nothing of it yet. Throws `ForeignError`. */
  add(code: string, file: string, more: { readonly [name: string]: unknown }): Engine {
    try {
      const evaluate: unknown = this.compartment.evaluate(`${code}\n//# sourceURL=${file}`)
      const engine = (evaluate as (seen: object) => Engine)({ ...this.seen, ...more })
      this.engines.push(engine)
      return engine
    } catch (error) {
      throw translated(error)
    }
  }

  /**
   * The one way in: every touch of a value of this realm lies inside `run`, and only copies come out. Fills up the
   * fuel, starts the clock. Whatever is thrown inside comes out as `ForeignError`, as `OutOfFuel`, or as a
   * `ValueProblem` of ours. Nothing runs again once it is spent, unless the caller forgets `spent`.
   */
  enter<T>(label: number, run: () => T): T {
    if (this.spent !== null) throw this.spent
    this.label = label
    return entered(label, () => {
      for (const engine of this.engines) engine.fill(this.limits.fuel, this.limits.depth)
      let result: T
      try {
        result = run()
      } catch (error) {
        throw this.spent ?? translated(error)
      }
      if (this.spent !== null) throw this.spent
      return result
    })
  }

  /** Called by the code itself. What it throws may be caught; `enter` remembers. */
  private stop(site: number, deep: boolean): never {
    const { fuel, depth } = this.limits
    this.spent ??= new OutOfFuel(labelText(this.label), deep, deep ? depth : fuel, site)
    throw new RangeError(this.spent.message)
  }
}

function translated(error: unknown): Error {
  const ours = typeof error === 'object' && error !== null ? lentProblem(error) : null
  if (ours !== null) return ours
  if (!types.isProxy(error) && error instanceof ValueProblem) return error
  const native = errorText(error)
  if (native === null)
    return new ForeignError(
      `${textOf(error)}. That is not an Error: throw new Error('...'), and its line is known`,
      '',
    )
  const message = lyingText(error as Error, 'message') || native
  return new ForeignError(teach(message), placeIn(error as Error))
}

/** The frames of an error, written by our own function. Its getter is the language's own, unless it was replaced. */
function placeIn(error: Error): string {
  const own = Object.getOwnPropertyDescriptor(error, 'stack')
  const read = own?.get === STACK?.get ? error.stack : own?.value
  return typeof read === 'string' ? read.slice(0, 2000) : ''
}

const STACK = Object.getOwnPropertyDescriptor(new Error('one of ours'), 'stack')

function namedGlobals(from: object): Record<string, unknown> {
  return Object.fromEntries(LANGUAGE.map((name) => [name, Reflect.get(from, name)]))
}

/** Code sees what its wrapper is handed; the global object of the realm is empty, and says so. */
function clear(globals: object): void {
  for (const name of Reflect.ownKeys(globals)) Reflect.deleteProperty(globals, name)
  Reflect.set(globals, 'eval', unreachable('eval', EVAL_ADVICE))
  Object.setPrototypeOf(globals, NOTHING_ELSE)
}

/** Without it the realm takes every unknown name for `undefined`, and a slip goes unseen. */
const NOTHING_ELSE: object = new Proxy(Object.freeze(Object.create(null)), {
  has: (_target, key) => typeof key === 'string',
  get(_target, key) {
    if (typeof key === 'string') throw new ReferenceError(`${key} is not defined`)
    return undefined
  },
  set(_target, key) {
    throw new ReferenceError(`${String(key)} is not defined: declare it with const or let`)
  },
})

let shared: { readonly Math: typeof Math } | null = null

/** Frozen, and without a state: made once, since every check has a realm of its own. */
function sharedByAll(): { readonly Math: typeof Math } {
  shared ??= harden({ ...outOfReachNames(), Math: tameMath() })
  return shared
}

function outOfReachNames(): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(OUT_OF_REACH).map(([name, advice]) => [name, unreachable(name, advice)]),
  )
}

/** A value that cannot be used in any way without being told why. */
function unreachable(name: string, advice: string): unknown {
  const refuse = () => outOfReach(name, advice)
  // A class, because only that can be both called and constructed.
  return new Proxy(Object.freeze(class {}), {
    get: refuse,
    set: refuse,
    apply: refuse,
    construct: refuse,
    has: refuse,
  })
}

export function outOfReach(name: string, advice: string): never {
  throw new ReferenceError(`${name} is not in reach of an answer: ${advice}`)
}

function tameMath(): typeof Math {
  const own = Object.create(null) as Record<string, unknown>
  for (const name of Object.getOwnPropertyNames(Math))
    own[name] = (Math as unknown as Record<string, unknown>)[name]
  own['random'] = () => outOfReach('Math.random', RANDOM_ADVICE)
  return Object.freeze(own) as unknown as typeof Math
}

function makeConsole(limits: Limits, log: Log): { readonly [name: string]: (...parts: unknown[]) => void } {
  const write = (...parts: unknown[]) => {
    if (log.lines.length >= limits.logLines || log.chars >= limits.logChars) {
      if (++log.dropped > MOST_LINES)
        throw new RangeError(`console.log was called more than ${MOST_LINES} times in one check: log less`)
      return
    }
    const text = parts.map(textOf).join(' ')
    const kept = text.slice(0, limits.logChars - log.chars)
    log.chars += kept.length
    log.lines.push(kept)
  }
  return Object.freeze({ log: write, info: write, warn: write, error: write, debug: write, table: write })
}
