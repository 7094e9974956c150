/** shrink: what its later stages do, each on a model where no earlier stage can help: smaller values, a shorter ending. */
import { describe, expect, test } from 'vitest'
import { defineNode } from '../../src/node/node.ts'
import { lessThan } from '../../src/run/amounts.ts'
import { shorterEnding } from '../../src/run/shorterEnding.ts'
import { shrink } from '../../src/run/shrink.ts'
import { begin } from '../../src/world/apply.ts'
import type { Choice } from '../../src/world/choice.ts'
import { property } from '../../src/world/property.ts'
import { defineProtocol, makeModel } from '../../src/world/protocol.ts'

const silent = property<boolean>({
  name: 'Silent',
  says: 'nobody says anything',
  first: false,
  see: (fold, seen) => fold || seen.kind === 'output',
  judge: { kind: 'always', broken: (fold) => (fold ? 'something was said' : null) },
})

type ToNode =
  | { readonly type: 'ask'; readonly by: number }
  | { readonly type: 'pass'; readonly by: number }
  | { readonly type: 'ping' }

/** It speaks when enough was asked for, when it is late enough, or when a high number was picked. */
const thresholds = defineProtocol({
  name: 'thresholds',
  source: 'test model',
  says: 'a node that speaks from some number on',
  cluster: ['a', 'b'],
  rules: {},
  requests: { ask: { to: 'node', fields: { by: 1, of: 'milk', floor: 5 }, says: 'asks for so much' } },
  roles: () => ({
    node: defineNode<{ readonly asked: 0 }, ToNode>({
      start(ctx) {
        if (ctx.self === 'b') ctx.send('a', { type: 'ping' })
        if (ctx.self === 'a') ctx.arm('draw', 10)
        return { asked: 0 }
      },
      on: {
        ask: (_state, { body }, ctx) => ctx.send('b', { type: 'pass', by: body.by }),
        pass(_state, { body }, ctx) {
          if (body.by >= 7) ctx.output({ type: 'enough' })
        },
        ping(_state, _message, ctx) {
          if (ctx.now() >= 50) ctx.output({ type: 'late' })
        },
      },
      timers: {
        draw(_state, ctx) {
          if (ctx.pick([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]) >= 4) ctx.output({ type: 'high' })
        },
      },
    }),
  }),
  assign: (names) =>
    Object.fromEntries(
      names.map((name) => [name, { role: 'node', peers: names.filter((n) => n !== name), config: {} }]),
    ),
  properties: [silent],
})

describe('smaller values', () => {
  const model = makeModel(thresholds, { options: { delayMs: [1, 1] } })
  const short = (...trace: Choice[]) => shrink(model, begin(model).world, trace, 'Silent')?.trace
  const ping = { from: 'b', to: 'a', body: { type: 'ping' }, op: null }
  const deliver = { kind: 'deliver', parcel: ping } as const

  test('a number in a request goes down to what is needed, and the message that carries it with it', () => {
    const asked = (by: number) => {
      const body = { type: 'ask', by, of: 'milk', floor: 5 }
      return { kind: 'request', client: 'c', to: 'a', body } as const
    }
    const passed = (by: number) =>
      ({ kind: 'deliver', parcel: { from: 'a', to: 'b', body: { type: 'pass', by }, op: null } }) as const
    expect(short(asked(1000), received(asked(1000)), passed(1000))).toEqual([
      asked(7),
      received(asked(7)),
      passed(7),
    ])
  })

  test('what nobody reads goes down to what the protocol itself would ask, not to nothing', () => {
    const asked = (floor: number) => {
      const body = { type: 'ask', by: 7, of: 'milk', floor }
      return { kind: 'request', client: 'c', to: 'a', body } as const
    }
    const pass = { kind: 'deliver', parcel: { from: 'a', to: 'b', body: { type: 'pass', by: 7 }, op: null } }
    const usual = [asked(5), received(asked(5)), pass]
    for (const floor of [90, -3])
      expect(short(asked(floor), received(asked(floor)), pass as Choice)).toEqual(usual)
  })

  test('a delay, in whole milliseconds', () => {
    const delay = (byUs: number): Choice => ({ kind: 'delay', parcel: ping, byUs })
    expect(short(delay(777_777), deliver)).toEqual([delay(49_000), deliver])
  })

  test('a jump and a rate of a clock, forwards', () => {
    const jump = (stepUs: number): Choice => ({ kind: 'clock', node: 'a', stepUs, rate: null })
    expect(short(jump(9_000_123), deliver)).toEqual([jump(49_000), deliver])
    const fast = (n: number): Choice => ({ kind: 'clock', node: 'a', stepUs: 0, rate: [n, 10] })
    expect(short(fast(9000), deliver)).toEqual([fast(500), deliver])
  })

  test('the end of a wait, and the time of an event', () => {
    const until = (untilUs: number): Choice => ({ kind: 'wait', untilUs })
    const late = (atUs: number): Choice => ({ ...deliver, atUs })
    expect(short(until(900_500), deliver)).toEqual([until(50_000), deliver])
    expect(short(late(900_500))).toEqual([late(50_000)])
  })

  test('what was picked', () => {
    const draw = (...picks: number[]): Choice => ({
      kind: 'fire',
      node: 'a',
      timer: 'draw',
      arg: null,
      picks,
    })
    expect(short(draw(9))).toEqual([draw(4)])
  })

  test('each number is tried at nothing first and a single step less last', () => {
    const at = () => deliver
    expect(lessThan({ over: 10, step: 1, at })).toEqual([0, 5, 8, 9])
    expect(lessThan({ over: 2500, step: 1000, at })).toEqual([0, 1000, 2000])
    expect(lessThan({ over: 0, step: 1, at })).toEqual([])
  })
})

