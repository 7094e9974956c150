/** A step that went another way when it was run again: a run that did so is broken there, whatever else it showed. */
import type { Verdict } from '../base/verdict.ts'
import type { HandlerError } from '../node/step.ts'
import type { Choice } from '../world/choice.ts'
import { NO_THROW } from './judge.ts'
import { BOUND, type Simulation } from './simulator.ts'

export interface Difference {
  /** The length of the trace with the step. */
  readonly steps: number
  readonly error: HandlerError
}

/** The run with `NoThrow` broken by the difference, unless something was thrown before. */
export function withDifference(run: Simulation, { steps, error }: Difference): Simulation {
  const verdict: Verdict<Choice> = {
    kind: 'broken',
    property: NO_THROW,
    why: error.message,
    trace: run.trace.slice(0, steps),
    bound: BOUND,
  }
  const moments = run.moments.map((moment, i) => (i === steps - 1 ? { ...moment, threw: error } : moment))
  const others = run.verdicts.filter(
    (other) => other.property !== NO_THROW || (other.kind === 'broken' && other.trace.length < steps),
  )
  return {
    ...run,
    moments,
    verdicts: others.some((v) => v.property === NO_THROW) ? others : [verdict, ...others],
  }
}
