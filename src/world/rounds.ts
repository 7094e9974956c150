/** Rounds: in a synchronous protocol they end everywhere at once, when all that was sent has arrived. */
import type { Model } from './protocol.ts'
import type { NodeSlot, World } from './world.ts'

/** Which node's round ends next, by its number, and whether others have ended theirs already: then nothing else happens meanwhile. */
export interface Turn {
  readonly node: number
  readonly ending: boolean
}

/** By the round each node is in. Null where no round is going on; of several nodes the first ends its round first. */
export function turnOf(rounds: readonly (number | null)[]): Turn | null {
  let [node, least, most] = [-1, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
  for (let i = 0; i < rounds.length; i++) {
    const round = rounds[i] ?? null
    if (round === null) continue
    if (round < least) [node, least] = [i, round]
    most = Math.max(most, round)
  }
  return node < 0 ? null : { node, ending: most > least }
}

/** The round each node of the cluster is in. */
export function roundsIn(model: Model, { nodes }: Pick<World, 'nodes'>): readonly (number | null)[] {
  return model.cluster.names.map((name) => roundOf(model, nodes[name]!))
}

/** Null for a node that takes no steps or knows no rounds. */
export function roundOf({ protocol }: Model, slot: NodeSlot): number | null {
  if (protocol.rounds === undefined || !slot.up || slot.paused) return null
  const timer = slot.timers.find((t) => t.timer === protocol.rounds)
  return timer === undefined ? null : Number(timer.arg)
}