function received(request: Choice & { kind: 'request' }): Choice {
  const { client, to, body } = request
  return { kind: 'deliver', parcel: { from: client, to, body, op: { client, n: 1 } } }
}

/** Three timers, one after the other, or a request and one: nothing of the long way can be left out. */
const detour = defineProtocol({
  name: 'detour',
  source: 'test model',
  says: 'a long way and a short one',
  cluster: ['a'],
  rules: {},
  requests: { open: { to: 'node', fields: {}, says: 'opens the short way' } },
  roles: () => ({
    node: defineNode<{ open: boolean }, { type: 'open' }>({
      start(ctx) {
        ctx.arm('first', 10)
        ctx.arm('short', 90)
        return { open: false }
      },
      on: {
        open: (state) => {
          state.open = true
        },
      },
      timers: {
        first: (_state, ctx) => ctx.arm('second', 10),
        second: (_state, ctx) => ctx.arm('third', 10),
        third: (_state, ctx) => ctx.arm('fourth', 10),
        fourth(state, ctx) {
          if (state.open) ctx.output({ type: 'there' })
        },
        short(state, ctx) {
          if (state.open) ctx.output({ type: 'there' })
        },
      },
    }),
  }),
  assign: () => ({ a: { role: 'node', peers: [], config: {} } }),
  properties: [silent],
})

describe('a shorter ending', () => {
  const model = makeModel(detour)
  const first = begin(model).world
  const fire = (timer: string): Choice => ({ kind: 'fire', node: 'a', timer, arg: null })
  const open = { kind: 'request', client: 'c', to: 'a', body: { type: 'open' } } as const
  const long = [
    fire('first'),
    fire('second'),
    open,
    received(open),
    fire('third'),
    fire('fourth'),
  ] as Choice[]

  test('another way is found that is no part of the story, with what is asked later asked at once', () => {
    expect(shrink(model, first, long, 'Silent')!.trace).toEqual([open, received(open), fire('short')])
  })

  test('it is only looked for in fewer steps, and with no more faults or timeouts than the story has', () => {
    expect(shorterEnding(model, first, long, 'Silent', 256)).toHaveLength(3)
    expect(shorterEnding(model, first, [open, received(open), fire('x')], 'Silent', 256)).toBe(null)
    expect(shorterEnding(model, first, [open, received(open), open, open], 'Silent', 256)).toBe(null)
    expect(shorterEnding(model, first, long, 'Silent', 2)).toBe(null)
  })
})

