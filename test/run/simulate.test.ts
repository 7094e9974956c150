/** simulate, replay and tokens: one seed, one story, everywhere. */
import { describe, expect, test } from 'vitest'
import { type AnyNode, defineNode } from '../../src/node/node.ts'
import { alternatives, protocols } from '../../src/protocols/index.ts'
import { twoPhaseCommit } from '../../src/protocols/twoPhaseCommit.ts'
import { replay } from '../../src/run/replay.ts'
import { simulate } from '../../src/run/simulate.ts'
import type { SimulateOptions } from '../../src/run/simulator.ts'
import { storyOf, tokenOf } from '../../src/run/token.ts'
import { metBy } from '../../src/run/worldHash.ts'
import { defineProtocol, makeModel, requestBody, variant } from '../../src/world/protocol.ts'
import { worldText } from '../../src/world/world.ts'

const begin = { atMs: 5, client: 'client', to: 'tm', body: requestBody(twoPhaseCommit, 'begin', {}) }
const hostile: SimulateOptions = {
  untilMs: 8000,
  requests: [begin],
  faults: { untilMs: 2000, loss: 0.1, duplicate: 0.1, crashInside: 0.05, crashes: 2, partitions: 1 },
}
const model = makeModel(twoPhaseCommit, {
  params: { votes: 'any' },
  options: { delayMs: [1, 10], disk: 'subset' },
})

describe('simulate', () => {
  test('the same seed gives the same trace, another seed another', () => {
    const once = simulate(model, { ...hostile, seed: 7 })
    expect(simulate(model, { ...hostile, seed: 7 }).trace).toEqual(once.trace)
    expect(simulate(model, { ...hostile, seed: 8 }).trace).not.toEqual(once.trace)
  })

  test('the reference survives a hundred hostile seeds, and every fault occurred', () => {
    const seen = new Set<string>()
    for (let seed = 1; seed <= 100; seed++) {
      const { verdicts, trace } = simulate(model, { ...hostile, seed })
      expect(verdicts.filter((v) => v.kind !== 'held')).toEqual([])
      for (const choice of trace) seen.add('crash' in choice ? 'crash inside' : choice.kind)
    }
    expect([...seen].sort()).toEqual(
      [
        'crash',
        'crash inside',
        'cut',
        'deliver',
        'drop',
        'duplicate',
        'fire',
        'heal',
        'repair',
        'request',
        'restart',
        'wait',
      ].sort(),
    )
  })

  test.each(
    alternatives
      .filter((a) => a.protocol === 'two-phase-commit')
      // Who never commits is right in every single run; only a search that asks for "sometimes" sees it.
      .filter((a) => `${a.rule}=${a.name}` !== 'mayCommit=never')
      .map((a) => [`${a.rule}=${a.name}`, a] as const),
  )('finds what is wrong with %s', (_name, alternative) => {
    const flawed = makeModel(
      variant(twoPhaseCommit, alternative.name, { [alternative.rule]: alternative.is }),
      {
        params: { open: 't1' },
        options: { delayMs: [1, 60] },
        ...(alternative.name === 'majority' && {
          names: ['tm', 'rm1', 'rm2', 'rm3'],
          overrides: { rm3: { votes: 'any' } },
        }),
      },
    )
    const broken = new Set<string>()
    for (let seed = 1; seed <= 300 && broken.size === 0; seed++)
      for (const verdict of simulate(flawed, {
        ...hostile,
        seed,
        faults: { ...hostile.faults!, crashInside: 0.2, loss: 0.2 },
      }).verdicts)
        if (verdict.kind === 'broken') broken.add(verdict.property)
    expect([...broken]).not.toEqual([])
  })

  test('what clients send and are answered can be spared from the network', () => {
    const fates = (sparesClients: boolean) =>
      Array.from({ length: 40 }, (_, seed) => {
        const faults = { untilMs: 2000, loss: 0.3, duplicate: 0.3, sparesClients }
        return simulate(model, { ...hostile, faults, seed }).trace
      })
        .flat()
        .filter((choice) => choice.kind === 'drop' || choice.kind === 'duplicate')
    expect(fates(false).some(({ parcel }) => parcel.op !== null)).toBe(true)
    expect(fates(true).length).toBeGreaterThan(0)
    expect(fates(true).filter(({ parcel }) => parcel.op !== null)).toEqual([])
  })

  test('a run that never rests is stopped, and has not passed', () => {
    const { stopped, verdicts } = simulate(model, { ...hostile, maxSteps: 5 })
    expect(stopped).toBe('5 steps')
    expect(verdicts.find((v) => v.property === 'AC5')).toMatchObject({ kind: 'gaveUp', budget: '5 steps' })
  })
})

