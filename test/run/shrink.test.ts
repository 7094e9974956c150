/** shrink: the laws, on stories of random protocols and of flawed two-phase commit. */
import { describe, expect, test } from 'vitest'
import { randomStream } from '../../src/base/random.ts'
import { defineNode } from '../../src/node/node.ts'
import { alternatives } from '../../src/protocols/index.ts'
import { twoPhaseCommit } from '../../src/protocols/twoPhaseCommit.ts'
import { amountsIn, lessThan } from '../../src/run/amounts.ts'
import { explore } from '../../src/run/explore.ts'
import { judgeOf } from '../../src/run/judge.ts'
import { replay } from '../../src/run/replay.ts'
import { shorterEnding } from '../../src/run/shorterEnding.ts'
import { isFault, shrink } from '../../src/run/shrink.ts'
import { simulate } from '../../src/run/simulate.ts'
import type { Simulation } from '../../src/run/simulator.ts'
import { apply, begin } from '../../src/world/apply.ts'
import type { Choice } from '../../src/world/choice.ts'
import { property } from '../../src/world/property.ts'
import { defineProtocol, type Model, makeModel, requestBody, variant } from '../../src/world/protocol.ts'
import type { World } from '../../src/world/world.ts'
import { randomProtocol } from './models.ts'

const HOSTILE = {
  untilMs: 50,
  loss: 0.2,
  duplicate: 0.3,
  crashInside: 0.2,
  crashes: 2,
  downMs: 20,
  partitions: 1,
  partitionMs: 20,
  pauses: 1,
  pauseMs: 20,
  driftPpm: 1000,
}

interface Case {
  readonly model: Model
  readonly first: World
  readonly trace: readonly Choice[]
  readonly property: string
}

const casesOf = ({ model, first, verdicts }: Simulation): Case[] =>
  verdicts.flatMap((v) =>
    v.kind === 'broken' ? [{ model, first, trace: v.trace, property: v.property }] : [],
  )

/** Stories of random protocols: hundreds of tables, a run or two each. */
const random: Case[] = Array.from({ length: 400 }, (_, i) => {
  const dice = randomStream(i, 'shrink')
  const model = randomProtocol(dice)
  return casesOf(
    simulate(
      { ...model, options: { ...model.options, delayMs: [1, 9] } },
      { seed: i, untilMs: 200, maxSteps: 120, faults: HOSTILE },
    ),
  )
}).flat()

const request = { atMs: 5, client: 'client', to: 'tm', body: requestBody(twoPhaseCommit, 'begin', {}) }

/** Stories of every flawed reading that breaks under a hostile plan. */
const flawed: Case[] = alternatives
  .filter((a) => a.protocol === 'two-phase-commit')
  .flatMap((a) =>
    Array.from({ length: 30 }, (_, i) => {
      const model = makeModel(variant(twoPhaseCommit, a.name, { [a.rule]: a.is }), {
        params: { open: 't1' },
        options: { delayMs: [1, 60], disk: 'subset' },
      })
      const faults = { ...HOSTILE, untilMs: 2000, downMs: 500, partitionMs: 500 }
      return casesOf(simulate(model, { seed: i + 1, untilMs: 8000, requests: [request], faults }))
    }).flat(),
  )

const faultsIn = (trace: readonly Choice[]) => trace.filter(isFault).length

/** The first step after which the property is broken; null if it never is. */
function brokenAt({ model, first, property: name }: Case, trace: readonly Choice[]): number | null {
  const told = replay(model, first, trace)
  if (told.stopped !== null) return null
  const judge = judgeOf(model, name)
  const at = told.worlds.findIndex((world, i) => judge.here(world, told.moments[i - 1] ?? null) !== null)
  return at < 0 ? null : at
}