/** As `detour`, for a node that is ready only after so many other timers; what went wrong counts as well. */
function crossroads(others: number, needs: string | null) {
  const timers = Array.from({ length: others }, (_, i) => `other${i}`)
  const protocol = defineProtocol({
    name: 'crossroads',
    source: 'test model',
    says: 'a long way and a short one, for whoever is ready',
    cluster: ['a', 'b'],
    rules: {},
    roles: () => ({
      node: defineNode<{ ready: number }, { type: 'ping' | 'pong' }>({
        start(ctx) {
          ctx.send(ctx.self === 'a' ? 'b' : 'a', { type: ctx.self === 'a' ? 'ping' : 'pong' })
          if (ctx.self === 'b') return { ready: 0 }
          for (const timer of ['first', 'short', ...timers]) ctx.arm(timer, 10)
          return { ready: 0 }
        },
        on: { ping: () => {}, pong: () => {} },
        timers: {
          ...Object.fromEntries(
            timers.map((timer) => [
              timer,
              (state: { ready: number }) => {
                state.ready++
              },
            ]),
          ),
          first: (_state, ctx) => ctx.arm('second', 10),
          second: (_state, ctx) => ctx.arm('third', 10),
          third(state, ctx) {
            if (state.ready === others) ctx.output({ type: 'there' })
          },
          short(state, ctx) {
            if (state.ready === others) ctx.output({ type: 'there' })
          },
        },
      }),
    }),
    assign: (names) =>
      Object.fromEntries(
        names.map((name) => [name, { role: 'node', peers: names.filter((n) => n !== name), config: {} }]),
      ),
    corrupt: () => [{ type: 'pong' }],
    properties: [
      property<readonly string[]>({
        name: 'NeverThere',
        says: 'nobody is there after something went wrong',
        first: [],
        see: (fold, seen) => {
          const what = seen.kind === 'output' ? 'there' : seen.kind === 'disturbance' ? seen.what : null
          return what === null || what === 'timeout' ? fold : [...fold, what]
        },
        judge: {
          kind: 'always',
          broken: (fold) =>
            fold.includes('there') && (needs === null || fold.includes(needs)) ? 'somebody is there' : null,
        },
      }),
    ],
  })
  const model = makeModel(protocol)
  return { model, first: begin(model).world, timers }
}

const timer = (name: string): Choice => ({ kind: 'fire', node: 'a', timer: name, arg: null })

test('where a search from the first world is too large, one from later on finds the shorter ending', () => {
  const { model, first, timers } = crossroads(9, null)
  const begun = timers.map(timer)
  const long = [...begun, timer('first'), timer('second'), timer('third')]
  expect(shorterEnding(model, first, long, 'NeverThere', 256)).toBe(null)
  expect(shrink(model, first, long, 'NeverThere')!.trace).toEqual([...begun, timer('short')])
})

const ping = { from: 'a', to: 'b', body: { type: 'ping' }, op: null } as const

test.each<[string, Choice]>([
  ['loss', { kind: 'drop', parcel: ping }],
  ['duplicate', { kind: 'duplicate', parcel: ping }],
  ['corruption', { kind: 'corrupt', parcel: ping, into: { type: 'pong' } }],
  ['crash', { kind: 'crash', node: 'b', disk: 0 }],
  ['crash', { kind: 'crash', node: 'b', disk: 'cache' }],
  ['partition', { kind: 'cut', links: ['a>b', 'b>a'] }],
  ['pause', { kind: 'pause', node: 'b' }],
])('a shorter ending may have what the story has of faults: %s, %j', (needs, fault) => {
  const { model, first } = crossroads(0, needs)
  const short = shrink(model, first, [timer('first'), timer('second'), fault, timer('third')], 'NeverThere')!
  expect(short.trace).toHaveLength(2)
  expect(short.trace.map(({ kind }) => kind).sort()).toEqual([fault.kind, 'fire'].sort())
})

test('and what it has of lies, where somebody is a traitor already', () => {
  const { model, first } = crossroads(1, 'lie')
  const traitor: Choice = { kind: 'traitor', node: 'b' }
  const pong = { from: 'b', to: 'a', body: { type: 'pong' }, op: null }
  const lie: Choice = { kind: 'lie', node: 'b', to: 'a', instead: pong, body: null }
  const long = [traitor, timer('other0'), timer('first'), timer('second'), lie, timer('third')]
  const { trace } = shrink(model, first, long, 'NeverThere')!
  expect(trace.slice(0, 2)).toEqual([traitor, timer('other0')])
  expect(trace.slice(2).sort((a, b) => (a.kind < b.kind ? -1 : 1))).toEqual([timer('short'), lie])
})
