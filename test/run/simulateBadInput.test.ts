/** Handlers that do what they must not are named in simulate and in explore: with the place and the fix. */
import { describe, expect, test } from 'vitest'
import { type AnyNode, type Context, defineNode } from '../../src/node/node.ts'
import { explore } from '../../src/run/explore.ts'
import { simulate } from '../../src/run/simulate.ts'
import { Simulator } from '../../src/run/simulator.ts'
import { defineProtocol, makeModel } from '../../src/world/protocol.ts'
import { PlainGround } from './plainGround.ts'

interface State {
  count: number
  list: unknown[]
  log: { n: number; acks: number }[]
}

type Ping = { readonly type: 'ping'; readonly n: number; readonly parts: readonly { readonly n: number }[] }
type OnPing = (state: State, message: { from: string; body: Ping }, ctx: Context) => void

const START: State = { count: 0, list: [], log: [] }

/** Node a pings b three times, and what b does with a ping is under test. */
function modelOf(onPing: OnPing, start: (ctx: Context) => unknown = () => structuredClone(START)) {
  const a = defineNode<{ left: number }, never>({
    start(ctx) {
      ctx.arm('next', 5)
      return { left: 3 }
    },
    on: {},
    timers: {
      next(state, ctx) {
        ctx.send('b', { type: 'ping', n: state.left, parts: [{ n: state.left }] })
        if (--state.left > 0) ctx.arm('next', 5)
      },
    },
  })
  const b = { start, on: { ping: onPing } } as AnyNode
  const protocol = defineProtocol({
    name: 'pings',
    source: 'made for a test',
    says: 'a pings b',
    cluster: ['a', 'b'],
    rules: {},
    roles: () => ({ a: a as AnyNode, b }),
    assign: (names) =>
      Object.fromEntries(names.map((name) => [name, { role: name, peers: ['a', 'b'], config: {} }])),
    properties: [],
  })
  return makeModel(protocol)
}

let calls = 0
let held: State | null = null
let heldContext: Context | null = null

const BAD: readonly [string, OnPing, string][] = [
  [
    'changes a message',
    (_state, { body }) => {
      ;(body as { n: number }).n = 2
    },
    'on.ping threw: Cannot assign to read only property',
  ],
  [
    'changes a part of a message',
    (_state, { body }) => {
      ;(body.parts[0] as { n: number }).n = 2
    },
    'is frozen: build a new one instead',
  ],
  [
    'returns a promise',
    (async () => {}) as unknown as OnPing,
    'on.ping returned a promise: handlers are synchr',
  ],
  [
    'returns a number',
    (() => 5) as unknown as OnPing,
    'on.ping returned a number: change the state it was given',
  ],
  [
    'stores undefined',
    (s) => void s.list.push(undefined),
    'in on.ping: state.list[0] is undefined: use null',
  ],
  ['stores NaN', (s) => void s.list.push({ x: Number.NaN }), 'state.list[0].x is NaN: keep finite numbers'],
  ['stores a function', (s) => void s.list.push(() => 1), 'state.list[0] is a function: keep data only'],
  ['stores a cycle', (s) => void s.list.push(s), 'state.list[0] is a cycle: refer to the other part'],
  ['stores a date', (s) => void s.list.push(new Date(0)), 'state.list[0] is a Date: keep plain objects'],
  [
    'stores a Map with a bad value',
    (s) => void s.list.push(new Map([['k', -1 / 0]])),
    'state.list[0].get("k") is -Inf',
  ],
  [
    'sends to nobody',
    (_s, _m, ctx) => ctx.send('nobody', { type: 'x' }),
    'was sent to "nobody", which is no node',
  ],
  [
    'sends undefined',
    (_s, _m, ctx) => ctx.send('a', { type: 'x', v: undefined as never }),
    'message.v is undefined',
  ],
  ['outputs no type', (_s, _m, ctx) => ctx.output({} as never), 'an output is an object with a "type"'],
  [
    'writes a Map',
    (_s, _m, ctx) => ctx.disk.write('k', new Map()),
    'disk.k is a Map: messages and disks hold JSON',
  ],
  [
    'counts its calls',
    (s) => void s.list.push(++calls),
    'on.ping is not deterministic: run twice on the same state',
  ],
  [
    'keeps its state from one call to the next',
    (state, _message, ctx) => {
      held ??= state
      held.count++
      ctx.send('a', { type: 'count', count: held.count })
    },
    'on.ping is not deterministic: run twice on the same state and event, effect 1 was',
  ],
  [
    'keeps its context from one call to the next',
    (_state, _message, ctx) => {
      heldContext?.send('a', { type: 'x' })
      heldContext = ctx
    },
    'ctx was used after its handler had returned',
  ],
]

