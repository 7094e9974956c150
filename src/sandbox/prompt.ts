/** Prompt: TypeScript typed line by line, in a realm that keeps the names. */
import { type Value, ValueProblem } from '../base/canonical.ts'
import { labelNumber } from './guard.ts'
import { lend } from './lend.ts'
import type { Limits } from './limits.ts'
import type { LinePlace, ReadyLine } from './line.ts'
import { plain, textOf } from './plain.ts'
import { ForeignError, type Log, OutOfFuel, Realm } from './realm.ts'

/** What a line may be handed: data, which is copied, or a function from copies to data. */
export type Given = Value | ((...args: Value[]) => Value | undefined)

export type LineOutcome =
  /** `value` is null where `text` describes something that is no plain data, such as a function. */
  | { readonly kind: 'value'; readonly value: Value; readonly text: string }
  /** A declaration, or an expression without a value. */
  | { readonly kind: 'nothing' }
  /** `place` is known where the mistake was made in this line. */
  | { readonly kind: 'threw'; readonly message: string; readonly place: LinePlace | null }

/**
 * Runs lines that `readLine` made. How to use it:
 *
 *     // in any process: esbuild works better where nothing is locked
 *     const line = await readLine(typed, names)          // a mistake says where, and what to do
 *     // in an entry of its own (cli/build.mjs, ENTRIES): the first Prompt locks the whole process for good
 *     const prompt = new Prompt(DEFAULT_LIMITS, log)     // log.lines fills with what console.log wrote
 *     prompt.give('leader', 'n1')
 *     prompt.give('request', (to, body) => ...)          // arguments and result are copied
 *     const outcome = prompt.run(line)
 *     names = prompt.names                               // for the next readLine
 *
 * A line runs with fuel, so an endless loop ends at its own place. What fuel cannot see (a huge sort, a BigInt)
 * keeps the thread: whoever started it ends it from outside, by a clock of their own.
 */
export class Prompt {
  private readonly realm: Realm
  private readonly declared = new Set<string>()
  private count = 0

  constructor(limits: Limits, log: Log) {
    this.realm = new Realm(limits, log)
  }

  /** Names that lines declared or that were given: they hide those of the language. */
  get names(): readonly string[] {
    return [...this.declared]
  }

  /** Puts a name into the scope, or another value under it. */
  give(name: string, value: Given): void {
    this.keep(name, typeof value === 'function' ? lent(value) : plain(value, name))
  }

  /** Runs a line. Never throws because of what the line does. */
  run(line: ReadyLine): LineOutcome {
    const { realm } = this
    realm.spent = null
    const file = `splitbrain-line-${++this.count}.js`
    try {
      const engine = realm.add(line.code, file, {})
      for (const name of line.declares) this.keep(name, undefined)
      return realm.enter(labelNumber('the line'), () => outcomeOf(engine.run()))
    } catch (error) {
      if (error instanceof OutOfFuel)
        return { kind: 'threw', message: error.message, place: line.sites[error.site] ?? null }
      if (error instanceof ForeignError || error instanceof ValueProblem)
        return { kind: 'threw', message: error.message, place: placeIn(error.stack ?? '', file, line) }
      throw error
    }
  }

  private keep(name: string, value: unknown): void {
    this.declared.add(name)
    Object.defineProperty(this.realm.globals, name, {
      value,
      writable: true,
      configurable: true,
      enumerable: true,
    })
  }
}

function lent(call: (...args: Value[]) => Value | undefined): unknown {
  return harden(
    lend((...args: unknown[]) => {
      const result = call(
        ...args.map((arg, i) => (arg === undefined ? null : plain(arg, `argument ${i + 1}`))),
      )
      return result === undefined ? undefined : plain(result, 'the result')
    }),
  )
}

function outcomeOf(result: unknown): LineOutcome {
  if (result === undefined) return { kind: 'nothing' }
  try {
    const value = plain(result, 'the value')
    return { kind: 'value', value, text: textOf(value) }
  } catch (error) {
    if (!(error instanceof ValueProblem)) throw error
    return { kind: 'value', value: null, text: textOf(result) }
  }
}

/** The first frame that lies in this very line. */
function placeIn(stack: string, file: string, { places }: ReadyLine): LinePlace | null {
  const [, lineText, columnText] = new RegExp(`${file}:(\\d+):(\\d+)`).exec(stack) ?? []
  const [line, column] = [Number(lineText), Number(columnText)]
  const found = places.findLast(([ofLine, ofColumn]) => ofLine === line && ofColumn <= column)
  return found === undefined ? null : { line: found[2], column: found[3] }
}
