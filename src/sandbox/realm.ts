/** Realm: where code that we did not write runs, and the one door through which it is entered. */
import { types } from 'node:util'
import { ValueProblem } from '../base/canonical.ts'
import { grouped } from '../base/verdict.ts'
import { defineNode } from '../node/node.ts'
import type { Engine } from './fuel.ts'
import { ANSWER_FILE, EVAL_ADVICE, LANGUAGE, OUT_OF_REACH, RANDOM_ADVICE } from './given.ts'
import { entered, labelNumber, labelText } from './guard.ts'
import { lend, lentProblem } from './lend.ts'
import type { Limits } from './limits.ts'
import { lockRealm } from './lock.ts'
import { errorText, lyingText, textOf } from './plain.ts'
import { teach } from './words.ts'

/** What an answer may import from 'splitbrain'. Types cost nothing and are all there. */
const GIVEN: { readonly [name: string]: unknown } = { defineNode: lend(defineNode) }

/** So many lines beyond those kept are a flood. */
const MOST_LINES = 10_000

export interface Log {
  readonly lines: string[]
  /** Lines that were not kept. */
  dropped: number
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

/** A piece of foreign code in a realm of its own. Nothing else shares its globals. */
export class Realm {
  /** Set when it was stopped; it will not run again. */
  spent: OutOfFuel | null = null
  private readonly engine: Engine
  private label = 0
  private readonly module = { exports: {} as object }

  /** Evaluates `code`, made by `addFuel`, and runs nothing of it yet. Locks the process, if it is not locked. */
  constructor(
    code: string,
    private readonly limits: Limits,
    log: Log,
  ) {
    lockRealm()
    const compartment = new Compartment({ __options__: true, globals: {} })
    const language = namedGlobals(compartment.globalThis)
    clear(compartment.globalThis)
    const stop = (site: number, deep: boolean) => this.stop(site, deep)
    const require_ = (name: unknown): unknown =>
      name === 'splitbrain' ? harden(GIVEN) : outOfReach('require', OUT_OF_REACH['require']!)
    const seen = harden({
      ...outOfReachNames(),
      ...language,
      Math: tameMath(),
      console: makeConsole(limits, log),
      require: require_,
      stop,
    })
    const evaluate = compartment.evaluate(`${code}\n//# sourceURL=${ANSWER_FILE}`) as (seen: object) => Engine
    this.engine = evaluate({ ...seen, module: this.module, exports: this.module.exports })
  }

  /** Runs the file itself, once. Throws `ForeignError`, `OutOfFuel`. */
  load(): void {
    this.enter(labelNumber('the code outside any handler'), () => this.engine.run())
  }

  /** What the file exports under this name, as it is: use it inside `enter` only. */
  exported(name: string): unknown {
    return (this.module.exports as { readonly [name: string]: unknown })[name]
  }

  /**
   * The one way in: every touch of a value of this realm lies inside `run`, and only copies come out. Fills up the
   * fuel, starts the clock. Whatever is thrown inside comes out as `ForeignError`, as `OutOfFuel`, or as a
   * `ValueProblem` of ours.
   */
  enter<T>(label: number, run: () => T): T {
    if (this.spent !== null) throw this.spent
    this.label = label
    return entered(label, () => {
      this.engine.fill(this.limits.fuel, this.limits.depth)
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
      `${textOf(error)} (not an Error: throw new Error('...') and its line is known)`,
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

/** Code sees what its wrapper is handed; the global object of the realm stays empty. */
function clear(globals: object): void {
  for (const name of Reflect.ownKeys(globals)) Reflect.deleteProperty(globals, name)
  Reflect.set(globals, 'eval', unreachable('eval', EVAL_ADVICE))
  Object.freeze(globals)
}

function outOfReachNames(): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(OUT_OF_REACH).map(([name, advice]) => [name, unreachable(name, advice)]),
  )
}

/** A value that cannot be used in any way without being told why. */
function unreachable(name: string, advice: string): unknown {
  const refuse = () => outOfReach(name, advice)
  return new Proxy(
    Object.freeze(() => {}),
    {
      get: refuse,
      set: refuse,
      apply: refuse,
      construct: refuse,
      has: refuse,
    },
  )
}

function outOfReach(name: string, advice: string): never {
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
  let chars = 0
  const write = (...parts: unknown[]) => {
    if (log.lines.length >= limits.logLines || chars >= limits.logChars) {
      if (++log.dropped > MOST_LINES)
        throw new RangeError(`console.log was called more than ${MOST_LINES} times in one check: log less`)
      return
    }
    const text = parts.map(textOf).join(' ')
    const kept = text.slice(0, limits.logChars - chars)
    chars += kept.length
    log.lines.push(kept)
  }
  return Object.freeze({ log: write, info: write, warn: write, error: write, debug: write, table: write })
}
