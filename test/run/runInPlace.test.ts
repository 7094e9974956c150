/** Runs in place: right where they go the same way again, and known not to be where they do not. */
import { describe, expect, test } from 'vitest'
import { canonical } from '../../src/base/canonical.ts'
import { type AnyNode, type Context, defineNode } from '../../src/node/node.ts'
import type { FaultPlan } from '../../src/run/faultPlan.ts'
import { differenceInPlace, runInPlace } from '../../src/run/runInPlace.ts'
import { simulate } from '../../src/run/simulate.ts'
import { type SimulateOptions, type Simulation, Simulator } from '../../src/run/simulator.ts'
import { defineProtocol, type Model, makeModel } from '../../src/world/protocol.ts'
import { expectSame } from './lawful.ts'
import { PlainGround } from './plainGround.ts'

interface State {
  notes: Record<string, number>
  seen: Map<string, number>
}
type Told = { readonly type: 'tell'; readonly n: number }
type OnTell = (state: State, message: { from: string; body: Told }, ctx: Context) => unknown

/** Node a tells b something every 5 ms, nine times; what b does with it is under test. */
function modelOf(tell: OnTell, refusals: 'consume' | 'stay' = 'consume'): Model {
  const a = defineNode<{ left: number }, never>({
    start(ctx) {
      ctx.arm('next', 5)
      return { left: 9 }
    },
    on: {},
    timers: {
      next(state, ctx) {
        ctx.send('b', { type: 'tell', n: state.left })
        if (--state.left > 0) ctx.arm('next', 5)
      },
    },
  })
  const b = {
    start(ctx: Context) {
      ctx.disk.append('boots', 1)
      ctx.output({ type: 'woke', records: [...ctx.disk.records('log')] as never, keys: ctx.disk.keys() })
      return { notes: {}, seen: new Map() }
    },
    on: { tell },
    timers: { later: (state: State) => void state.seen.set('later', 1) },
  } as unknown as AnyNode
  const protocol = defineProtocol({
    name: 'telling',
    source: 'made for a test',
    says: 'a tells b',
    cluster: ['a', 'b'],
    rules: {},
    roles: () => ({ a: a as AnyNode, b }),
    assign: (names) =>
      Object.fromEntries(names.map((name) => [name, { role: name, peers: ['a', 'b'], config: {} }])),
    properties: [],
  })
  return makeModel(protocol, { options: { refusals, disk: 'subset', delayMs: [1, 9] } })
}

const FAULTS = {
  untilMs: 80,
  loss: 0.1,
  duplicate: 0.2,
  crashInside: 0.2,
  crashes: 2,
  downMs: 9,
  pauses: 1,
  pauseMs: 9,
  driftPpm: 900,
}

function plainRun(model: Model, options: SimulateOptions): Simulation {
  return new Simulator(model, options, (...ground) => new PlainGround(...ground)).run()
}

const GOOD: readonly [string, OnTell][] = [
  [
    'writes, reads what it wrote, and arms a timer, in one call',
    (state, { body }, ctx) => {
      ctx.disk.append('log', body.n)
      ctx.disk.write(`k${body.n}`, body.n)
      if (body.n % 2 === 0) ctx.disk.sync()
      state.notes['records'] = ctx.disk.records('log').length
      ctx.arm('later', [1, 3])
    },
  ],
  [
    'reads in one call what it wrote in the ones before',
    (_state, { body }, ctx) => {
      const [records, boots] = [ctx.disk.records('log'), ctx.disk.records('boots')]
      ctx.output({ type: 'has', records: [...records] as never, boots: boots.length })
      ctx.disk.append('log', body.n)
      ctx.arm('later', [1, 3])
    },
  ],
  [
    'reads its clock, picks, and answers',
    (state, { from, body }, ctx) => {
      state.notes[`${ctx.pick(['x', 'y', 'z'])}`] = ctx.now()
      ctx.log('told', body)
      ctx.send(from, { type: 'heard' })
      ctx.disarm('later')
    },
  ],
  [
    'puts things where they do not come in order, and does not go through them',
    (state, { body }, ctx) => {
      state.notes[`z${body.n}`] = 1
      state.notes[`a${body.n}`] = 1
      state.seen.set(`k${body.n}`, 1)
      ctx.output({ type: 'told' })
    },
  ],
  ['changes nothing but what is armed', (_state, { body }, ctx) => ctx.arm('later', 500, body.n)],
  [
    'refuses every other message',
    (state, { body }, ctx) => (body.n % 2 ? ctx.refuse() : void state.seen.set('n', body.n)),
  ],
]