describe.each([
  ['random protocols', random, 150],
  ['flawed two-phase commit', flawed, 25],
])('the laws, on %s', (_name, cases, least) => {
  const told = cases.map((one) => ({ one, short: shrink(one.model, one.first, one.trace, one.property)! }))

  test('there are enough stories, and most have something to lose', () => {
    expect(cases.length).toBeGreaterThan(least)
    const shorter = told.filter(({ one, short }) => short.trace.length < one.trace.length)
    expect(shorter.length).toBeGreaterThan(cases.length / 2)
  })

  test('never loses the violation: the result replays without a stop and ends where it breaks', () => {
    for (const { one, short } of told)
      expect(brokenAt(one, short.trace), one.property).toBe(short.trace.length)
  })

  test('never lengthens, never adds a fault, always ends', () => {
    for (const { one, short } of told) {
      expect(short.trace.length).toBeLessThanOrEqual(one.trace.length)
      expect(faultsIn(short.trace)).toBeLessThanOrEqual(faultsIn(one.trace))
      expect(short.unfinished).toBe(false)
    }
  })

  test('is deterministic, and shrinking again changes nothing', () => {
    // A third of them: each is shrunk twice more.
    for (const { one, short } of told.filter((_, i) => i % 3 === 0)) {
      expect(shrink(one.model, one.first, one.trace, one.property)).toEqual(short)
      expect(shrink(one.model, one.first, short.trace, one.property)!.trace).toEqual(short.trace)
    }
  })

  test('no single choice can go', () => {
    for (const { one, short } of told)
      for (const at of short.trace.keys())
        expect(brokenAt(one, short.trace.toSpliced(at, 1)), one.property).toBe(null)
  })

  test('no number can be less', () => {
    let tried = 0
    for (const { one, short } of told) {
      const { worlds } = replay(one.model, one.first, short.trace)
      for (const [at, choice] of short.trace.entries())
        for (const amount of amountsIn(one.model, choice, worlds[at]!.timeUs))
          for (const over of lessThan(amount)) {
            tried++
            expect(brokenAt(one, short.trace.with(at, amount.at(over))), one.property).toBe(null)
          }
    }
    expect(tried).toBeGreaterThan(0)
  })

  test('no small search from the first world finds a shorter story', () => {
    for (const { one, short } of told.filter((_, i) => i % 3 === 0)) {
      const other = shorterEnding(one.model, one.first, short.trace, one.property, 256)
      if (other !== null) expect(brokenAt(one, other), one.property).toBe(null)
    }
  })
})

test('a story of two-phase commit shrinks to the length of the shortest that explore finds', () => {
  const commit = alternatives.find((a) => a.protocol === 'two-phase-commit' && a.rule === 'inDoubt')!
  const model = makeModel(variant(twoPhaseCommit, 'abort', { inDoubt: commit.is }))
  const first = begin(model).world
  const asked = apply(model, first, { kind: 'request', ...request })
  const best = explore(model, { from: asked.kind === 'applied' ? asked.world : first, properties: ['AC1'] })
  const lengths = flawed
    .filter((one) => one.property === 'AC1' && one.model.protocol.name.endsWith('/abort'))
    .map((one) => shrink(one.model, one.first, one.trace, 'AC1')!.trace.length)
  const shortest = best.verdicts[0]?.kind === 'broken' ? best.verdicts[0].trace.length + 1 : 0
  expect(lengths.length).toBeGreaterThan(2)
  expect([...new Set(lengths)]).toEqual([shortest])
})

test('a trace that breaks nothing is not shrunk, and a property nobody knows is named', () => {
  const model = makeModel(twoPhaseCommit)
  const { trace } = simulate(model, { requests: [request] })
  expect(shrink(model, begin(model).world, trace, 'AC1')).toBe(null)
  expect(() => shrink(model, begin(model).world, trace, 'AC7')).toThrow('no property "AC7"; it has AC1')
})

test('a search that runs out says that it is unfinished, and still tells the story', () => {
  const one = flawed.find((c) => shrink(c.model, c.first, c.trace, c.property)!.replays > 5)!
  const short = shrink(one.model, one.first, one.trace, one.property, { maxReplays: 3 })!
  expect(short.unfinished).toBe(true)
  expect(short.replays).toBe(3)
  expect(brokenAt(one, short.trace)).toBe(short.trace.length)
})

