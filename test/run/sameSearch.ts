/** sameSearch: the packed explorer held against the one over plain objects. */
import { expect } from 'vitest'
import { randomStream } from '../../src/base/random.ts'
import { twoPhaseCommit } from '../../src/protocols/twoPhaseCommit.ts'
import { explore } from '../../src/run/explore.ts'
import { exploreNaively } from '../../src/run/naive.ts'
import { replay } from '../../src/run/replay.ts'
import { apply, begin } from '../../src/world/apply.ts'
import type { Budgets } from '../../src/world/budgets.ts'
import { choiceText } from '../../src/world/choice.ts'
import { type Model, makeModel, requestBody, type Wire } from '../../src/world/protocol.ts'
import { randomProtocol } from './models.ts'

/** Counts, verdicts and stories must be the same; each story must replay to a world that breaks the property. */
export function sameSearch(
  model: Model,
  budgets: Partial<Budgets>,
  from?: Parameters<typeof exploreNaively>[2],
  maxWorlds?: number,
): void {
  const naive = exploreNaively(model, budgets, from, maxWorlds)
  const start = from ?? begin(model).world
  const packed = explore(model, {
    budgets,
    exact: true,
    ...(from && { from }),
    properties: model.properties.map((p) => p.name),
  })
  if (naive.complete && packed.verdicts.some((verdict) => verdict.kind === 'held'))
    expect(packed).toMatchObject({
      distinct: naive.distinct,
      generated: naive.generated,
      depth: naive.depth,
      collisions: 0,
    })
  for (const verdict of packed.verdicts) {
    const expected = naive.broken.get(verdict.property)
    if (expected === undefined && !naive.complete) continue
    expect(verdict.kind).toBe(expected === undefined ? 'held' : 'broken')
    if (verdict.kind !== 'broken') continue
    expect(verdict.trace.map(choiceText)).toEqual(expected!.trace.map(choiceText))
    const replayed = replay(model, start, verdict.trace)
    expect(replayed.stopped).toBe(null)
    const i = model.properties.findIndex((p) => p.name === verdict.property)
    const judge = model.properties[i]!.judge
    expect(judge.kind === 'always' && judge.broken(replayed.worlds.at(-1)!.folds[i]!, model.cluster)).toBe(
      verdict.why,
    )
  }
}

/** Two-phase commit with one transaction under way. */
export function started(options: Parameters<typeof makeModel>[1] = {}) {
  const model = makeModel(twoPhaseCommit, options)
  const asked = apply(model, begin(model).world, {
    kind: 'request',
    client: 'client',
    to: 'tm',
    body: requestBody(twoPhaseCommit, 'begin', {}),
  })
  if (asked.kind !== 'applied') throw new Error(asked.why)
  return { model, from: asked.world }
}

/** Two-phase commit, with a rule of its own, against the plain worlds. */
export function sameTwoPhaseCommit(
  rules: { readonly inDoubt?: () => string },
  budgets: Partial<Budgets>,
): void {
  const { model: whole, from: world } = started({ params: { votes: 'any' } })
  const keep = whole.properties.filter((p) => p.judge.kind === 'always')
  const protocol = { ...twoPhaseCommit, rules: { ...twoPhaseCommit.rules, ...rules } }
  const model = makeModel(protocol, { params: { votes: 'any' }, properties: keep })
  const from = { ...world, folds: keep.map((p) => world.folds[whole.properties.indexOf(p)]!) }
  sameSearch(model, budgets, from)
}

/** Random protocols with random budgets; how many properties broke, and how many worlds there were. */
export function sameOnRandomProtocols(
  seeds: number,
  wire?: Wire,
): { readonly broken: number; readonly worlds: number } {
  let [broken, worlds] = [0, 0]
  for (let seed = 1; seed <= seeds; seed++) {
    const dice = randomStream(seed, 'random protocols')
    const model = randomProtocol(dice, wire)
    const budgets = {
      crashes: dice.integer(0, 1),
      drops: dice.integer(0, 1),
      duplicates: wire === 'fifo' ? 0 : dice.integer(0, 1),
      timeouts: dice.integer(0, 2),
      processCrashes: dice.integer(0, 1),
      partitions: dice.integer(0, 1),
      pauses: dice.integer(0, 1),
    }
    const small = explore(model, { budgets, maxWorlds: 300 })
    if (small.verdicts.some((v) => v.kind === 'gaveUp') || small.distinct > 300) continue
    sameSearch(model, budgets, undefined, 400)
    broken += small.verdicts.filter((v) => v.kind === 'broken').length
    worlds += small.distinct
  }
  return { broken, worlds }
}
