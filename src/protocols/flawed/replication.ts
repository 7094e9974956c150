/** Flawed readings of the replicated register and of the cart, one rule each. */
import type { Alternative } from '../../world/protocol.ts'
import { laterCart } from '../cart.ts'
import type { Copy } from '../replicatedRegister.ts'

const of =
  (protocol: string) =>
  (rule: string, name: string, says: string, is: Alternative['is']): Alternative => ({
    protocol,
    rule,
    name,
    says,
    is,
  })

export const flawedReplication: readonly Alternative[] = [
  of('replicated-register')('mayAnswer', 'always', 'what the client has seen is not looked at', () => true),
  of('replicated-register')(
    'keep',
    'last-arrived',
    'the copy that arrives last stays, whichever is newer',
    (_own: Copy, arrived: Copy) => arrived,
  ),
  of('cart')('merge', 'last-writer-wins', 'of two carts that meet the later one stays', laterCart),
]