describe.each(GOOD)('a handler that %s', (_name, tell) => {
  test.each(['consume', 'stay'] as const)('goes in place, as in the plain world: %s', (refusals) => {
    const model = modelOf(tell, refusals)
    for (let seed = 1; seed <= 30; seed++) {
      const options = { seed, untilMs: 200, maxSteps: 200, ...(seed > 3 && { faults: FAULTS }) }
      const inPlace = runInPlace(model, options)!
      // A copy that changes nothing is refused under `stay`: that is found out, and nothing else may go wrong here.
      if (refusals === 'consume' || seed <= 3) expect([seed, inPlace.isSameAgain()]).toEqual([seed, true])
      const plain = plainRun(model, options)
      if (inPlace.isSameAgain()) expectSame(inPlace.run, plain)
      expectSame(simulate(model, options), plain)
      expect(differenceInPlace(model, options, inPlace)).toBe(null)
    }
  })
})

test('the last world is in canonical order, though states are edited as they lie', () => {
  const { run } = runInPlace(modelOf(GOOD[3]![1]), { untilMs: 200 })!
  const state = run.last.nodes['b']!.state as unknown as State
  const inOrder = canonical(state) as unknown as State
  expect(Object.keys(state.notes).length).toBe(18)
  expect(Object.keys(state.notes)).toEqual(Object.keys(inOrder.notes))
  expect([...state.seen.keys()]).toEqual([...inOrder.seen.keys()])
})

let remembered = 0

const OTHERWISE: readonly [string, 'consume' | 'stay', OnTell][] = [
  [
    'goes through a Map in the order it was filled',
    'consume',
    (state, { body }, ctx) => {
      state.seen.set(`k${body.n}`, 1)
      ctx.output({ type: 'all', seen: [...state.seen.keys()] })
    },
  ],
  [
    'picks from a Set in the order it was filled, and comes to the same end',
    'consume',
    (state, { body }, ctx) => {
      for (const key of [`z${body.n}`, `a${body.n}`]) state.seen.set(key, 1)
      const [first] = state.seen.keys()
      ctx.pick(first!.startsWith('z') ? ['x', 'y'] : ['x', 'y', 'z'])
    },
  ],
  [
    'edits before it refuses',
    'consume',
    (state, { body }, ctx) => {
      state.notes[`n${body.n}`] = 1
      if (body.n % 2 === 0) return ctx.refuse()
      return ctx.output({ type: 'notes', notes: Object.keys(state.notes).length })
    },
  ],
  ['leaves all as it was, and so refuses', 'stay', () => {}],
  ['arms what is armed, and so refuses', 'stay', (_state, _message, ctx) => ctx.arm('later', 500)],
  ['remembers more than its state', 'consume', (state) => void state.seen.set('n', ++remembered)],
]

test.each(OTHERWISE)('a handler that %s is known not to go in place', (_name, refusals, tell) => {
  const model = modelOf(tell, refusals)
  const options = { seed: 1, untilMs: 100, maxSteps: 200 }
  expect(runInPlace(model, options)?.isSameAgain()).toBe(false)
  if (tell.toString().includes('remembered')) return
  expectSame(simulate(model, options), plainRun(model, options))
})

let isAgain = false

test.each<[string, 'consume' | 'stay', OnTell, FaultPlan?]>([
  ['refuses what it took', 'consume', (_state, _message, ctx) => (isAgain ? ctx.refuse() : ctx.log('x'))],
  ['takes what it refused', 'consume', (_state, _message, ctx) => (isAgain ? undefined : ctx.refuse())],
  ['takes what had to stay', 'stay', (_state, _message, ctx) => (isAgain ? ctx.log('x') : ctx.refuse())],
  [
    'refuses what it was to die of',
    'consume',
    (_state, _message, ctx) => (isAgain ? ctx.refuse() : ctx.log('x')),
    { untilMs: 80, crashInside: 1, downMs: 9 },
  ],
])(
  'a handler that %s, when all is run again, is known not to go in place',
  (_name, refusals, tell, faults) => {
    isAgain = false
    const run = runInPlace(modelOf(tell, refusals), {
      untilMs: 100,
      maxSteps: 200,
      ...(faults && { faults }),
    })!
    isAgain = true
    expect(run.isSameAgain()).toBe(false)
  },
)

test.each<[string, OnTell]>([
  [
    'throws',
    () => {
      throw new Error('no')
    },
  ],
  ['returns something', () => 5],
  ['sends to nobody', (_state, _message, ctx) => ctx.send('nobody', { type: 'x' })],
  ['keeps what is no value', (state) => void state.seen.set('f', (() => 1) as never)],
])('there is no run in place of a handler that %s', (_name, tell) => {
  expect(runInPlace(modelOf(tell), { untilMs: 100 })).toBe(null)
})
