/** Torn records: a handler that trusts the last record of its log is found out, and one that looks is not. */
import { describe, expect, test } from 'vitest'
import { defineNode } from '../../src/node/node.ts'
import { explore } from '../../src/run/explore.ts'
import { exploreNaively } from '../../src/run/naive.ts'
import { choiceText } from '../../src/world/choice.ts'
import type { DiskMode } from '../../src/world/disk.ts'
import { property } from '../../src/world/property.ts'
import { defineProtocol, makeModel } from '../../src/world/protocol.ts'

interface Deposit {
  readonly amount: number
}

const balanceIsMoney = property<string | null>({
  name: 'BalanceIsMoney',
  says: 'every balance that is announced is a number',
  first: null,
  see: (fold, seen) =>
    seen.kind === 'output' && typeof seen.body['balance'] !== 'number'
      ? JSON.stringify(seen.body['balance'])
      : fold,
  judge: { kind: 'always', broken: (fold) => (fold === null ? null : `the balance is ${fold}`) },
})

/** An account whose balance is the sum of a log of deposits. `checks`: whether it cuts a torn record off. */
const account = defineProtocol({
  name: 'account',
  source: 'test model',
  says: 'a balance kept as a log of deposits',
  cluster: ['bank'],
  rules: {},
  params: { checks: { default: true, says: 'whether it looks for a torn record when it starts' } },
  roles: () => ({
    bank: defineNode<{ deposits: number }, never>({
      start(ctx) {
        if (ctx.config['checks'] && ctx.disk.torn('deposits'))
          ctx.disk.truncate('deposits', ctx.disk.records('deposits').length - 1)
        const deposits = ctx.disk.records<Deposit>('deposits')
        let balance = 0
        for (const { amount } of deposits) balance += amount
        ctx.output({ type: 'balance', balance: Number.isFinite(balance) ? balance : 'no number' })
        ctx.arm('deposit', 1)
        return { deposits: deposits.length }
      },
      on: {},
      timers: {
        deposit(state, ctx) {
          state.deposits++
          ctx.disk.append('deposits', { amount: 10 })
          ctx.disk.append('deposits', { amount: 20 })
          ctx.disk.sync()
        },
      },
    }),
  }),
  assign: ([bank = ''], params) => ({ [bank]: { role: 'bank', peers: [], config: params } }),
  properties: [balanceIsMoney],
})

const budgets = { crashes: 1, timeouts: 2 }
const verdictOf = (disk: DiskMode, checks: boolean) =>
  explore(makeModel(account, { params: { checks }, options: { disk } }), { budgets }).verdicts[0]!

describe('an account in a log', () => {
  test.each(['prefix', 'subset'] as const)('disk %s: trusting a torn record is found', (disk) => {
    const verdict = verdictOf(disk, false)
    expect(verdict).toMatchObject({ kind: 'broken', why: 'the balance is "no number"', trace: { length: 2 } })
    expect(verdict.kind === 'broken' && choiceText(verdict.trace[0]!)).toMatch(
      "bank's timer deposit fires, and crashes after 1 effect (disk",
    )
    expect(verdictOf(disk, true).kind).toBe('held')
  })

  test('a disk that loses all that was not synced has nothing to tear', () => {
    expect(verdictOf('lose-all', false).kind).toBe('held')
  })

  test('the plain worlds tear the same records', () => {
    for (const disk of ['prefix', 'subset'] as const) {
      const model = makeModel(account, { options: { disk } })
      const { distinct, generated, depth } = exploreNaively(model, budgets)
      expect(explore(model, { budgets, exact: true })).toMatchObject({ distinct, generated, depth })
    }
  })

  test('a record that would read as torn is refused', () => {
    const forger = defineNode<Record<string, never>, never>({
      start(ctx) {
        ctx.disk.append('log', { torn: true })
        return {}
      },
      on: {},
    })
    const model = makeModel({ ...account, roles: () => ({ bank: forger }) })
    const verdict = explore(model).verdicts[0]
    expect(verdict?.kind === 'broken' && verdict.why).toBe(
      'start threw: a record { torn: true } is what a torn record reads as: call yours something else',
    )
  })
})
