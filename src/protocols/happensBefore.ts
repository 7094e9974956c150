/**
 * Happens-before, as outputs show it (Lamport 1978): an event comes after all earlier ones of its node, and
 * hearing a message after sending it. What stamps and cuts claim is judged against that.
 *
 * Nodes announce `{ type: 'event', stamp, sent, heard }` with ids of messages or null, and `{ type: 'record' }`.
 */
import type { Json } from '../base/canonical.ts'
import { type AnyProperty, type Observation, property } from '../world/property.ts'

type Before = (a: Json, b: Json) => boolean

/** An event with the names of all that happened before it. Names are by node and count: `ann 2`. */
type Known = {
  readonly name: string
  readonly node: string
  readonly stamp: Json
  readonly sent: string | null
  readonly past: readonly string[]
}

function withEvent(events: readonly Known[], seen: Observation): readonly Known[] {
  if (seen.kind !== 'output' || seen.body.type !== 'event') return events
  const own = events.filter((e) => e.node === seen.node)
  // By its name, as `ann 10` comes before `ann 9` in this list.
  const last = own.find((e) => e.name === `${seen.node} ${own.length}`)
  const sending = events.find((e) => e.sent !== null && e.sent === seen.body['heard'])
  const past = [last, sending].flatMap((e) => (e === undefined ? [] : [...e.past, e.name]))
  const event: Known = {
    name: `${seen.node} ${own.length + 1}`,
    node: seen.node,
    stamp: seen.body['stamp']!,
    sent: seen.body['sent'] as string | null,
    past: [...new Set(past)].sort(),
  }
  return [...events, event].sort((a, b) => (a.name < b.name ? -1 : 1))
}

const ordinal = (event: Known) => `event ${event.name.split(' ')[1]} of ${event.node}`

/** If one event happened before another, its stamp is smaller. */
export function clockCondition(before: Before): AnyProperty {
  return property<readonly Known[]>({
    name: 'ClockCondition',
    says: 'Clock condition: if one event happened before another, its stamp says so',
    first: [],
    see: withEvent,
    judge: {
      kind: 'always',
      broken(events) {
        for (const b of events)
          for (const a of events)
            if (b.past.includes(a.name) && !before(a.stamp, b.stamp))
              return `${ordinal(a)} happened before ${ordinal(b)}, and its stamp does not say so`
        return null
      },
    },
  })
}

/** And the other way round: if the stamp is smaller, it happened before. */
export function strongClockCondition(before: Before): AnyProperty {
  return property<readonly Known[]>({
    name: 'StrongClockCondition',
    says: 'Strong clock condition: if a stamp says that one event happened before another, it did',
    first: [],
    see: withEvent,
    judge: {
      kind: 'always',
      broken(events) {
        for (const b of events)
          for (const a of events)
            if (a !== b && before(a.stamp, b.stamp) && !b.past.includes(a.name))
              return `by their stamps ${ordinal(a)} comes before ${ordinal(b)}, and neither knew of the other`
        return null
      },
    },
  })
}

type Cut = {
  readonly sent: { readonly [node: string]: readonly string[] }
  readonly heard: { readonly [node: string]: readonly string[] }
  /** What each record holds. */
  readonly records: {
    readonly [node: string]: { readonly sent: readonly string[]; readonly heard: readonly string[] }
  }
}

/** A cut is consistent if no record holds the hearing of a message whose sending is in no record (Chandy & Lamport 1985). */
export const consistentCut: AnyProperty = property<Cut>({
  name: 'ConsistentCut',
  says: 'Consistent cut: no record holds a message as heard which its sender has not recorded as sent',
  first: { sent: {}, heard: {}, records: {} },
  see(fold, seen) {
    if (seen.kind !== 'output') return fold
    const { node, body } = seen
    if (body.type === 'record') {
      const record = { sent: fold.sent[node] ?? [], heard: fold.heard[node] ?? [] }
      return { ...fold, records: { ...fold.records, [node]: record } }
    }
    if (body.type !== 'event') return fold
    const add = (part: 'sent' | 'heard') =>
      body[part] === null
        ? fold[part]
        : { ...fold[part], [node]: [...(fold[part][node] ?? []), String(body[part])].sort() }
    return { ...fold, sent: add('sent'), heard: add('heard') }
  },
  judge: {
    kind: 'always',
    broken({ sent, records }) {
      for (const [hearer, { heard }] of Object.entries(records))
        for (const id of heard)
          for (const [sender, record] of Object.entries(records))
            if (sent[sender]?.includes(id) && !record.sent.includes(id))
              return `${hearer} recorded ${id} as heard, and ${sender} did not record it as sent`
      return null
    },
  },
})
