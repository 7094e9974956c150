/** shrink: what its first stages leave out, faults and events, one by one or where they can only go together. */
import { describe, expect, test } from 'vitest'
import { defineNode } from '../../src/node/node.ts'
import { type ShrinkOptions, shrink } from '../../src/run/shrink.ts'
import { begin } from '../../src/world/apply.ts'
import type { Choice } from '../../src/world/choice.ts'
import { property } from '../../src/world/property.ts'
import { defineProtocol, makeModel } from '../../src/world/protocol.ts'

/**
 * b sends a three messages, a has two timers, and says of each what happened and when. As it reads its clock, no search
 * finds another ending. What is wrong is for each test to say, of all that was seen.
 */
function short(
  wrong: (seen: readonly string[]) => boolean,
  trace: readonly Choice[],
  options?: ShrinkOptions,
) {
  const protocol = defineProtocol({
    name: 'recorder',
    source: 'test model',
    says: 'a node that says what happens to it',
    cluster: ['a', 'b'],
    rules: {},
    roles: () => ({
      node: defineNode<{ readonly boot: string }, { type: 'm'; n: number }>({
        start(ctx) {
          if (ctx.self === 'b') for (const n of [1, 2, 3]) ctx.send('a', { type: 'm', n })
          else for (const timer of ['t1', 't2']) ctx.arm(timer, 10)
          return { boot: ctx.boot }
        },
        on: {
          m: (_state, { body }, ctx) => ctx.output({ type: 'got', says: `m${body.n} at ${ctx.now()}` }),
        },
        timers: {
          t1: (_state, ctx) => ctx.output({ type: 'fired', says: `t1 at ${ctx.now()}` }),
          t2: (_state, ctx) => ctx.output({ type: 'fired', says: `t2 at ${ctx.now()}` }),
        },
      }),
    }),
    assign: (names) =>
      Object.fromEntries(
        names.map((name) => [name, { role: 'node', peers: names.filter((n) => n !== name), config: {} }]),
      ),
    properties: [
      property<readonly string[]>({
        name: 'Right',
        says: 'nothing is wrong',
        first: [],
        see: (fold, seen) => {
          if (seen.kind === 'output') return [...fold, String(seen.body['says'])]
          return seen.kind === 'disturbance' ? [...fold, seen.what] : fold
        },
        judge: { kind: 'always', broken: (fold) => (wrong(fold) ? 'it is wrong' : null) },
      }),
    ],
  })
  const model = makeModel(protocol, { options: { delayMs: [1, 1] } })
  return shrink(model, begin(model).world, trace, 'Right', options)
}

const parcel = (n: number) => ({ from: 'b', to: 'a', body: { type: 'm', n }, op: null })
const got = (n: number): Choice => ({ kind: 'deliver', parcel: parcel(n) })
const gotAndDies = (n: number): Choice => ({ ...got(n), crash: { after: 1, disk: 0 } }) as Choice
const fired = (timer: string): Choice => ({ kind: 'fire', node: 'a', timer, arg: null })
const wait = (ms: number): Choice => ({ kind: 'wait', untilUs: ms * 1000 })
const RESTART: Choice = { kind: 'restart', node: 'a' }

const has = (seen: readonly string[], ...words: readonly string[]) =>
  words.every((word) => seen.some((one) => one.startsWith(word)))
const times = (seen: readonly string[], word: string) => seen.filter((one) => one.startsWith(word)).length

describe('fewer faults', () => {
  test('a crash inside a handler is turned off, and its message still comes', () => {
    expect(short((seen) => has(seen, 'm1'), [gotAndDies(1)])!.trace).toEqual([got(1)])
  })

  test('of two crashes one goes, where one is needed', () => {
    const wrong = (seen: readonly string[]) => has(seen, 'm1', 'm2', 'crash')
    expect(short(wrong, [gotAndDies(1), RESTART, gotAndDies(2)])!.trace).toEqual([
      gotAndDies(1),
      RESTART,
      got(2),
    ])
  })

  test('two that can only go together do', () => {
    const wrong = (seen: readonly string[]) => has(seen, 'm1', 'm2', 'm3') && times(seen, 'crash') % 2 === 0
    const trace = [gotAndDies(1), RESTART, gotAndDies(2), RESTART, got(3)]
    expect(short(wrong, trace)!.trace).toEqual([got(1), got(2), got(3)])
  })

  test('where a lie is not needed, what was meant is heard instead', () => {
    const trace: Choice[] = [
      { kind: 'traitor', node: 'b' },
      { kind: 'lie', node: 'b', to: 'a', instead: parcel(1), body: { type: 'm', n: 9 } },
      got(9),
    ]
    expect(short((seen) => has(seen, 'm9'), trace)!.trace).toEqual(trace)
    expect(short((seen) => has(seen, 'm'), trace)!.trace).toEqual([got(1)])
  })
})

