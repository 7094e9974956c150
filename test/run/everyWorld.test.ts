/** everyWorld: the same worlds as the slow search over plain objects finds, each once. */
import { describe, expect, test } from 'vitest'
import { inquiryCommit } from '../../src/protocols/inquiryCommit.ts'
import { threePhaseCommit } from '../../src/protocols/threePhaseCommit.ts'
import { twoPhase } from '../../src/protocols/twoPhase.ts'
import { everyWorld } from '../../src/run/everyWorld.ts'
import { apply, begin } from '../../src/world/apply.ts'
import { DEFAULT_BUDGETS } from '../../src/world/budgets.ts'
import { choices } from '../../src/world/choices.ts'
import { type Model, makeModel } from '../../src/world/protocol.ts'
import { type World, worldText } from '../../src/world/world.ts'

/** What nodes hold, with how often that occurs: times and message numbers do not count. */
function localStates(worlds: readonly World[]): string[] {
  return worlds.map((world) => JSON.stringify(Object.values(world.nodes).map((slot) => slot.state))).sort()
}

function obvious(model: Model): World[] {
  const bare = { ...model, properties: [] }
  const seen = new Map([[worldText(begin(bare).world), begin(bare).world]])
  for (const world of seen.values())
    for (const choice of choices(bare, world, DEFAULT_BUDGETS)) {
      const applied = apply(bare, world, choice)
      if (applied.kind === 'refused') continue
      const text = worldText(applied.world)
      if (!seen.has(text)) seen.set(text, applied.world)
    }
  return [...seen.values()]
}

describe('finds what the obvious search finds', () => {
  test.each([
    ['inquiry-commit', makeModel(inquiryCommit, { params: { votes: 'any' } })],
    ['three-phase-commit', makeModel(threePhaseCommit, { params: { begun: true, votes: 'any' } })],
    // Lamport's TwoPhase has 288 worlds with three resource managers (TLC).
    ['two-phase', makeModel(twoPhase)],
  ])('%s', (_, model) => {
    const worlds: World[] = []
    const { whole } = everyWorld(model, {}, (world) => void worlds.push(world))
    expect(whole).toBe(true)
    expect(localStates(worlds)).toEqual(localStates(obvious(model)))
  })
})

test('says that it has not seen all where it was stopped', () => {
  let seen = 0
  const result = everyWorld(makeModel(twoPhase), { maxWorlds: 50 }, () => void seen++)
  expect(result.whole).toBe(false)
  expect(result.worlds).toBe(seen)
})
