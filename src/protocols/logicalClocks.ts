/** Two logical clocks for the same events: a number (Lamport 1978), or a vector of numbers (Fidge 1988, Mattern 1988). */
import type { Json, Value } from '../base/canonical.ts'
import { type Context, defineNode } from '../node/node.ts'
import type { AnyProperty } from '../world/property.ts'
import { defineProtocol, type Protocol, type Rule } from '../world/protocol.ts'
import { clockCondition, consistentCut, strongClockCondition } from './happensBefore.ts'

/** How many events of each node are known. */
export type VectorStamp = { readonly [node: string]: number }

/** What makes a clock. Stamps are JSON. */
interface Clock<Stamp extends Json> {
  readonly zero: (names: readonly string[]) => Stamp
  /** One event more at this node. A clock that also shows the time reads it off `now`, in milliseconds. */
  readonly tick: (own: Stamp, self: string, now: () => number) => Stamp
  readonly text: (stamp: Stamp) => string
}

type Request =
  | { readonly type: 'act' }
  | { readonly type: 'tell'; readonly to: string }
  | { readonly type: 'record' }
type Told<Stamp> = {
  readonly type: 'told'
  readonly id: string
  readonly stamp: Stamp
  readonly marked: boolean
}

interface State<Stamp> {
  clock: Stamp
  told: number
  recorded: boolean
}

interface ClockRules<Stamp extends Json> {
  readonly [name: string]: Rule
  readonly tick: Clock<Stamp>['tick']
  /** The clock of a receiver, before its own tick. */
  readonly onHear: (own: Stamp, heard: Stamp) => Stamp
  /** Whether a receiver records itself before it looks at the message. */
  readonly recordFirst: (marked: boolean, recorded: boolean) => boolean
}

/** Whoever sends after its record marks the message; whoever has not recorded does so before reading it (Lai & Yang 1987). */
const recordFirst = (marked: boolean, recorded: boolean): boolean => marked && !recorded

function nodeOf<Stamp extends Json>({ clock, announced }: Shape<Stamp>, is: ClockRules<Stamp>) {
  const event = (state: State<Stamp>, ctx: Context, what: { sent?: string; heard?: string }) => {
    state.clock = is.tick(state.clock, ctx.self, () => ctx.now())
    const [sent, heard] = [what.sent ?? null, what.heard ?? null]
    ctx.output({ type: 'event', stamp: state.clock, sent, heard, ...announced?.(ctx) })
  }
  const record = (state: State<Stamp>, ctx: Context) => {
    if (state.recorded) return
    state.recorded = true
    ctx.output({ type: 'record' })
  }
  return defineNode<State<Stamp>, Request | Told<Stamp>>({
    start: (ctx) => ({
      clock: clock.zero([ctx.self, ...ctx.peers].sort()),
      told: 0,
      recorded: false,
    }),
    on: {
      act: (state, _message, ctx) => event(state, ctx, {}),
      record: (state, _message, ctx) => record(state, ctx),
      tell(state, { body: { to } }, ctx) {
        const id = `${ctx.self}${++state.told}`
        event(state, ctx, { sent: id })
        ctx.send(to, { type: 'told', id, stamp: state.clock, marked: state.recorded })
      },
      told(state, { body: { id, stamp, marked } }, ctx) {
        if (is.recordFirst(marked, state.recorded)) record(state, ctx)
        state.clock = is.onHear(state.clock, stamp)
        event(state, ctx, { heard: id })
      },
    },
  })
}

export interface Shape<Stamp extends Json> {
  readonly name: string
  readonly source: string
  readonly says: string
  readonly clock: Clock<Stamp>
  readonly onHear: ClockRules<Stamp>['onHear']
  /** Whether stamps say that one event came before another. */
  readonly before: (a: Stamp, b: Stamp) => boolean
  /** What every event announces besides, for properties of this clock alone. */
  readonly announced?: (ctx: Context) => { readonly [field: string]: Json }
  readonly properties?: readonly AnyProperty[]
  readonly params?: Protocol['params']
  /** Throws `RangeError` for parameters that make no sense. */
  readonly mustMakeSense?: (params: { readonly [name: string]: Json }) => void
  readonly tickMs?: number
}

/** Nodes that act, tell each other of it and record themselves, with the clock of this shape. */
export function clockProtocol<Stamp extends Json>(shape: Shape<Stamp>): Protocol {
  const { name, source, says, clock, onHear, before, properties = [], params = {}, tickMs } = shape
  const isBefore = (a: Json, b: Json) => before(a as Stamp, b as Stamp)
  const rules: ClockRules<Stamp> = { tick: clock.tick, onHear, recordFirst }
  return defineProtocol({
    name,
    source,
    says,
    cluster: ['ann', 'bob', 'carl'],
    rules,
    roles: (is) => ({ process: nodeOf(shape, is) }),
    params,
    ...(tickMs !== undefined && { tickMs }),
    assign(names, config) {
      shape.mustMakeSense?.(config)
      return Object.fromEntries(
        names.map((own) => [own, { role: 'process', peers: names.filter((other) => other !== own), config }]),
      )
    },
    requests: {
      act: { to: 'process', fields: {}, says: 'something happens at this node alone' },
      tell: { to: 'process', fields: { to: 'bob' }, says: 'sends a message to another node' },
      record: { to: 'process', fields: {}, says: 'the node records itself for a picture of the whole' },
    },
    properties: [clockCondition(isBefore), strongClockCondition(isBefore), consistentCut, ...properties],
    label(body) {
      // A message is shown by the stamp that it carries.
      if (body.type === 'event' || body.type === 'told') return clock.text(body['stamp'] as Stamp)
      return body.type
    },
    view: (state) => {
      const { clock: own, recorded } = state as unknown as State<Stamp>
      return { clock: clock.text(own), ...(recorded && { recorded }) } as { readonly [field: string]: Value }
    },
  })
}

export const lamportClocks = clockProtocol<number>({
  name: 'lamport-clocks',
  source: 'Lamport, Time, Clocks, and the Ordering of Events in a Distributed System, CACM 1978',
  says: 'every event gets a number, higher than those of all events it knows of',
  clock: { zero: () => 0, tick: (own) => own + 1, text: String },
  onHear: (own, heard) => Math.max(own, heard),
  before: (a, b) => a < b,
})

export const vectorClocks = clockProtocol<VectorStamp>({
  name: 'vector-clocks',
  source: 'Fidge 1988; Mattern, Virtual Time and Global States of Distributed Systems, 1989',
  says: 'every event gets a vector: how many events of each node it knows of',
  clock: {
    zero: (names) => Object.fromEntries(names.map((name) => [name, 0])),
    tick: (own, self) => ({ ...own, [self]: own[self]! + 1 }),
    text: (stamp) => Object.values(stamp).join(' '),
  },
  onHear: (own, heard) =>
    Object.fromEntries(Object.keys(own).map((name) => [name, Math.max(own[name]!, heard[name]!)])),
  before: (a, b) => {
    const names = Object.keys(a)
    return names.every((name) => a[name]! <= b[name]!) && names.some((name) => a[name]! < b[name]!)
  },
})
