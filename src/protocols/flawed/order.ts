/** Flawed readings of logical clocks, cuts and causal broadcast, one rule each. */
import type { Alternative } from '../../world/protocol.ts'
import type { VectorStamp } from '../logicalClocks.ts'
import { readingOf } from './reading.ts'

export const flawedOrder: readonly Alternative[] = [
  readingOf('lamport-clocks')(
    'onHear',
    'ignore',
    'each node only counts its own events',
    (own: number) => own,
  ),
  readingOf('vector-clocks')(
    'onHear',
    'ignore',
    'each node only counts its own events',
    (own: VectorStamp) => own,
  ),
  readingOf('vector-clocks')(
    'onHear',
    'take-over',
    'a receiver takes the stamp of the message for its own',
    (_own: VectorStamp, heard: VectorStamp) => heard,
  ),
  readingOf('vector-clocks')(
    'recordFirst',
    'never',
    'each node records itself when it is asked to',
    () => false,
  ),
  readingOf('causal-broadcast')('mayDeliver', 'at-once', 'what arrives is shown', () => true),
  readingOf('causal-broadcast')(
    'mayDeliver',
    'in-order-of-sender',
    'only the texts of one writer are kept in order',
    (seen: VectorStamp, from: string, stamp: VectorStamp) => stamp[from] === seen[from]! + 1,
  ),
]
