/** A served node: Maelstrom's conversation, its timers, its disk, and its life told again by a trace. */
import { describe, expect, test } from 'vitest'
import { readMessage } from '../../src/maelstrom/message.ts'
import { modelEngine } from '../../src/maelstrom/modelEngine.ts'
import { headOf, isTrace, readTrace } from '../../src/maelstrom/servedTrace.ts'
import { servedWalk } from '../../src/maelstrom/servedWalk.ts'
import { Server, type ServerDisk, type Surroundings, type TracedEvent } from '../../src/maelstrom/server.ts'
import type { DiskImage } from '../../src/node/input.ts'
import { defineNode } from '../../src/node/node.ts'
import { protocols } from '../../src/protocols/index.ts'
import { type DiskEffect, imageAfter } from '../../src/world/disk.ts'
import { defineProtocol, makeModel, type Protocol } from '../../src/world/protocol.ts'

type Say =
  | { readonly type: 'count' }
  | { readonly type: 'later' }
  | { readonly type: 'throw' }
  | { readonly type: 'busy' }
  | { readonly type: 'free' }
  | { readonly type: 'pick' }
  | { readonly type: 'tell' }
  | { readonly type: 'storm' }

/** Counts on its disk, and does one of everything that a node can do. */
const everything = (step: number) =>
  defineNode<{ count: number; isBusy: boolean; asked: unknown }, Say>({
    start(ctx) {
      ctx.log(`boot ${ctx.boot}`)
      return { count: ctx.disk.read<number>('count') ?? 0, isBusy: false, asked: null }
    },
    on: {
      count(state, message, ctx) {
        state.count += step
        ctx.disk.write('count', state.count)
        ctx.disk.sync()
        ctx.reply(message, { type: 'count_ok', count: state.count })
      },
      later(state, { from, op }, ctx) {
        state.asked = { from, op: op && { ...op } }
        ctx.arm('late', [20, 40])
      },
      throw() {
        throw new Error('no')
      },
      busy(state) {
        state.isBusy = true
      },
      free(state) {
        state.isBusy = false
      },
      pick(_state, message, ctx) {
        ctx.reply(message, { type: 'pick_ok', picked: ctx.pick(['a', 'b', 'c']) })
      },
      storm(_state, _message, ctx) {
        ctx.arm('storm', 0)
      },
      tell(state, message, ctx) {
        if (state.isBusy) return ctx.refuse()
        ctx.broadcast({ type: 'news' })
        ctx.reply(message, { type: 'tell_ok' })
      },
    },
    timers: {
      storm(_state, ctx) {
        ctx.arm('storm', 0)
      },
      late(state, ctx) {
        ctx.reply(state.asked as never, { type: 'later_ok' })
      },
    },
  })

const protocolOf = (step = 1, refusals: 'consume' | 'stay' = 'consume'): Protocol =>
  defineProtocol({
    name: 'everything',
    source: 'none',
    says: 'one of each',
    cluster: ['n1', 'n2'],
    rules: {},
    roles: () => ({ node: everything(step) }),
    refusals,
    assign: (names) =>
      Object.fromEntries(
        names.map((name) => [name, { role: 'node', peers: names.filter((n) => n !== name), config: {} }]),
      ),
    properties: [],
  })

/** A world of which the test holds the clock, the dice and the disk. */
class Stage implements Surroundings {
  readonly sent: { readonly src: string; readonly dest: string; readonly body: object }[] = []
  readonly said: string[] = []
  readonly traced: TracedEvent[] = []
  image: DiskImage = { keys: {}, logs: {} }
  isUsed = false
  us = 0
  alarm: number | null = null
  private unsynced: DiskEffect[] = []
  private dice = 0