test('picks that are refused do not end a run that others can continue', () => {
  const picky = defineNode<{ done: boolean }, never>({
    start(ctx) {
      ctx.arm('try', [1, 9])
      return { done: false }
    },
    on: {},
    timers: {
      try(state, ctx) {
        const pick = ctx.pick([0, 1, 2, 3, 4])
        if (pick < 3) return ctx.refuse()
        state.done = true
        ctx.output({ type: 'picked', pick })
      },
    },
  })
  const lone = makeModel(
    defineProtocol({
      name: 'picky',
      source: 'made for a test',
      says: 'a node refuses most of what it picks',
      cluster: ['a'],
      rules: {},
      roles: () => ({ picky: picky as AnyNode }),
      assign: () => ({ a: { role: 'picky', peers: [], config: {} } }),
      properties: [],
    }),
  )
  const picked = new Set<unknown>()
  for (let seed = 1; seed <= 30; seed++) {
    const run = simulate(lone, { seed })
    const again = replay(run.model, run.first, run.trace)
    expect(again.stopped).toBe(null)
    expect(run.moments.flatMap(({ outputs }) => outputs)).toHaveLength(1)
    for (const { outputs } of run.moments) for (const { body } of outputs) picked.add(body['pick'])
  }
  expect([...picked].sort()).toEqual([3, 4])
})

describe('replay', () => {
  test('walks a trace to the very same world', () => {
    for (let seed = 1; seed <= 20; seed++) {
      const run = simulate(model, { ...hostile, seed })
      const again = replay(run.model, run.first, run.trace)
      expect(again.stopped).toBe(null)
      expect(worldText(again.worlds.at(-1)!)).toBe(worldText(run.last))
    }
  })

  test('on a changed program it goes as far as it can, and says where it stopped', () => {
    const run = simulate(model, { ...hostile, seed: 1 })
    const changed = makeModel(
      variant(twoPhaseCommit, 'silent', {
        forceVote: () => {
          throw new Error('changed')
        },
      }),
      { params: { votes: 'yes' } },
    )
    const again = replay(changed, run.first, run.trace)
    expect(again.stopped?.step).toBeGreaterThan(2)
    expect(again.stopped?.why).toMatch(/in flight|armed|is down|is up/)
  })
})

describe('tokens', () => {
  test('hold a whole story', () => {
    for (let seed = 1; seed <= 20; seed++) {
      const { trace } = simulate(model, { ...hostile, seed })
      const story = {
        program: 'two-phase-commit',
        rules: ['inDoubt=abort'],
        names: ['tm', 'rm1', 'rm2'],
        params: { votes: 'any' },
        options: { wire: 'bag', seed },
        budgets: { crashes: 1, timeouts: seed % 2 === 0 ? 3 : Number.POSITIVE_INFINITY },
        trace,
        met: metBy(model, trace)!,
      } as const
      expect(storyOf(tokenOf(story))).toEqual(story)
    }
  })

  test.each([
    ['hello', 'A token starts with "sb1."; this starts with "hello".'],
    ['sb9.abc', 'This token is of version 9; this program reads version 1.'],
    ['sb1.@@@', 'This token is damaged'],
    [
      tokenOf({ program: 'x', rules: [], names: [], params: {}, options: {}, trace: [] }).slice(0, -6),
      'This token is damaged',
    ],
  ])('%s', (token, message) => {
    expect(() => storyOf(token)).toThrow(message)
  })
})

test('every protocol of the list begins, and names its source', () => {
  for (const protocol of protocols) {
    expect(simulate(makeModel(protocol), { untilMs: 100, maxSteps: 200 }).trace).toBeDefined()
    expect(protocol.source.length).toBeGreaterThan(10)
  }
})
