/** Flawed readings of commit wait and of hybrid clocks, one rule each. */
import type { Alternative } from '../../world/protocol.ts'
import type { HybridStamp } from '../hybridClocks.ts'
import { readingOf } from './reading.ts'

const commitWait = readingOf('commit-wait')
const hybridClocks = readingOf('hybrid-clocks')

export const flawedDates: readonly Alternative[] = [
  commitWait('date', 'reading', 'the date of a write is the time on the clock', (nowMs: number) => nowMs),
  commitWait('shownAfterMs', 'at-once', 'what is written and dated is done', () => Number.NEGATIVE_INFINITY),
  commitWait(
    'shownAfterMs',
    'own-clock',
    'a date is past when the clock that gave it has passed it',
    (dateMs: number) => dateMs,
  ),
  commitWait('mayRead', 'at-once', 'only the writer has to wait', () => true),
  hybridClocks(
    'onHear',
    'ignore',
    'clocks are set right, so a stamp needs no other clock than the own',
    (own: HybridStamp) => own,
  ),
  hybridClocks(
    'tick',
    'reading',
    'a stamp is the time on the clock',
    (_own: HybridStamp, _self: string, now: () => number) => ({ ms: now(), count: 0 }),
  ),
  hybridClocks(
    'tick',
    'count-in-time',
    'where the clock has not moved on, the time in the stamp does',
    ({ ms }: HybridStamp, _self: string, now: () => number) => ({ ms: Math.max(now(), ms + 1), count: 0 }),
  ),
]