  openDisk(): ServerDisk {
    const { image, isUsed } = this
    this.isUsed = true
    this.unsynced = []
    return { image, isUsed, carryOut: (effect) => this.carryOut(effect) }
  }
  private carryOut(effect: DiskEffect): void {
    if (effect.kind !== 'sync') this.unsynced.push(effect)
    else this.image = imageAfter(this.image, this.unsynced.splice(0))
  }
  openTrace(): void {}
  trace(traced: TracedEvent): void {
    this.traced.push(JSON.parse(JSON.stringify(traced)))
  }
  nowUs(): number {
    this.us += 7
    return this.us
  }
  seed(): number {
    return ++this.dice
  }
  send(line: string): void {
    this.sent.push(readMessage(line) as (typeof this.sent)[number])
  }
  log(text: string): void {
    this.said.push(text)
  }
  wakeAt(atUs: number | null): void {
    this.alarm = atUs
  }
}

function served(protocol: Protocol, stage = new Stage()) {
  const { refusals = 'consume' } = protocol
  const engine = modelEngine((names) => makeModel(protocol, { names }))
  const server = new Server(engine, stage, () => refusals === 'stay')
  const hear = (src: string, body: object) => server.line(JSON.stringify({ src, dest: 'n1', body }))
  const init = () => hear('c0', { type: 'init', msg_id: 1, node_id: 'n1', node_ids: ['n1', 'n2'] })
  return { stage, server, hear, init }
}

/** What was sent, without its sender. */
const bodies = (stage: Stage) => stage.sent.map(({ dest, body }) => [dest, body])

describe('init', () => {
  test('is answered, and what came before it is taken up then', async () => {
    const { stage, hear, init } = served(protocolOf())
    await hear('c1', { type: 'count', msg_id: 1 })
    expect(stage.sent).toEqual([])
    await init()
    expect(stage.sent).toEqual([
      { src: 'n1', dest: 'c0', body: { type: 'init_ok', in_reply_to: 1 } },
      { src: 'n1', dest: 'c1', body: { type: 'count_ok', count: 1, in_reply_to: 1 } },
    ])
  })

  test.each([
    ['names nobody', { type: 'init', msg_id: 4, node_ids: ['n1'] }],
    ['names another', { type: 'init', msg_id: 4, node_id: 'n9', node_ids: ['n1'] }],
    ['has no list', { type: 'init', msg_id: 4, node_id: 'n1', node_ids: 'n1' }],
  ])('that %s is refused as malformed', async (_what, body) => {
    const { stage, hear } = served(protocolOf())
    await hear('c0', body)
    expect(stage.sent).toMatchObject([{ dest: 'c0', body: { type: 'error', code: 12, in_reply_to: 4 } }])
  })

  test('comes once', async () => {
    const { stage, init } = served(protocolOf())
    await init()
    await init()
    expect(stage.sent[1]?.body).toMatchObject({ type: 'error', code: 12, text: 'this is n1 already' })
  })

  test('of too few nodes ends it, in the words of the protocol', async () => {
    const raft = protocols.find(({ name }) => name === 'two-phase-commit')!
    const { hear } = served(raft)
    await expect(hear('c0', { type: 'init', msg_id: 1, node_id: 'n1', node_ids: ['n1'] })).rejects.toThrow(
      RangeError,
    )
  })
})

