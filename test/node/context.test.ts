/** A context that lasts for many calls, against one that is made for each. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Call, CallContext, lastingContext } from '../../src/node/context.ts'
import type { StepInput } from '../../src/node/input.ts'
import { type Context, defineNode, type Event, REFUSED } from '../../src/node/node.ts'

type Use = (ctx: Context) => unknown

const REQUEST = { from: 'c1', op: { client: 'c1', n: 1 } }

/** Everything that a handler can do, with what it gets for it. */
const USES: { readonly [name: string]: Use } = {
  self: (ctx) => [ctx.self, ctx.peers, ctx.config],
  boot: (ctx) => ctx.boot,
  send: (ctx) => ctx.send('b', { type: 'x', n: 1 }),
  'send to nobody': (ctx) => ctx.send('', { type: 'x' }),
  'send nonsense': (ctx) => ctx.send('b', {} as never),
  broadcast: (ctx) => ctx.broadcast({ type: 'all' }),
  reply: (ctx) => ctx.reply(REQUEST, { type: 'x_ok' }),
  arm: (ctx) => ctx.arm('t', [1, 5]),
  'arm the same again': (ctx) => ctx.arm('u', [1, 5], { a: 1 }),
  'arm otherwise': (ctx) => ctx.arm('t', 7),
  'arm badly': (ctx) => ctx.arm('t', [5, 1]),
  disarm: (ctx) => ctx.disarm('t'),
  now: (ctx) => ctx.now(),
  pick: (ctx) => ctx.pick(['p', 'q', 'r']),
  'pick from nothing': (ctx) => ctx.pick([]),
  sign: (ctx) => ctx.sign({ a: 1 }),
  verify: (ctx) => ctx.verify('a', { a: 1 }, ctx.sign({ a: 1 })),
  output: (ctx) => ctx.output({ type: 'decide' }),
  log: (ctx) => ctx.log('at', { b: 1 }),
  refuse: (ctx) => ctx.refuse() === REFUSED,
  read: (ctx) => [ctx.disk.read('k'), ctx.disk.read('none'), ctx.disk.keys()],
  write: (ctx) => ctx.disk.write('k', { v: 2 }),
  'write another': (ctx) => ctx.disk.write('j', 1),
  append: (ctx) => ctx.disk.append('log', 'r'),
  'append what is torn': (ctx) => ctx.disk.append('log', { torn: true }),
  records: (ctx) => [ctx.disk.records('log'), ctx.disk.torn('log')],
  truncate: (ctx) => ctx.disk.truncate('log', 1),
  sync: (ctx) => ctx.disk.sync(),
}

const node = defineNode<object, never>({ start: () => ({}), on: {} })
const identity = { self: 'a', peers: ['b', 'c'], config: { size: 3 } }
const signatures = {
  used: false,
  sign: (by: string, text: string) => `${by} ${text}`,
  verify: (by: string, text: string, signature: string) => signature === `${by} ${text}`,
}
const EVENTS: readonly Event[] = [
  { kind: 'start', boot: 'restart' },
  { kind: 'timer', timer: 't', arg: null },
]

function inputOf(
  event: Event,
  nowMs: number,
  picks: readonly number[],
  records: readonly string[],
): StepInput {
  const disk = { keys: { k: nowMs }, logs: { log: records } }
  return { node, identity, state: null, disk, event, nowMs, signatures, picks }
}

function outcome(use: Use, context: Context): unknown {
  try {
    return { value: use(context) ?? null }
  } catch (error) {
    return { threw: String(error) }
  }
}

const told = ({ effects, arities, readClock, image }: Call) => ({ effects, arities, readClock, image })

describe('a lasting context', () => {
  test('is in each call what one made for that call is', () => {
    const calls = fc.array(
      fc.record({
        event: fc.constantFrom(...EVENTS),
        nowMs: fc.nat(9),
        picks: fc.array(fc.nat(2), { maxLength: 2 }),
        records: fc.array(fc.constantFrom('x', 'y'), { maxLength: 2 }),
        uses: fc.array(fc.constantFrom(...Object.keys(USES)), { maxLength: 6 }),
      }),
      { minLength: 1, maxLength: 4 },
    )
    fc.assert(
      fc.property(calls, (all) => {
        const lasting = new Call(inputOf(EVENTS[1]!, 0, [], []))
        const context = lastingContext(lasting)
        const kept: { is: unknown; was: string }[] = []
        for (const { event, nowMs, picks, records, uses } of all) {
          const input = inputOf(event, nowMs, picks, records)
          const fresh = new Call(input)
          lasting.begin(input)
          for (const use of uses)
            expect([use, outcome(USES[use]!, context)]).toEqual([
              use,
              outcome(USES[use]!, new CallContext(fresh)),
            ])
          lasting.end()
          expect(told(lasting)).toEqual(told(fresh))
          kept.push({ is: lasting.effects, was: JSON.stringify(fresh.effects) })
        }
        // What a call asked for stays as it was when others follow.
        for (const { is, was } of kept) expect(JSON.stringify(is)).toBe(was)
      }),
      { numRuns: 1500 },
    )
  })

  test.each([
    'send',
    'broadcast',
    'reply',
    'arm',
    'disarm',
    'output',
    'log',
    'write',
    'append',
    'truncate',
    'sync',
  ])('is closed between calls: %s', (use) => {
    const call = new Call(inputOf(EVENTS[1]!, 0, [], []))
    const context = lastingContext(call)
    call.end()
    expect(() => USES[use]!(context)).toThrow('ctx was used after its handler had returned')
    call.begin(inputOf(EVENTS[1]!, 0, [], []))
    expect(() => USES[use]!(context)).not.toThrow()
  })

  test('may be taken apart, and cannot be changed', () => {
    const call = new Call(inputOf(EVENTS[1]!, 3, [], []))
    const context = lastingContext(call)
    const { send, now, disk } = context
    send('b', { type: 'x' })
    disk.sync()
    expect(now()).toBe(3)
    expect(call.effects.map(({ kind }) => kind)).toEqual(['send', 'sync'])
    expect([Object.isFrozen(context), Object.isFrozen(disk)]).toEqual([true, true])
  })
})
