/** simulate: one run in virtual time, chosen by a seed. Same seed, same trace, on every machine. */
import type { Model, Protocol } from '../world/protocol.ts'
import { withDifference } from './differing.ts'
import { NO_THROW } from './judge.ts'
import { differenceInPlace, runInPlace } from './runInPlace.ts'
import { runKept } from './runKept.ts'
import type { SimulateOptions, Simulation } from './simulator.ts'

/**
 * Runs once, and then every step of it again: the first that differs breaks `NoThrow`. On a `set` wire each copy is
 * delivered once all the same: here duplication is a fault.
 */
export function simulate(model: Model, options: SimulateOptions = {}): Simulation {
  const luck = luckOf(model.protocol)
  const quick = luck.failed * 4 > luck.went ? null : runInPlace(model, options)
  if (quick?.isSameAgain()) {
    luck.went++
    return quick.run
  }
  const kept = runKept(model, options)
  if (threwOrDiffered(kept)) return kept
  const difference = quick === null ? null : differenceInPlace(model, options, quick)
  if (quick !== null && difference !== null) return withDifference(quick.run, difference)
  luck.failed++
  return kept
}

function threwOrDiffered({ verdicts }: Simulation): boolean {
  return verdicts.some(({ kind, property }) => kind === 'broken' && property === NO_THROW)
}

/** How often runs in place went well. A matter of speed alone. */
interface Luck {
  went: number
  failed: number
}

/**
 * There are protocols whose handlers do what is theirs to do, and what a state that is edited in place does not bear:
 * they go through a Map in the order it was filled, say, or edit before they refuse.
 */
const lucks = new WeakMap<Protocol, Luck>()

function luckOf(protocol: Protocol): Luck {
  const known = lucks.get(protocol)
  if (known !== undefined) return known
  const luck = { went: 0, failed: 0 }
  lucks.set(protocol, luck)
  return luck
}
