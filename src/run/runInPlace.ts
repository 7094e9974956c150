/** A run whose states are edited in place, and whether it goes the same way when all of it is run again. */
import type { Event } from '../node/node.ts'
import { NotInPlace } from '../node/stage.ts'
import { differenceOf, type StepResult } from '../node/step.ts'
import type { Model } from '../world/protocol.ts'
import type { Difference } from './differing.ts'
import { LiveInPlace, type WholeCall } from './liveInPlace.ts'
import { Rerun } from './rerun.ts'
import { type SimulateOptions, type Simulation, Simulator } from './simulator.ts'
import { CallTaken } from './taken.ts'

export interface RunInPlace {
  readonly run: Simulation
  readonly calls: readonly (CallTaken | WholeCall)[]
  /** Runs every handler again, on states that are kept: the run is right if that goes the same way. */
  isSameAgain(): boolean
}

/** Runs once; null where something happens that a state that is edited in place does not survive. */
export function runInPlace(model: Model, options: SimulateOptions): RunInPlace | null {
  let calls: LiveInPlace['calls'] = []
  const simulator = new Simulator(model, options, (whole, first, draw) => {
    const live = new LiveInPlace(whole, first, draw)
    calls = live.calls
    return live
  })
  try {
    const run = simulator.run()
    return { run, calls, isSameAgain: () => new Rerun(run.model, run.first).isSame(calls, run.last) }
  } catch (error) {
    if (error instanceof NotInPlace) return null
    throw error
  }
}

/**
 * Where two runs in place differ; null if they do not. A difference that only the states at the end show is that of
 * the last call of its node, or of one before it.
 */
export function differenceInPlace(
  model: Model,
  options: SimulateOptions,
  one: RunInPlace,
): Difference | null {
  const two = runInPlace(model, options)
  if (two === null) return null
  const lastCall = new Map<string, CallTaken | WholeCall>()
  for (const [i, call] of one.calls.entries()) {
    const again = two.calls[i]
    const result = stateless(call)
    const error = again === undefined ? null : differenceOf(eventOf(call), result, stateless(again))
    if (error !== null) return { steps: call.steps, error }
    if (result.kind === 'done') lastCall.set(nodeOf(call), call)
  }
  for (const [name, call] of lastCall) {
    const [state, other] = [one.run.last.nodes[name]!.state, two.run.last.nodes[name]!.state]
    const result = { kind: 'done', state, effects: [], arities: [], readClock: false } as const
    const error = differenceOf(eventOf(call), result, { ...result, state: other })
    if (error !== null) return { steps: call.steps, error }
  }
  return null
}

function nodeOf(call: CallTaken | WholeCall): string {
  return call instanceof CallTaken ? call.node : call.input.identity.self
}

function eventOf(call: CallTaken | WholeCall): Event {
  return call instanceof CallTaken ? call.event : call.input.event
}

/** States that are edited in place have gone on since. */
function stateless(call: CallTaken | WholeCall): StepResult {
  if (!(call instanceof CallTaken))
    return call.result.kind === 'done' ? { ...call.result, state: null } : call.result
  const { end, effects } = call
  const seen = { arities: [], readClock: false }
  return end === 'refused' ? { kind: 'refused', ...seen } : { kind: 'done', state: null, effects, ...seen }
}
