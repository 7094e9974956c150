/** Flawed readings of the ring and of Redis Cluster's slots, one rule each. */
import type { Alternative } from '../../world/protocol.ts'
import { readingOf } from './reading.ts'

const ring = readingOf('key-placement')
const slots = readingOf('hash-slots')

export const flawedHashing: readonly Alternative[] = [
  ring(
    'next',
    'no-wrap',
    'behind the last point of the ring there is nothing',
    (index: number, size: number) => (index < size ? index : null),
  ),
  slots(
    'onMoved',
    'computed',
    'where a key is follows from its hash, so what is not there is nowhere',
    () => null,
  ),
  slots(
    'askIsMoved',
    'always',
    'a client takes ASK for MOVED, and asks there from now on (safe as long as that server sends it back)',
    () => true,
  ),
  slots(
    'servesImporting',
    'always',
    'a server answers for a slot before all its keys have come (safe as long as only clients come that were sent)',
    () => true,
  ),
  slots('servesHalf', 'always', 'of the keys of a command, a server answers with those it has', () => true),
]
