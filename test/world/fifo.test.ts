/** The fifo wire: what one node sends to another arrives in the order of sending, whoever chooses. */
import { expect, test } from 'vitest'
import { defineNode } from '../../src/node/node.ts'
import { explore } from '../../src/run/explore.ts'
import { exploreNaively } from '../../src/run/naive.ts'
import { simulate } from '../../src/run/simulate.ts'
import { apply, begin } from '../../src/world/apply.ts'
import { parcelOf } from '../../src/world/choice.ts'
import { property } from '../../src/world/property.ts'
import { defineProtocol, type ModelOptions, makeModel } from '../../src/world/protocol.ts'

const inOrder = property<{ readonly last: number; readonly fell: boolean }>({
  name: 'InOrder',
  says: 'numbers arrive in the order of sending',
  first: { last: 0, fell: false },
  see(fold, seen) {
    if (seen.kind !== 'output') return fold
    const n = Number(seen.body['n'])
    return { last: n, fell: fold.fell || n <= fold.last }
  },
  judge: { kind: 'always', broken: ({ fell }) => (fell ? 'a number came after a larger one' : null) },
})

/** n1 sends 1, 2 and 3 to n2 at once. */
const counter = defineProtocol({
  name: 'counter',
  source: 'test model',
  says: 'numbers on their way',
  cluster: ['n1', 'n2'],
  rules: {},
  roles: () => ({
    sender: defineNode<Record<string, never>, never>({
      start(ctx) {
        for (const n of [1, 2, 3]) ctx.send('n2', { type: 'count', n })
        return {}
      },
      on: {},
    }),
    receiver: defineNode<{ seen: number }, { type: 'count'; n: number }>({
      start: () => ({ seen: 0 }),
      on: {
        count(state, { body }, ctx) {
          state.seen++
          ctx.output({ type: 'saw', n: body.n })
        },
      },
    }),
  }),
  assign: () => ({
    n1: { role: 'sender', peers: ['n2'], config: {} },
    n2: { role: 'receiver', peers: ['n1'], config: {} },
  }),
  properties: [inOrder],
})

const on = (options: Partial<ModelOptions>) => makeModel(counter, { options })

test('a bag may reorder, a fifo wire never does, and both explorers agree on what is left', () => {
  expect(explore(on({ wire: 'bag' })).verdicts[0]).toMatchObject({ kind: 'broken', trace: { length: 2 } })
  const ordered = explore(on({ wire: 'fifo' }), { exact: true })
  expect(ordered).toMatchObject({ distinct: 4, generated: 4, depth: 4 })
  expect(ordered.verdicts[0]?.kind).toBe('held')
  expect(exploreNaively(on({ wire: 'fifo' }))).toMatchObject({ distinct: 4, generated: 4, depth: 4 })
})

test('a loss leaves a gap, and the rest in order', () => {
  const budgets = { drops: 1 }
  const lossy = explore(on({ wire: 'fifo' }), { budgets, exact: true })
  const naive = exploreNaively(on({ wire: 'fifo' }), budgets)
  expect(lossy.verdicts[0]?.kind).toBe('held')
  expect(lossy).toMatchObject({
    distinct: naive.distinct,
    generated: naive.generated,
    depth: naive.depth,
  })
})

test('by hand the later one is refused, and a copy as well', () => {
  const model = on({ wire: 'fifo' })
  const { world } = begin(model)
  const parcel = parcelOf(world.wire[1]!)
  expect(apply(model, world, { kind: 'deliver', parcel })).toEqual({
    kind: 'refused',
    why: 'count from n1 to n2 was sent earlier: a fifo wire keeps the order of sending',
  })
  expect(apply(model, world, { kind: 'duplicate', parcel })).toMatchObject({ kind: 'refused' })
})

test('in virtual time as well, however long each message takes', () => {
  const numbers = (wire: 'bag' | 'fifo', seed: number) =>
    simulate(on({ wire, delayMs: [1, 50] }), { seed }).moments.flatMap((m) =>
      m.outputs.map(({ body }) => body['n']),
    )
  const seeds = Array.from({ length: 20 }, (_, seed) => seed)
  expect(seeds.every((seed) => numbers('fifo', seed).join() === '1,2,3')).toBe(true)
  expect(seeds.every((seed) => numbers('bag', seed).join() === '1,2,3')).toBe(false)
})

test('a model that leaves refused messages on the wire is told why it cannot be', () => {
  expect(() => on({ wire: 'fifo', refusals: 'stay' })).toThrow(/holds up all behind it for ever/)
})