describe('fewer events', () => {
  test('two that can only go together do', () => {
    const wrong = (seen: readonly string[]) =>
      has(seen, 'm1', 'm2') && times(seen, 't1') === times(seen, 't2')
    expect(short(wrong, [fired('t1'), fired('t2'), got(1), got(2)])!.trace).toEqual([got(1), got(2)])
  })

  test('all waits at once, where no single one can go', () => {
    const wrong = (seen: readonly string[]) =>
      has(seen, 'm1 at 3', 'm2 at 6') || has(seen, 'm1 at 1', 'm2 at 1')
    expect(short(wrong, [wait(3), got(1), wait(6), got(2)])!.trace).toEqual([got(1), got(2)])
  })

  test('what is not possible is skipped, and nothing is told after it is wrong', () => {
    const wrong = (seen: readonly string[]) => has(seen, 'm1')
    const told = short(wrong, [got(9), RESTART, got(1), got(2), fired('t1')], { maxReplays: 0 })
    expect(told).toEqual({ trace: [got(1)], why: 'it is wrong', replays: 0, unfinished: true })
  })
})

test('somebody may end it at any replay, and is told what there is by then', () => {
  const trace = [got(1), got(2), got(3), fired('t1'), fired('t2')]
  const wrong = (seen: readonly string[]) => has(seen, 't2')
  const whole = short(wrong, trace)!
  expect(whole).toMatchObject({ trace: [fired('t2')], unfinished: false })
  for (let most = 0; most < whole.replays; most++) {
    let asked = 0
    const stopped = short(wrong, trace, { goesOn: () => asked++ < most })!
    expect(stopped).toMatchObject({ why: 'it is wrong', unfinished: true })
    expect(stopped.replays).toBeLessThanOrEqual(most)
    expect(stopped.trace.at(-1)).toEqual(fired('t2'))
  }
})

describe('a calm ending', () => {
  const echo = defineProtocol({
    name: 'echo',
    source: 'test model',
    says: 'a debt that nothing pays',
    cluster: ['a', 'b'],
    rules: {},
    roles: () => ({
      node: defineNode<{ readonly boot: string }, { type: 'ping' } | { type: 'pong' }>({
        start(ctx) {
          if (ctx.self === 'b' && ctx.boot === 'first') ctx.send('a', { type: 'ping' })
          if (ctx.self === 'a') ctx.arm('tick', 1000)
          return { boot: ctx.boot }
        },
        on: { ping: (_state, { from }, ctx) => ctx.send(from, { type: 'pong' }), pong: () => {} },
        timers: { tick: (_state, ctx) => ctx.arm('tick', 1000) },
      }),
    }),
    assign: (names) =>
      Object.fromEntries(
        names.map((name) => [name, { role: 'node', peers: names.filter((n) => n !== name), config: {} }]),
      ),
    properties: [
      property<null>({
        name: 'Paid',
        says: 'the debt is paid in the end',
        first: null,
        see: (fold) => fold,
        judge: {
          kind: 'afterRepair',
          open: () => [{ node: 'a', what: 'a pays', why: 'a never pays', state: 'owing' }],
        },
      }),
    ],
  })
  const model = makeModel(echo, { options: { delayMs: [1, 1] } })
  const first = begin(model).world
  const paid = (trace: readonly Choice[]) => shrink(model, first, trace, 'Paid', { calmMs: 500 })

  test('a fault stays where the story would be longer without it', () => {
    // Without the loss two messages come; with it nothing is due in half a second.
    const drop: Choice = { kind: 'drop', parcel: { from: 'b', to: 'a', body: { type: 'ping' }, op: null } }
    expect(paid([drop])!.trace).toEqual([drop])
  })

  test('it lasts until all is calm after the latest disturbance, however late that was', () => {
    // Two messages are still due after it, within the half second; two choices that are not possible make room for them.
    const clock: Choice = { kind: 'clock', node: 'b', stepUs: 5000, rate: null }
    const told = paid([got(8), got(9), ...Array.from({ length: 3 }, () => fired('tick')), clock])
    expect(told).toMatchObject({ why: 'a never pays', unfinished: false })
    expect(told!.trace).toHaveLength(2)
  })
})