describe('a request', () => {
  test('is answered with its id, whenever that is', async () => {
    const { stage, server, hear, init } = served(protocolOf())
    await init()
    await hear('c1', { type: 'later', msg_id: 41 })
    expect(stage.sent).toHaveLength(1)
    const due = stage.alarm!
    expect(due - stage.us).toBeGreaterThan(19_000)
    expect(due - stage.us).toBeLessThan(40_001)
    stage.us = due
    await server.wake()
    expect(bodies(stage)[1]).toEqual(['c1', { type: 'later_ok', in_reply_to: 41 }])
    expect(stage.alarm).toBeNull()
  })

  test('has its turn between timers that are due again and again', async () => {
    const { stage, server, hear, init } = served(protocolOf())
    await init()
    await hear('c1', { type: 'storm' })
    await Promise.all([server.wake(), hear('c1', { type: 'count', msg_id: 2 })])
    expect(stage.sent[1]?.body).toMatchObject({ type: 'count_ok', in_reply_to: 2 })
    expect(stage.traced.filter(({ event }) => event.kind === 'timer')).toHaveLength(10)
    expect(stage.alarm).toBeLessThanOrEqual(stage.us)
  })

  test('whose handler throws is told so once', async () => {
    const { stage, hear, init } = served(protocolOf())
    await init()
    await hear('c1', { type: 'throw', msg_id: 2 })
    expect(stage.sent[1]?.body).toMatchObject({ code: 13, text: 'on.throw threw: no' })
    expect(stage.said.at(-1)).toBe('on.throw threw: no')
  })

  test('for another node is not taken', async () => {
    const { stage, server, init } = served(protocolOf())
    await init()
    await server.line('{"src":"c1","dest":"n7","body":{"type":"count","msg_id":2}}')
    expect(stage.sent[1]?.body).toEqual({
      type: 'error',
      code: 1,
      text: 'this is n1, not n7',
      in_reply_to: 2,
    })
    expect(stage.said).toContain('not for this node, but for "n7": {"type":"count","msg_id":2}')
    expect(stage.traced).toHaveLength(1)
  })

  test.each([
    ['"value":9007199254740993', 2, '9007199254740993'],
    ['"value":[{"a":-1e999}]', 2, '-1e999'],
    ['"value":1', '1180591620717411303424', '1180591620717411303424'],
  ])('with a number that no double holds is refused, and not rounded: %s, %s', async (value, id, large) => {
    const { stage, server, init } = served(protocolOf())
    await init()
    stage.send = (line) => stage.said.push(line)
    await server.line(`{"src":"c1","dest":"n1","body":{"type":"count","msg_id":${id},${value}}}`)
    const text = `it holds a number that no double holds: ${large}`
    expect(stage.said.at(-1)).toBe(
      `{"src":"n1","dest":"c1","body":{"type":"error","code":12,"text":"${text}","in_reply_to":${id}}}\n`,
    )
    expect(stage.traced).toHaveLength(1)
  })

  test.each([
    ['topology', { type: 'topology_ok' }],
    ['frobnicate', { type: 'error', code: 10 }],
    ['throw', { type: 'error', code: 13 }],
  ])('%s is answered %j', async (type, answer) => {
    const { stage, hear, init } = served(protocolOf())
    await init()
    await hear('c1', { type, msg_id: 2 })
    expect(stage.sent[1]?.body).toMatchObject({ ...answer, in_reply_to: 2 })
  })

  test('that the node refuses now is temporarily unavailable', async () => {
    const { stage, hear, init } = served(protocolOf())
    await init()
    await hear('n2', { type: 'busy' })
    await hear('c1', { type: 'tell', msg_id: 2 })
    expect(stage.sent[1]?.body).toMatchObject({ type: 'error', code: 11, in_reply_to: 2 })
  })

  test('that the protocol would leave on the wire waits until it is taken', async () => {
    const { stage, hear, init } = served(protocolOf(1, 'stay'))
    await init()
    await hear('n2', { type: 'busy' })
    await hear('c1', { type: 'tell', msg_id: 2 })
    expect(stage.sent).toHaveLength(1)
    await hear('n2', { type: 'free' })
    expect(bodies(stage).slice(1)).toEqual([
      ['n2', { type: 'news' }],
      ['c1', { type: 'tell_ok', in_reply_to: 2 }],
    ])
  })

  test('without an id gets no answer, and is carried out', async () => {
    const { stage, hear, init } = served(protocolOf())
    await init()
    await hear('c1', { type: 'count' })
    await hear('c1', { type: 'count', msg_id: 5 })
    expect(bodies(stage).slice(1)).toEqual([['c1', { type: 'count_ok', count: 2, in_reply_to: 5 }]])
  })
})

test('a line that is no message is told and left out', async () => {
  const { stage, server, init } = served(protocolOf())
  await init()
  await server.line('hello')
  expect(stage.said.at(-1)).toBe('not a message: it is no JSON: "hello"')
  expect(stage.sent).toHaveLength(1)
})

