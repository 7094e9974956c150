/** The load of a random run: requests of a few clients to whatever server they think of. */
import type { RandomStream } from '../base/random.ts'
import type { Body } from '../node/node.ts'
import type { ProtocolDefinition } from '../world/protocol.ts'

/** One to `most` requests of up to three clients; `draw` says what the i-th asks, counting from 1. */
export function loadOf(
  most: number,
  draw: (dice: RandomStream, i: number) => Body,
): NonNullable<ProtocolDefinition['load']> {
  return (dice, { names }, forMs) => {
    const clients = ['c1', 'c2', 'c3'].slice(0, dice.integer(1, 3))
    return Array.from({ length: dice.integer(1, most) }, (_, i) => ({
      atMs: dice.integer(0, Math.floor(forMs)),
      client: dice.choose(clients),
      to: dice.choose(names),
      body: draw(dice, i + 1),
    }))
  }
}
