/** Flawed readings of the ABD register, one rule each. */
import type { Alternative } from '../../world/protocol.ts'
import type { Tag } from '../abd.ts'
import { readingOf } from './reading.ts'

const of = readingOf('abd')

export const flawedAbd: readonly Alternative[] = [
  of('writeBack', 'never', 'a read returns at once what a majority answered', () => false),
  of('quorum', 'half', 'half of the servers are enough, so that two groups need not meet', (n: number) =>
    Math.ceil(n / 2),
  ),
  of(
    'next',
    'count-only',
    'a tag is a count without a name: two writers can make the same one',
    ({ count }: Tag) => ({
      count: count + 1,
      server: '',
    }),
  ),
]
