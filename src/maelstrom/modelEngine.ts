/** modelEngine: runs the node of a protocol of ours in this very process. */
import type { Model } from '../world/protocol.ts'
import { ServedNode } from './servedNode.ts'
import type { Engine } from './server.ts'

/** `modelOf` fills the protocol in for these nodes. What it throws is what `prepare` rejects with. */
export function modelEngine(modelOf: (names: readonly string[]) => Model): Engine {
  let node: ServedNode | null = null
  const running = (): ServedNode => {
    if (node === null) throw new Error('the node has not been prepared')
    return node
  }
  return {
    prepare: async (names, self) => {
      node = new ServedNode(mustBeServable(modelOf(names)), self)
    },
    start: async (boot, disk, atUs, seed) => running().start(boot, disk, atUs, seed),
    take: async (event, atUs, seed) => running().take(event, atUs, seed),
    printed: () => [],
  }
}

/** Throws `RangeError` where no network could be what the protocol relies on. */
export function mustBeServable(model: Model): Model {
  if (model.options.wire === 'set')
    throw new RangeError(
      `${model.protocol.name} is made for searches: its messages stay on the wire for ever and are received any number of times, which no network does`,
    )
  return model
}
