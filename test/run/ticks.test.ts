/** Time in explore: ticks, clocks that drift and jump, messages that turn into others; each against the plain worlds. */
import { describe, expect, test } from 'vitest'
import { randomStream } from '../../src/base/random.ts'
import { explore } from '../../src/run/explore.ts'
import { exploreNaively } from '../../src/run/naive.ts'
import { replay } from '../../src/run/replay.ts'
import { storyOf, tokenOf } from '../../src/run/token.ts'
import { begin } from '../../src/world/apply.ts'
import type { Budgets } from '../../src/world/budgets.ts'
import { choiceText } from '../../src/world/choice.ts'
import { makeModel } from '../../src/world/protocol.ts'
import { lease } from './lease.ts'
import { randomProtocol } from './models.ts'

const TIME: Partial<Budgets> = { ticks: 5, tickMs: 10, timeouts: Number.POSITIVE_INFINITY }

describe('a lease', () => {
  const judged = (waitMs: number, budgets: Partial<Budgets>) => {
    const model = makeModel(lease, { params: { waitMs } })
    const { verdicts } = explore(model, { budgets: { ...TIME, ...budgets }, exact: true })
    return { model, verdict: verdicts[0]! }
  }

  test('keeps its promise while clocks are right', () => {
    expect(judged(40, {}).verdict.kind).toBe('held')
    expect(judged(39, {}).verdict.kind).toBe('held')
    expect(judged(30, {}).verdict.kind).toBe('broken')
  })

  // Whoever waits 40 ms by the fastest clock of true time 11/10 has waited for 36; 40 ms of 9/10 last for 44.
  test('is stale where clocks drift and nobody allowed for it, and safe within the bound it allows for', () => {
    expect(judged(40, { drift: [1, 10] }).verdict.kind).toBe('broken')
    expect(judged(49, { drift: [1, 10] }).verdict).toMatchObject({
      kind: 'held',
      bound: { budgets: ['any number of timeouts', '5 ticks of 10 ms', 'clocks up to 1/10 fast or slow'] },
    })
    expect(judged(49, { drift: [1, 4] }).verdict.kind).toBe('broken')
    expect(judged(40, { drift: [1, 10], badClocks: [] }).verdict.kind).toBe('held')
  })

  test('is stale where the clock of its holder jumps back: a timer counts spans, a date does not', () => {
    expect(judged(40, { clockSteps: 1, badClocks: ['server'] }).verdict.kind).toBe('held')
    const { verdict } = judged(40, { clockSteps: 1, badClocks: ['holder'] })
    expect(verdict.kind === 'broken' && verdict.trace.map(choiceText)).toContain(
      "holder's clock jumps by -10 ms",
    )
  })

  test('its story is played again by every driver, and its token keeps the times', () => {
    const { model, verdict } = judged(40, { drift: [1, 10] })
    if (verdict.kind !== 'broken') throw new Error(verdict.kind)
    expect(verdict.trace.map(choiceText)).toMatchInlineSnapshot(`
      [
        "server receives ask from holder",
        "holder receives grant from server",
        "nothing happens until 10 ms",
        "nothing happens until 20 ms",
        "nothing happens until 30 ms",
        "nothing happens until 40 ms; holder's clock runs at 9/10 of true time",
        "server's timer write fires",
        "holder's timer read fires",
      ]
    `)
    const token = tokenOf({
      program: 'lease',
      rules: [],
      names: [],
      params: {},
      options: {},
      trace: verdict.trace,
    })
    const { worlds, moments, stopped } = replay(model, begin(model).world, storyOf(token).trace)
    expect(stopped).toBe(null)
    expect(moments.at(-1)!.outputs).toEqual([{ node: 'holder', body: { type: 'read' } }])
    expect(worlds.at(-1)!.folds).toEqual(['stale'])
    expect(worlds.at(-1)!.timeUs).toBe(40_000)
  })

  test('cannot be judged where no time passes, and is told what to write', () => {
    const { verdicts } = explore(makeModel(lease))
    expect(verdicts[0]).toMatchObject({ kind: 'broken', property: 'NoThrow' })
    expect(verdicts[0]!.kind === 'broken' && verdicts[0]!.why).toMatchInlineSnapshot(
      `"timers.read called ctx.now(), but no time passes in this search, so there is no clock to read: give the search ticks of time (explore ... ticks=6), or let a timer tell how long it took"`,
    )
  })
})

test('the two explorers count the same worlds where time passes', () => {
  let [worlds, drifted] = [0, 0]
  for (let seed = 1; seed <= 60 && worlds < 1500; seed++) {
    const dice = randomStream(seed, 'random protocols with clocks')
    const model = { ...randomProtocol(dice, seed % 3 === 0 ? 'fifo' : undefined, true), properties: [] }
    const budgets = {
      timeouts: dice.integer(1, 2),
      ticks: dice.integer(1, 3),
      tickMs: dice.integer(3, 9),
      drift: [dice.integer(0, 1), 7] as const,
      badClocks: ['n1'],
      clockSteps: dice.integer(0, 1),
      crashes: dice.integer(0, 1),
      pauses: dice.integer(0, 1),
    }
    const packed = explore(model, { budgets, exact: true, maxWorlds: 1500 })
    if (packed.distinct > 1500 || packed.distinct < 10) continue
    const { distinct, generated, depth } = exploreNaively(model, budgets)
    expect([seed, packed.distinct, packed.generated, packed.depth]).toEqual([
      seed,
      distinct,
      generated,
      depth,
    ])
    worlds += distinct
    if (budgets.drift[0] > 0) drifted++
  }
  expect(worlds).toBeGreaterThan(1000)
  expect(drifted).toBeGreaterThan(3)
})

test('the two explorers count the same worlds where messages turn into others', () => {
  let worlds = 0
  for (let seed = 1; seed <= 40 && worlds < 1000; seed++) {
    const dice = randomStream(seed, 'random protocols with corruption')
    const model = { ...randomProtocol(dice, seed % 2 === 0 ? 'fifo' : 'bag'), properties: [] }
    const budgets = { timeouts: 1, corruptions: dice.integer(1, 2) }
    const packed = explore(model, { budgets, exact: true, maxWorlds: 800 })
    if (packed.distinct > 800 || packed.distinct < 10) continue
    const { distinct, generated, depth } = exploreNaively(model, budgets)
    expect([seed, packed.distinct, packed.generated, packed.depth]).toEqual([
      seed,
      distinct,
      generated,
      depth,
    ])
    worlds += distinct
  }
  expect(worlds).toBeGreaterThan(500)
})

test('handlers that read no clock are not run again because time has passed', () => {
  const dice = randomStream(4, 'random protocols with processCrashes')
  const model = { ...randomProtocol(dice), properties: [] }
  const still = explore(model, { budgets: { timeouts: 1 } })
  const timed = explore(model, { budgets: { timeouts: 1, ticks: 5 } })
  expect(timed.distinct).toBeGreaterThan(still.distinct)
  expect(timed.handlerCalls).toBe(still.handlerCalls)
})
