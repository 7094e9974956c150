/** Flawed readings of the replicated register and of the cart, one rule each. */
import type { Alternative } from '../../world/protocol.ts'
import { laterCart } from '../cart.ts'
import type { Copy } from '../replicatedRegister.ts'
import { readingOf } from './reading.ts'

export const flawedReplication: readonly Alternative[] = [
  readingOf('replicated-register')(
    'mayAnswer',
    'always',
    'what the client has seen is not looked at',
    () => true,
  ),
  readingOf('replicated-register')(
    'keep',
    'last-arrived',
    'the copy that arrives last stays, whichever is newer',
    (_own: Copy, arrived: Copy) => arrived,
  ),
  readingOf('cart')('merge', 'last-writer-wins', 'of two carts that meet the later one stays', laterCart),
]
