/** One step: what a handler asks for, and what happens to one that does what it must not. */
import { describe, expect, test } from 'vitest'
import { defineNode, type NodeDefinition } from '../../src/node/node.ts'
import { tags } from '../../src/node/signatures.ts'
import { step, stepTwice } from '../../src/node/step.ts'

type Go = { readonly type: 'go'; readonly n?: number }
type Definition = NodeDefinition<{ list: unknown[] }, Go>

const identity = { self: 'a', peers: ['b', 'c'], config: {} }
const empty = { keys: {}, logs: {} }
const event = { kind: 'receive', from: 'b', body: Object.freeze({ type: 'go' }), op: null } as const

function go(handler: Definition['on']['go']) {
  const node = defineNode<{ list: unknown[] }, Go>({ start: () => ({ list: [] }), on: { go: handler! } })
  return { node, identity, state: { list: [] }, disk: empty, event, nowMs: 0, signatures: tags(1), picks: [] }
}

describe('a step is pure', () => {
  test('the state that came in is not changed', () => {
    const input = go((state) => void state.list.push(1))
    const result = step(input)
    expect(input.state.list).toEqual([])
    expect(result).toMatchObject({ kind: 'done', state: { list: [1] } })
  })

  test('effects come in the order they were asked for', () => {
    const result = step(
      go((_state, { from }, ctx) => {
        ctx.disk.write('k', 1)
        ctx.disk.sync()
        ctx.send(from, { type: 'ok' })
        ctx.broadcast({ type: 'all' })
        ctx.arm('t', [1, 2])
      }),
    )
    expect(result.kind === 'done' && result.effects.map((e) => e.kind)).toEqual([
      'write',
      'sync',
      'send',
      'send',
      'send',
      'arm',
    ])
  })

  test('a node reads its own unsynced writes', () => {
    const result = step(
      go((state, _m, ctx) => {
        ctx.disk.append('log', { n: 1 })
        ctx.disk.write('k', 2)
        state.list.push(ctx.disk.records('log').length, ctx.disk.read('k'))
      }),
    )
    expect(result).toMatchObject({ state: { list: [1, 2] } })
  })

  test('a pick follows the choices it is given, and says how many there were', () => {
    const input = go((state, _m, ctx) => void state.list.push(ctx.pick(['x', 'y']), ctx.pick([1, 2, 3])))
    expect(step({ ...input, picks: [1, 2] })).toMatchObject({ state: { list: ['y', 3] }, arities: [2, 3] })
  })

  test('what a refusing handler asked for is dropped', () => {
    const result = step(
      go((_s, { from }, ctx) => {
        ctx.send(from, { type: 'never' })
        return ctx.refuse()
      }),
    )
    expect(result).toEqual({ kind: 'refused', arities: [], readClock: false })
  })

  test('an event without a handler is refused', () => {
    expect(step({ ...go(() => {}), event: { ...event, body: { type: 'other' } } }).kind).toBe('refused')
  })
})

describe('bad handlers are named with the handler, the place and the fix', () => {
  let counter = 0
  let kept: { send(to: string, body: { type: string }): void } | null = null
  const bad: [string, Definition['on']['go'], string][] = [
    [
      'changes a message',
      (_s, { body }) => {
        ;(body as { n: number }).n = 2
      },
      'is frozen: build a new one instead',
    ],
    [
      'keeps a reference',
      (state, { body }) => void state.list.push(body, state),
      'in on.go: state.list[1] is a cycle',
    ],
    ['returns a promise', (async () => {}) as never, 'on.go returned a promise: handlers are synchronous'],
    ['returns something', (() => 5) as never, 'on.go returned a number: change the state it was given'],
    [
      'sends to nobody',
      (_s, _m, ctx) => ctx.send(undefined as never, { type: 'x' }),
      'ctx.send needs the name of a node',
    ],
    [
      'sends no type',
      (_s, _m, ctx) => ctx.send('b', { n: 1 } as never),
      'a message is an object with a "type"',
    ],
    [
      'sends undefined',
      (_s, _m, ctx) => ctx.send('b', { type: 'x', v: undefined } as never),
      'message.v is undefined: use null',
    ],
    ['stores a function', (state) => void state.list.push(() => 1), 'state.list[0] is a function'],
    ['stores NaN', (state) => void state.list.push(Number.NaN), 'state.list[0] is NaN'],
    ['arms for no time', (_s, _m, ctx) => ctx.arm('t', [5, 1]), "ctx.arm('t', ...) needs milliseconds"],
    ['picks from nothing', (_s, _m, ctx) => void ctx.pick([]), 'ctx.pick needs a list that is not empty'],
    [
      'throws a text',
      () => {
        throw 'oops'
      },
      'on.go threw oops',
    ],
    [
      'is not deterministic',
      (state) => void state.list.push(++counter),
      'on.go is not deterministic: run twice on the same state and event, the new state was',
    ],
    [
      'uses an old ctx',
      (_s, _m, ctx) => {
        kept?.send('b', { type: 'x' })
        kept = ctx
      },
      'ctx was used after its handler had returned',
    ],
  ]
  test.each(bad)('%s', (_name, handler, message) => {
    const result = stepTwice(go(handler))
    expect(result.kind).toBe('threw')
    expect(result.kind === 'threw' && result.error.message).toContain(message)
  })

  test('a start that returns nothing', () => {
    const node = { start: () => undefined, on: {} }
    const result = step({ ...go(() => {}), node, event: { kind: 'start', boot: 'first' } })
    expect(result.kind === 'threw' && result.error.message).toContain(
      "start must return the node's state, an object; it returned undefined",
    )
  })
})
