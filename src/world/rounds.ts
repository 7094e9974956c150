/** Rounds: in a synchronous protocol they end everywhere at once, when all that was sent has arrived. */
import type { Model } from './protocol.ts'
import type { NodeSlot } from './world.ts'

/** Whose round ends next, and whether others have ended theirs already: then nothing else happens meanwhile. */
export interface Turn {
  readonly node: string
  readonly ending: boolean
}

/** Null where no round is going on. Of several nodes the first in the cluster's order ends its round first. */
export function turnOf(model: Model, slots: { readonly [name: string]: NodeSlot }): Turn | null {
  if (model.protocol.rounds === undefined) return null
  const open = model.cluster.names.flatMap((node) => {
    const round = roundIn(model, slots[node]!)
    return round === null ? [] : [{ node, round }]
  })
  const least = Math.min(...open.map(({ round }) => round))
  const first = open.find(({ round }) => round === least)
  return first === undefined ? null : { node: first.node, ending: open.some(({ round }) => round > least) }
}

/** The round a node is in; null for one that takes no steps or knows no rounds. */
export function roundIn({ protocol }: Model, slot: NodeSlot): number | null {
  if (!slot.up || slot.paused) return null
  const timer = slot.timers.find((t) => t.timer === protocol.rounds)
  return timer === undefined ? null : Number(timer.arg)
}
