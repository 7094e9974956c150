/** Writes that nothing puts in an order: the search for one, its parts by their laws, and long histories that it decides. */
import { describe, expect, test } from 'vitest'
import { type RandomStream, randomStream } from '../../src/base/random.ts'
import { Budget } from '../../src/history/budget.ts'
import { type Clash, Clauses, type Theory, type Way } from '../../src/history/transactions/clauses.ts'
import { graphOf } from '../../src/history/transactions/graph.ts'
import { isolated } from '../../src/history/transactions/isolated.ts'
import { LEVELS, type LevelName } from '../../src/history/transactions/levels.ts'
import { LiveOrder } from '../../src/history/transactions/liveOrder.ts'
import { openOrders } from '../../src/history/transactions/open.ts'
import { evidenceOfRegisters } from '../../src/history/transactions/rwRegister.ts'
import { transactionsOf } from '../../src/history/transactions/transaction.ts'
import { type Contention, contendedTransactions } from './contendedTransactions.ts'

describe('an order that keeps its edges', () => {
  interface Added {
    readonly from: number
    readonly to: number
    readonly whose: number
  }

  function reaches(edges: readonly Added[], from: number, to: number): boolean {
    const seen = new Set([from])
    for (const node of seen) for (const edge of edges) if (edge.from === node) seen.add(edge.to)
    return seen.has(to)
  }

  /** Nodes `0` to `5`; the first edges are there always, the others come and go. */
  function walked(dice: RandomStream): { refused: number; moved: number } {
    const nodes = [0, 1, 2, 3, 4, 5]
    const always = nodes.map((from) => nodes.filter((to) => to > from && dice.chance(0.15)))
    const kept = always.flatMap((all, from) => all.map((to): Added => ({ from, to, whose: -1 })))
    let moves = 0
    const order = new LiveOrder(always, nodes, () => moves++)
    const added: Added[] = []
    let refused = 0
    for (let whose = 0; whose < 25; whose++) {
      if (dice.chance(0.2)) {
        const length = dice.integer(0, added.length)
        order.backTo(length)
        added.length = length
      }
      const [from, to] = [dice.integer(0, 5), dice.integer(0, 5)]
      if (from === to) continue
      const edge = { from, to, whose }
      const all = [...kept, ...added]
      const closes = reaches(all, to, from)
      expect(order.test(from, to, whose) !== null).toBe(closes)
      const circle = order.add(from, to, whose)
      expect(circle !== null).toBe(closes)
      if (circle === null) added.push(edge)
      else {
        refused++
        // Those who are blamed close it without the others, and so do the nodes.
        const blamed = [...kept, ...added].filter((one) => one.whose < 0 || circle.whose.includes(one.whose))
        expect(circle.whose).toContain(whose)
        expect(reaches(blamed, to, from)).toBe(true)
        expect(
          reaches(
            all.filter((one) => circle.nodes.includes(one.from)),
            to,
            from,
          ),
        ).toBe(true)
      }
      expect(order.length).toBe(added.length)
      for (const one of [...kept, ...added]) expect(order.place[one.from]).toBeLessThan(order.place[one.to]!)
    }
    return { refused, moved: moves }
  }

  test('refuses exactly what closes a circle, and blames only who is on it', () => {
    const seen = { refused: 0, moved: 0 }
    for (let seed = 1; seed <= 200; seed++) {
      const { refused, moved } = walked(randomStream(seed, 'order'))
      seen.refused += refused
      seen.moved += moved
    }
    expect(Math.min(seen.refused, seen.moved)).toBeGreaterThan(500)
  })

  test('blames as few as possible', () => {
    // From 3 back to 0 leads one edge of 7, or a way over two of 8 and 9.
    const order = new LiveOrder([[], [], [], []], [0, 1, 2, 3], () => {})
    for (const [from, to, whose] of [
      [0, 1, 8],
      [1, 3, 9],
      [0, 3, 7],
    ] as const)
      expect(order.add(from, to, whose)).toBeNull()
    expect(order.add(3, 0, 6)?.whose.toSorted()).toEqual([6, 7])
  })
})