function whyBroken(
  verdicts: readonly { kind: string; property: string; why?: string }[],
): string | undefined {
  return verdicts.find((verdict) => verdict.kind === 'broken' && verdict.property === 'NoThrow')?.why
}

describe.each(BAD)('a handler that %s', (_name, onPing, message) => {
  test('is named by simulate', () => {
    ;[calls, held, heldContext] = [0, null, null]
    const { verdicts, moments } = simulate(modelOf(onPing), { untilMs: 100 })
    expect(whyBroken(verdicts)).toContain(message)
    expect(moments.some(({ threw }) => threw?.message.includes(message))).toBe(true)
  })

  test('is named by explore', () => {
    ;[calls, held, heldContext] = [0, null, null]
    expect(whyBroken(explore(modelOf(onPing)).verdicts)).toContain(message)
  })
})

test('a handler that remembers is named, even if two calls in a row look alike', () => {
  // It changes its mind once, between the run and the repetition.
  let call = 0
  const { verdicts, trace } = simulate(
    modelOf((state) => {
      if (++call > 3) state.count = 1
    }),
    { untilMs: 100 },
  )
  const broken = verdicts.find((verdict) => verdict.property === 'NoThrow')
  expect(broken).toMatchObject({ kind: 'broken' })
  expect(whyBroken(verdicts)).toContain('on.ping is not deterministic')
  expect(broken?.kind === 'broken' && broken.trace.length).toBeLessThanOrEqual(trace.length)
})

test.each([
  ['throws', () => JSON.parse('{'), 'start threw: '],
  [
    'returns nothing',
    () => undefined,
    "start must return the node's state, an object; it returned undefined",
  ],
  ['returns NaN', () => ({ x: Number.NaN }), 'in start: state.x is NaN'],
])('a start that %s is named by both', (_name, start, message) => {
  const model = modelOf(() => {}, start)
  expect(whyBroken(simulate(model, { untilMs: 100 }).verdicts)).toContain(message)
  expect(whyBroken(explore(model).verdicts)).toContain(message)
})

describe('a state is plain data, though much of it is shared', () => {
  const good: readonly [string, OnPing][] = [
    [
      'edits a record that came with a message, one event later',
      (state, { body }) => {
        for (const entry of state.log) entry.acks++
        state.log.push(...body.parts.map(({ n }) => ({ n, acks: 0 })))
        state.list = body.parts as unknown[]
      },
    ],
    [
      'edits what it took from a message as it lay',
      (state, { body }) => {
        for (const part of state.list as { n: number }[]) part.n += 10
        state.list.push(...body.parts)
      },
    ],
    [
      'catches what it gets for such an edit',
      (state, { body }) => {
        try {
          for (const part of state.list as { n: number }[]) part.n += 10
        } catch {
          state.count = -1
        }
        state.list.push(...body.parts)
      },
    ],
    [
      'has one list in two places',
      (state, { body }) => {
        state.list.push(body.n)
        const both = state as unknown as Record<string, unknown>
        if (both['other'] === undefined) both['other'] = state.list
      },
    ],
    [
      'iterates what it put in another order',
      (state, { body }, ctx) => {
        const own = state as unknown as { votes?: Map<string, number>; seen?: Record<string, number> }
        own.votes ??= new Map()
        own.seen ??= {}
        own.votes.set(`v${9 - body.n}`, body.n)
        own.votes.set(`a${body.n}`, body.n)
        own.seen[`z${9 - body.n}`] = 1
        own.seen[`${body.n}`] = 1
        ctx.send('a', { type: 'order', votes: [...own.votes.keys()], seen: Object.keys(own.seen) })
      },
    ],
  ]
  test.each(good)('a handler that %s goes as in the plain world', (_name, onPing) => {
    const model = modelOf(onPing)
    const quick = simulate(model, { untilMs: 100 })
    const plain = new Simulator(model, { untilMs: 100 }, (...ground) => new PlainGround(...ground)).run()
    expect(whyBroken(quick.verdicts)).toBe(undefined)
    expect(quick.last).toEqual(plain.last)
    expect(quick.moments).toEqual(plain.moments)
  })
})
