/** Flawed readings of gossip, one rule each. */
import type { Alternative } from '../../world/protocol.ts'
import { readingOf } from './reading.ts'

/** How many neighbours the reading `nearest` knows. */
const NEAREST = 2

const byDistance = (own: number, where: readonly number[]) => (i: number, j: number) =>
  Math.abs(where[i]! - where[own]!) - Math.abs(where[j]! - where[own]!) || i - j

const others = (own: number, where: readonly number[]) => where.flatMap((_, i) => (i === own ? [] : i))

export const flawedGossip: readonly Alternative[] = [
  readingOf('gossip')(
    'partners',
    'children',
    'the sites are a tree, and each tells its children',
    (own: number, where: readonly number[]) =>
      [2 * own + 1, 2 * own + 2].filter((child) => child < where.length),
  ),
  readingOf('gossip')(
    'partners',
    'nearest',
    'a site tells the two that are nearest to it',
    (own: number, where: readonly number[]) =>
      others(own, where).sort(byDistance(own, where)).slice(0, NEAREST),
  ),
  readingOf('gossip')(
    'partners',
    'always-the-same',
    'a site always contacts the same one, the next in the list',
    (own: number, where: readonly number[]) => [(own + 1) % where.length],
  ),
  readingOf('gossip')('wins', 'last-to-arrive', 'what comes takes the place of what is here', () => true),
  readingOf('gossip')('remains', 'nothing', 'what is deleted leaves no death certificate', () => null),
  readingOf('gossip')('mayForget', 'by-age', 'a death certificate goes when its time is over', () => true),
  readingOf('gossip')('again', 'never', 'a site gossips once', () => false),
  readingOf('rumor')('backstop', 'none', 'rumours are all there is, nobody compares copies', () => false),
]
