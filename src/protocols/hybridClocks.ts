/**
 * Hybrid logical clocks: stamps that respect happened-before, as Lamport's do, and stay near the time on the clock
 * (Kulkarni, Demirbas, Madappa, Avva & Leone, Logical Physical Clocks, OPODIS 2014).
 */
import { type AnyProperty, type Observation, property } from '../world/property.ts'
import { mustBeMillis } from './clockBound.ts'
import { clockProtocol } from './logicalClocks.ts'

/** The largest reading of a clock that is known, in milliseconds, and a count of events since it was known. */
export interface HybridStamp {
  readonly ms: number
  readonly count: number
  readonly [field: string]: number
}

/** By the reading, then by the count. */
export function isBefore(a: HybridStamp, b: HybridStamp): boolean {
  return a.ms === b.ms ? a.count < b.count : a.ms < b.ms
}

type Event = {
  readonly node: string
  readonly sent: string | null
  /** The largest reading of a clock at this event and at all that happened before it. */
  readonly largestMs: number
}

type Seen = { readonly events: readonly Event[]; readonly wrong: string | null }

/**
 * Follows the readings along happened-before, and judges each event by `wrong`. Events announce
 * `{ stamp, sent, heard, readingMs, apartMs }`: what the node's clock shows, and how far clocks are said to be apart.
 */
function ofReadings(
  name: string,
  says: string,
  wrong: (stampMs: number, largestMs: number, readingMs: number, apartMs: number) => string | null,
): AnyProperty {
  return property<Seen>({
    name,
    says,
    first: { events: [], wrong: null },
    see(fold: Seen, seen: Observation): Seen {
      if (seen.kind !== 'output' || seen.body.type !== 'event' || fold.wrong !== null) return fold
      const { node, body } = seen
      const readingMs = Number(body['readingMs'])
      const past = fold.events.filter((e) => e.node === node || (e.sent !== null && e.sent === body['heard']))
      const largestMs = Math.max(readingMs, ...past.map((e) => e.largestMs))
      const { ms } = body['stamp'] as unknown as HybridStamp
      const why = wrong(ms, largestMs, readingMs, Number(body['apartMs']))
      if (why !== null) return { events: [], wrong: `${node} ${why}` }
      const event: Event = { node, sent: body['sent'] as string | null, largestMs }
      // Of its own events a node needs the last; a message may still be heard, so its sending is kept.
      const kept = fold.events.filter((e) => e.node !== node || e.sent !== null)
      return { events: [...kept, event].sort(inOrder), wrong: null }
    },
    judge: { kind: 'always', broken: (fold) => fold.wrong },
  })
}

function inOrder(a: Event, b: Event): number {
  const [left, right] = [a, b].map(({ node, sent }) => `${node} ${sent ?? ''}`) as [string, string]
  return left < right ? -1 : left > right ? 1 : a.largestMs - b.largestMs
}

/** What the paper proves of the time in a stamp: it is the largest clock reading of which the event is aware. */
export const largestReading = ofReadings(
  'LargestReading',
  'Largest reading: the time in a stamp is the largest reading of a clock at this event and all that happened before it',
  (ms, largestMs) =>
    ms === largestMs ? null : `stamped ${ms} ms, and the largest reading that it knew of was ${largestMs} ms`,
)

/** And so it is not behind the clock, and ahead of it by no more than two clocks are apart. */
export const nearTheClock = ofReadings(
  'NearTheClock',
  "Near the clock: the time in a stamp is not behind the node's clock, and ahead by no more than clocks are apart",
  (ms, _, readingMs, apartMs) => {
    if (ms < readingMs) return `stamped ${ms} ms when its clock showed ${readingMs} ms`
    return ms <= readingMs + apartMs
      ? null
      : `stamped ${ms} ms when its clock showed ${readingMs} ms; clocks are said to be ${apartMs} ms apart at most`
  },
)

export const hybridClocks = clockProtocol<HybridStamp>({
  name: 'hybrid-clocks',
  source: 'Kulkarni, Demirbas, Madappa, Avva & Leone, Logical Physical Clocks, OPODIS 2014',
  says: 'every event is stamped with the largest clock reading that it knows of, and a count',
  clock: {
    zero: () => ({ ms: 0, count: 0 }),
    tick({ ms, count }, _self, now) {
      const readingMs = now()
      return readingMs > ms ? { ms: readingMs, count: 0 } : { ms, count: count + 1 }
    },
    text: ({ ms, count }) => `${ms},${count}`,
  },
  onHear: (own, heard) => (isBefore(own, heard) ? heard : own),
  before: isBefore,
  announced: (ctx) => ({ readingMs: ctx.now(), apartMs: ctx.config['apartMs']! }),
  properties: [largestReading, nearTheClock],
  params: {
    apartMs: { default: 6, says: 'how far two clocks are taken to be apart at most' },
  },
  mustMakeSense: ({ apartMs }) => mustBeMillis('apartMs', apartMs),
  tickMs: 10,
})