test('a restart finds what was synced', async () => {
  const { stage, hear, init } = served(protocolOf())
  await init()
  await hear('c1', { type: 'count', msg_id: 1 })
  await hear('c1', { type: 'count', msg_id: 2 })
  const again = served(protocolOf(), stage)
  await again.init()
  await again.hear('c1', { type: 'count', msg_id: 3 })
  expect(bodies(stage).at(-1)).toEqual(['c1', { type: 'count_ok', count: 3, in_reply_to: 3 }])
  expect(stage.said).toContain('boot restart')
})

describe('a trace', () => {
  async function life() {
    const { stage, server, hear, init } = served(protocolOf())
    await init()
    await hear('c1', { type: 'later', msg_id: 1 })
    stage.us = stage.alarm!
    await server.wake()
    for (let id = 2; id < 8; id++) await hear('c1', { type: 'pick', msg_id: id })
    await hear('c1', { type: 'count', msg_id: 8 })
    await hear('c1', { type: 'throw', msg_id: 9 })
    const again = served(protocolOf(), stage)
    await again.init()
    await again.hear('c1', { type: 'count', msg_id: 10 })
    return stage.traced
  }
  const model = (step: number) => makeModel(protocolOf(step), { names: ['n1', 'n2'] })

  test('tells the same life again: picks, timers, throws, and a restart', async () => {
    const traced = await life()
    expect(traced.map(({ event }) => event.kind)).toEqual([
      'start',
      'receive',
      'timer',
      ...Array(8).fill('receive'),
      'start',
      'receive',
    ])
    const { changedAt, sightAt, steps } = servedWalk(model(1), 'n1', traced)
    expect(changedAt).toBeNull()
    expect(steps).toHaveLength(traced.length)
    expect(sightAt(traced.length).memory.map(({ name, text }) => `${name} ${text}`)).toContain('count 2')
  })

  test('of a program that has changed says from which step on it does something else', async () => {
    const traced = await life()
    expect(servedWalk(model(2), 'n1', traced).changedAt).toBe(10)
  })

  test('is a file of lines; one that was cut off is left out', async () => {
    const head = {
      served: 1,
      program: 'everything',
      settings: '',
      role: null,
      node: 'n1',
      names: ['n1', 'n2'],
    }
    const lines = [head, ...(await life())].map((line) => `${JSON.stringify(line)}\n`)
    expect(isTrace(lines.join(''))).toBe(true)
    expect(readTrace(lines.join('')).events).toHaveLength(lines.length - 1)
    expect(readTrace(lines.join('').slice(0, -9)).events).toHaveLength(lines.length - 2)
    expect(headOf(lines[0]!)).toEqual(head)
    expect(headOf(lines[0]!.trimEnd())).toBeNull()
    const without = (at: number, line: string) => lines.toSpliced(at, 1, line).join('')
    expect(() => readTrace(without(0, '{"served":2}\n'))).toThrow('this trace is of schema 2')
    expect(() => readTrace(without(0, '{"served":1,"program":"x"}\n'))).toThrow(
      'line 1 does not say which node',
    )
    expect(() => readTrace(without(1, '{"atUs":1}\n'))).toThrow('line 2 is no event')
    expect(() => readTrace(without(2, 'x\n'))).toThrow('line 3 is no JSON')
  })
})

test.each(
  protocols.filter(({ wire }) => wire !== 'set').map((protocol) => [protocol.name, protocol] as const),
)('%s starts as a process', async (_name, protocol) => {
  const [first] = protocol.cluster
  const stage = new Stage()
  const { hear } = served(protocol, stage)
  await hear('c0', { type: 'init', msg_id: 1, node_id: first, node_ids: protocol.cluster })
  expect(stage.sent[0]).toMatchObject({ src: first, dest: 'c0', body: { type: 'init_ok', in_reply_to: 1 } })
})

test('a protocol whose messages stay on the wire for ever is not served', async () => {
  const { init } = served({ ...protocolOf(), wire: 'set' })
  await expect(init()).rejects.toThrow('made for searches')
})