/** A node that says `done` only if it hears `go` before its one timer fires; it never asks again. */
const forgetful = defineProtocol({
  name: 'forgetful',
  source: 'test model',
  says: 'a debt that a crash makes it forget',
  cluster: ['a', 'b'],
  rules: {},
  roles: () => ({
    node: defineNode<{ ticks: number }, { type: 'go' }>({
      start(ctx) {
        if (ctx.boot === 'first') for (const peer of ctx.peers) ctx.send(peer, { type: 'go' })
        ctx.arm('tick', 10)
        return { ticks: 0 }
      },
      on: { go: (_state, _message, ctx) => ctx.output({ type: 'done' }) },
      timers: {
        tick(state, ctx) {
          state.ticks++
          if (state.ticks < 5) ctx.arm('tick', 10)
        },
      },
    }),
  }),
  assign: (names) =>
    Object.fromEntries(
      names.map((name) => [name, { role: 'node', peers: names.filter((n) => n !== name), config: {} }]),
    ),
  properties: [
    property<readonly string[]>({
      name: 'AllDone',
      says: 'every node is done in the end',
      first: [],
      see: (fold, seen) =>
        seen.kind === 'output' && !fold.includes(seen.node) ? [...fold, seen.node].sort() : fold,
      judge: {
        kind: 'afterRepair',
        open: (fold, cluster) =>
          cluster.names
            .filter((node) => !fold.includes(node))
            .map((node) => ({
              node,
              what: `${node} is done`,
              why: `${node} is never done`,
              state: 'waiting',
            })),
      },
    }),
  ],
})

describe('a property judged after repair', () => {
  const model = makeModel(forgetful)
  const stories = Array.from({ length: 40 }, (_, i) =>
    casesOf(simulate(model, { seed: i, untilMs: 9000, faults: { ...HOSTILE, untilMs: 100 } })),
  ).flat()

  test('keeps one fault, the repair where it is needed, and a calm ending', () => {
    expect(stories.length).toBeGreaterThan(10)
    for (const one of stories) {
      const short = shrink(one.model, one.first, one.trace, one.property)!
      expect(short.why).toMatch(/is never done/)
      expect(faultsIn(short.trace)).toBe(1)
      expect(short.trace.length).toBeLessThanOrEqual(one.trace.length)
      const told = replay(one.model, one.first, short.trace)
      expect(told.stopped).toBe(null)
      expect(Object.values(told.worlds.at(-1)!.nodes).every((slot) => slot.up && !slot.paused)).toBe(true)
      expect(shrink(one.model, one.first, short.trace, one.property)!.trace).toEqual(short.trace)
    }
  })
})

/** A node whose choices and errors depend on whether `grow` fired before. */
const growing = defineProtocol({
  name: 'growing',
  source: 'test model',
  says: 'a list and an error that depend on what was before',
  cluster: ['a'],
  rules: {},
  roles: () => ({
    node: defineNode<{ grown: boolean }, never>({
      start(ctx) {
        for (const timer of ['grow', 'draw', 'fail']) ctx.arm(timer, 10)
        return { grown: false }
      },
      on: {},
      timers: {
        grow: (state) => {
          state.grown = true
        },
        draw: (state, ctx) => {
          if (ctx.pick(state.grown ? [0, 1] : [0]) !== 0) ctx.output({ type: 'drawn' })
        },
        fail: (state) => {
          throw new Error(state.grown ? 'too big' : 'too small')
        },
      },
    }),
  }),
  assign: () => ({ a: { role: 'node', peers: [], config: {} } }),
  properties: [
    property<boolean>({
      name: 'NotDrawn',
      says: 'nothing is drawn',
      first: false,
      see: (fold, seen) => fold || seen.kind === 'output',
      judge: { kind: 'always', broken: (fold) => (fold ? 'something was drawn' : null) },
    }),
  ],
})

describe('another story is not a shorter one', () => {
  const model = makeModel(growing)
  const fire = (timer: string): Choice => ({ kind: 'fire', node: 'a', timer, arg: null })

  test('what was picked from a longer list is not picked from a shorter one', () => {
    const trace = [fire('grow'), { ...fire('draw'), picks: [1] } as Choice]
    expect(shrink(model, begin(model).world, trace, 'NotDrawn')!.trace).toEqual(trace)
  })

  test('an error does not become another error', () => {
    const trace = [fire('grow'), fire('fail')]
    const short = shrink(model, begin(model).world, trace, 'NoThrow')!
    expect(short.trace).toEqual(trace)
    expect(short.why).toContain('too big')
  })
})
