/** Outbox, broker, inbox and half message: what they promise, and what each missing piece breaks. */
import { describe, expect, test } from 'vitest'
import { halfMessage } from '../../src/protocols/halfMessage.ts'
import { outbox } from '../../src/protocols/outbox.ts'
import { explore } from '../../src/run/explore.ts'
import { apply, begin } from '../../src/world/apply.ts'
import type { Protocol } from '../../src/world/protocol.ts'
import { reading, searched } from './stories.ts'

const ANY_TIME = { timeouts: Number.POSITIVE_INFINITY }
const SAFE = ['NoLostEvent', 'NoPhantomEvent', 'EffectOnce']

interface Paid {
  readonly flaws?: readonly string[]
  readonly wire?: 'bag' | 'set'
  readonly commits?: string
  /** Orders to pay, each by a client of its own; the poison ones end in `!`. */
  readonly orders?: readonly string[]
}

/** A model whose clients have asked, and the world in which they have. */
function asked(protocol: Protocol, { flaws = [], wire = 'set', commits = 'yes', orders = ['t1'] }: Paid) {
  const model = reading(protocol, flaws, { params: { commits }, options: { wire } })
  let from = begin(model).world
  orders.forEach((order, i) => {
    const body = { type: 'pay', tx: order.replace('!', ''), poison: order.endsWith('!') }
    const applied = apply(model, from, { kind: 'request', client: `c${i + 1}`, to: 'orders', body })
    if (applied.kind === 'refused') throw new Error(applied.why)
    from = applied.world
  })
  return { model, from }
}

/** Verdicts of all three promises, as one word each. */
function promises(protocol: Protocol, paid: Paid, budgets: object): string[] {
  const { model, from } = asked(protocol, paid)
  return explore(model, { from, properties: SAFE, budgets }).verdicts.map((verdict) => verdict.kind)
}

const HELD = ['held', 'held', 'held']

describe('the outbox', () => {
  test.each<[string, Paid, object]>([
    ['one crash, at any point', {}, { ...ANY_TIME, crashes: 1 }],
    ['two crashes', {}, { ...ANY_TIME, crashes: 2 }],
    ['a transaction that may be refused', { commits: 'any' }, { ...ANY_TIME, crashes: 1 }],
    ['two orders, one of which cannot be processed', { orders: ['t1!', 't2'] }, { ...ANY_TIME, crashes: 1 }],
  ])('keeps its promises: %s', (_, paid, budgets) => {
    expect(promises(outbox, paid, budgets)).toEqual(HELD)
  })

  test('acts on nothing that is not committed, and once, under loss, copies and a crash on a bag wire', () => {
    const { model, from } = asked(outbox, { wire: 'bag' })
    const budgets = { crashes: 1, drops: 1, duplicates: 1, timeouts: 3 }
    const seen = explore(model, { from, properties: ['NoPhantomEvent', 'EffectOnce'], budgets })
    expect(seen.verdicts.map((verdict) => verdict.kind)).toEqual(['held', 'held'])
  })

  test.each<[string, string, string, Paid, object]>([
    ['place=commit-then-send', 'NoLostEvent', 'broken in 2', {}, { ...ANY_TIME, crashes: 1 }],
    ['place=send-then-commit', 'NoPhantomEvent', 'broken in 3', { wire: 'bag' }, { crashes: 1 }],
    ['place=send-then-commit', 'NoPhantomEvent', 'broken in 3', { wire: 'bag', commits: 'any' }, {}],
    ['relay=delete-first', 'NoLostEvent', 'broken in 3', {}, { ...ANY_TIME, crashes: 1 }],
    ['consume=no-inbox', 'EffectOnce', 'broken in 5', {}, {}],
    ['consume=in-memory', 'EffectOnce', 'broken in 6', {}, { crashes: 1 }],
    ['consume=inbox-after', 'EffectOnce', 'broken in 6', {}, { crashes: 1 }],
    ['consume=inbox-before', 'NoLostEvent', 'broken in 5', {}, { ...ANY_TIME, crashes: 1 }],
    ['refused=for-ever', 'Progress', 'broken in 3', { orders: ['t1!', 't2'] }, ANY_TIME],
    ['refused=drop', 'NoLostEvent', 'broken in 2', { orders: ['t1!'] }, ANY_TIME],
  ])('%s breaks %s: %s', (flaw, property, verdict, paid, budgets) => {
    const broken = asked(outbox, { ...paid, flaws: [flaw] })
    expect(searched(broken.model, property, { from: broken.from, budgets })).toBe(verdict)
    const right = asked(outbox, paid)
    expect(searched(right.model, property, { from: right.from, budgets })).toBe('held')
  })

  test('is not there at once: that is what it costs', () => {
    const { model, from } = asked(outbox, { wire: 'bag' })
    expect(searched(model, 'AtOnce', { from })).toBe('broken in 2')
  })
})

describe('the half message', () => {
  test.each<[string, Paid, object]>([
    ['one crash, and a transaction that may be refused', { commits: 'any' }, { ...ANY_TIME, crashes: 1 }],
    ['two crashes', {}, { ...ANY_TIME, crashes: 2 }],
  ])('keeps its promises: %s', (_, paid, budgets) => {
    expect(promises(halfMessage, paid, budgets)).toEqual(HELD)
  })

  test('loses an event where the check-back is answered from memory: 4 steps', () => {
    const { model, from } = asked(halfMessage, { flaws: ['checkBack=from-memory'] })
    expect(searched(model, 'NoLostEvent', { from, budgets: { ...ANY_TIME, crashes: 1 } })).toBe('broken in 4')
  })
})
