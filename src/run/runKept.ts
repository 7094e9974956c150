/** A run whose states are kept from step to step: slower than in place, and right whatever a handler does to its state. */
import type { StepInput } from '../node/input.ts'
import { keeping, runAgain, type Stepping, sameAgain, twice } from '../node/sharedStep.ts'
import { isDifference, type StepResult } from '../node/step.ts'
import type { Model } from '../world/protocol.ts'
import { type Difference, withDifference } from './differing.ts'
import { Live } from './live.ts'
import { type SimulateOptions, type Simulation, Simulator } from './simulator.ts'

/** Runs once, and then every step of it again. */
export function runKept(model: Model, options: SimulateOptions): Simulation {
  const quick = record(model, options, keeping())
  const difference = quick.runAgain()
  if (difference === null) return quick.run
  const careful = record(model, options, twice())
  if (careful.run.moments.some(({ threw }) => threw !== null && isDifference(threw))) return careful.run
  if (!difference.ofSharing) return withDifference(quick.run, difference)
  // A handler caught what it gets for editing a record that is shared: it must not notice.
  const another = careful.runAgain()
  return another === null ? careful.run : withDifference(careful.run, another)
}

/** `ofSharing`: true where the step goes the same way on the same kind of draft. */
type Found = Difference & { readonly ofSharing: boolean }

/** Runs once and keeps every call of a handler, so that `runAgain` can compare. */
function record(model: Model, options: SimulateOptions, stepping: Stepping) {
  const calls: { readonly input: StepInput; readonly result: StepResult; readonly steps: number }[] = []
  const simulator: Simulator = new Simulator(model, options, (whole, first, draw) => {
    const step = (input: StepInput) => {
      const result = stepping.step(input)
      calls.push({ input, result, steps: simulator.steps + 1 })
      return result
    }
    return new Live(whole, first, { ...stepping, step }, draw)
  })
  return {
    run: simulator.run(),
    runAgain(): Found | null {
      for (const { input, result, steps } of calls) {
        const error = runAgain(input, result)
        if (error !== null) return { steps, error, ofSharing: sameAgain(input, result, stepping.step) }
      }
      return null
    },
  }
}
