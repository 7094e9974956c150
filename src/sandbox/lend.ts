/** lend: hands functions of ours to code that we did not write, so that none of our own classes reach it. */
import { ValueProblem } from '../base/canonical.ts'

/** What we threw, by what they caught in its place. */
const ours = new WeakMap<object, ValueProblem>()

/**
 * The same function, whose errors are the language's own: a class of ours would lead, by its prototype, to the
 * `Error` of this process, which can read stacks.
 */
export function lend<Args extends unknown[], Result>(call: (...args: Args) => Result) {
  return (...args: Args): Result => {
    try {
      return call(...args)
    } catch (error) {
      throw asTheirs(error)
    }
  }
}

/** What was thrown in the first place, if `error` stands for something of ours. */
export function lentProblem(error: object): ValueProblem | null {
  return ours.get(error) ?? null
}

function asTheirs(error: unknown): unknown {
  if (error instanceof ValueProblem) {
    const stand = new TypeError(error.message)
    ours.set(stand, error)
    return stand
  }
  return error
}