describe('choices between two ways', () => {
  /** Sets of ways that do not go together; what is taken is only noted. */
  class Sets implements Theory {
    readonly taken: Way[] = []
    constructor(readonly sets: readonly (readonly Way[])[]) {}
    test(way: Way): Clash | null {
      const said = this.sets.findIndex(
        (set) => set.includes(way) && set.every((one) => one === way || this.taken.includes(one)),
      )
      return said < 0 ? null : { ways: this.sets[said]!, said: [said] }
    }
    take(way: Way): Clash | null {
      const clash = this.test(way)
      this.taken.push(way)
      return clash
    }
    keep(count: number): void {
      this.taken.length = Math.min(this.taken.length, count)
    }
  }

  const goTogether = (choices: number, sets: readonly (readonly Way[])[]) =>
    Array.from({ length: 2 ** choices }, (_, bits) => bits).some((bits) =>
      sets.every((set) => set.some((way) => ((bits >> (way >> 1)) & 1) !== (way & 1))),
    )

  test('are all made where that is possible; otherwise what is blamed is reason enough', () => {
    const seen = { some: 0, none: 0, clashes: 0 }
    for (let seed = 1; seed <= 400; seed++) {
      const dice = randomStream(seed, 'ways')
      const choices = dice.integer(3, 8)
      const sets = Array.from({ length: dice.integer(choices, choices * 5) }, () => {
        const all = Array.from({ length: choices }, (_, i) => i).sort(() => dice.integer(-1, 1))
        return all.slice(0, dice.integer(2, 3)).map((choice) => 2 * choice + dice.integer(0, 1))
      })
      const theory = new Sets(sets)
      const clauses = new Clauses(theory)
      for (let i = 0; i < choices; i++) clauses.choice()
      let why = null
      for (let open = 0; why === null && open < choices; ) {
        open = 0
        for (let i = 0; why === null && i < choices; i++)
          if (!clauses.isOpen(i)) open++
          else why = clauses.decide(2 * i + dice.integer(0, 1))
      }
      expect([seed, why === null]).toEqual([seed, goTogether(choices, sets)])
      if (why === null) {
        expect(theory.taken).toHaveLength(choices)
        for (const way of theory.taken) expect(clauses.isTaken(way)).toBe(true)
        for (const set of sets) expect(set.every((way) => clauses.isTaken(way))).toBe(false)
      } else
        expect(
          goTogether(
            choices,
            [...clauses.groundsOf(why)].map((i) => sets[i]!),
          ),
        ).toBe(false)
      seen[why === null ? 'some' : 'none']++
      seen.clashes += clauses.clashes
    }
    expect(Math.min(seen.some, seen.none)).toBeGreaterThan(50)
    expect(seen.clashes).toBeGreaterThan(200)
  })
})

const SHAPES: { readonly [name: string]: Omit<Contention, 'store'> } = {
  'ten keys, 30 clients': {
    ...{
      transactions: 2000,
      clients: 30,
      keys: 10,
      writesOfKey: 256,
      steps: [1, 4],
      reads: 0.5,
      unknown: 0.01,
    },
  },
  'few reads': {
    ...{
      transactions: 1500,
      clients: 20,
      keys: 20,
      writesOfKey: 64,
      steps: [1, 6],
      reads: 0.2,
      unknown: 0.01,
    },
  },
  'long transactions on many keys': {
    ...{
      transactions: 1500,
      clients: 24,
      keys: 300,
      writesOfKey: 1e9,
      steps: [8, 8],
      reads: 0.5,
      unknown: 0,
    },
  },
}
const BY_STORE: { readonly [store in Contention['store']]: readonly LevelName[] } = {
  serial: ['serializable', 'snapshot-isolation', 'strict-serializable', 'strong-snapshot-isolation'],
  stale: ['serializable', 'snapshot-isolation'],
  snapshots: ['snapshot-isolation', 'strong-snapshot-isolation', 'strong-session-snapshot-isolation'],
}

describe.each(Object.keys(SHAPES))('a healthy history that is long: %s', (name) => {
  test.each(Object.keys(BY_STORE) as (keyof typeof BY_STORE)[])(
    'of a store that is %s is decided',
    (store) => {
      const history = contendedTransactions({ ...SHAPES[name]!, store }, 1)
      for (const level of BY_STORE[store])
        expect([level, isolated(history, { model: 'rw-register', level }).kind]).toEqual([level, 'held'])
    },
  )
})

test('where a store of snapshots breaks serializability, few transactions show it, and the name is no other', () => {
  for (let seed = 1; seed <= 6; seed++) {
    const history = contendedTransactions({ ...SHAPES['ten keys, 30 clients']!, store: 'snapshots' }, seed)
    const verdict = isolated(history, { model: 'rw-register', level: 'serializable' })
    expect(verdict).toMatchObject({ kind: 'broken', anomaly: { code: 'G2-item' } })
    if (verdict.kind === 'broken') expect(verdict.witness.length).toBeLessThanOrEqual(8)
  }
})

describe('limits', () => {
  const history = contendedTransactions({ ...SHAPES['few reads']!, store: 'serial' }, 1)

  test('patience that runs out decides nothing', () => {
    const evidence = evidenceOfRegisters(transactionsOf(history, 'rw-register'), true)
    const level = LEVELS['snapshot-isolation']
    const budget = () => new Budget(Number.POSITIVE_INFINITY, 1e9)
    const graph = graphOf(evidence, level, budget())!
    const tried = (patience: { clashes: number; edges: number }) =>
      openOrders(evidence, level, graph, budget(), patience).kind
    expect(tried({ clashes: 0, edges: 1e9 })).toBe('unknown')
    expect(tried({ clashes: 1e9, edges: 0 })).toBe('unknown')
    expect(tried({ clashes: 1e9, edges: 1e9 })).toBe('some')
  })

  test('memory that runs out is told, at every size without a wrong verdict', () => {
    const kinds = new Set<string>()
    for (let megabytes = 0.05; megabytes < 8; megabytes *= 1.5) {
      const verdict = isolated(history, {
        model: 'rw-register',
        level: 'snapshot-isolation',
        maxMegabytes: megabytes,
      })
      kinds.add(verdict.kind === 'gaveUp' ? verdict.why.replace(/\d[\d.,]*/g, 'n') : verdict.kind)
    }
    expect([...kinds]).toEqual([
      'n MB of memory hold no graph of so many transactions',
      'what is known has no cycle, but the order of many writes is open, and n MB of memory were not enough: n pairs of them were tried either way',
      'held',
    ])
  })
})
