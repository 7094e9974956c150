/** Flawed readings of leases, one rule each. */
import type { Alternative } from '../../world/protocol.ts'
import { safeLeaseMs } from '../leaseDuration.ts'
import type { Asked } from '../leases.ts'
import { readingOf } from './reading.ts'

/** Half of the shortest term that the lesson has. */
const PATIENCE_MS = 20

const lease = readingOf('leases')
const writeLease = readingOf('write-lease')

export const flawedLeases: readonly Alternative[] = [
  lease(
    'until',
    'whole-term',
    'ten seconds are ten seconds: the holder uses the whole term of the server',
    ({ askedMs, termMs }: Asked) => askedMs + termMs,
  ),
  lease(
    'until',
    'one-clock',
    "the holder allows for its own clock, and takes the server's for right",
    ({ askedMs, termMs, drift }: Asked) => askedMs + termMs * (1 - drift),
  ),
  lease(
    'until',
    'from-arrival',
    'the lease begins when it is there',
    ({ grantedMs, termMs, drift }: Asked) => grantedMs + safeLeaseMs(termMs, drift),
  ),
  lease(
    'mayRead',
    'to-the-end',
    'a lease is good up to its end, and at its end',
    (nowMs: number, untilMs: number) => nowMs <= untilMs,
  ),
  lease('notes', 'never', 'a cache gets a copy, and nobody notes that it has one', () => false),
  lease('patienceMs', 'short', 'who waits to write waits for a while, and then writes', () => PATIENCE_MS),
  lease('mayRead', 'always', 'what is in the cache is good until the server says otherwise', () => true),
  lease('mayRead', 'never', 'every read asks the server', () => false),
  lease('isDated', 'always', 'the server says until which date the lease is good', () => true),
  lease(
    'answered',
    'everyone',
    'a grant answers whoever waits for it, also when it was under way for longer than it lasts',
    (_isLive: boolean, _waitedThen: number, waitNow: number) => waitNow,
  ),
  lease('mayWrite', 'at-once', 'write first, and tell the caches afterwards', () => true),
  lease('mayGrant', 'always', 'who asks for a lease gets one, whoever waits to write', () => true),
  lease('expires', 'never', 'a lease ends when its holder says so', () => false),
  lease('recoverMs', 'at-once', 'a server that has no leases in its memory has none out', () => 0),
  lease(
    'recoverMs',
    'half-a-term',
    'half of what was lent is over by the time it is back',
    (termMs: number) => termMs / 2,
  ),
  writeLease(
    'until',
    'from-arrival',
    'the lease begins when it is there',
    ({ grantedMs, termMs, drift }: Asked) => grantedMs + safeLeaseMs(termMs, drift),
  ),
  writeLease('mayUse', 'always', 'who was granted the lease has it', () => true),
  writeLease('mayGrant', 'always', 'who wants to write may write', () => true),
  writeLease('accepts', 'always', 'who sends a write has the lease, or it would not send', () => true),
]
