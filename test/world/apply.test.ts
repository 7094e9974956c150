/** Worlds: what one choice makes of them, and that nothing is ever changed in place. */
import { describe, expect, test } from 'vitest'
import { canonicalText } from '../../src/base/canonical.ts'
import { randomStream } from '../../src/base/random.ts'
import { twoPhaseCommit } from '../../src/protocols/twoPhaseCommit.ts'
import { apply, begin } from '../../src/world/apply.ts'
import { DEFAULT_BUDGETS } from '../../src/world/budgets.ts'
import type { Choice } from '../../src/world/choice.ts'
import { choices } from '../../src/world/choices.ts'
import { type Model, makeModel, requestBody, variant } from '../../src/world/protocol.ts'
import type { World } from '../../src/world/world.ts'

const request: Choice = {
  kind: 'request',
  client: 'client',
  to: 'tm',
  body: requestBody(twoPhaseCommit, 'begin', {}),
}

function after(model: Model, ...all: Choice[]): World {
  return all.reduce((world, choice) => {
    const applied = apply(model, world, choice)
    if (applied.kind === 'refused') throw new Error(applied.why)
    return applied.world
  }, begin(model).world)
}

const deliver = (world: World, type: string, to: string, more: object = {}): Choice => {
  const { from, body, op } = world.wire.find((e) => e.body.type === type && e.to === to)!
  return { kind: 'deliver', parcel: { from, to, body, op }, ...more }
}

test('a world is not changed by what follows it', () => {
  const model = makeModel(twoPhaseCommit, { params: { votes: 'any' } })
  let world = after(model, request)
  const dice = randomStream(1, 'walk')
  for (let i = 0; i < 60; i++) {
    const before = canonicalText(world)
    const all = choices(model, world, {
      ...DEFAULT_BUDGETS,
      crashes: 9,
      drops: 9,
      duplicates: 9,
      timeouts: 9,
    })
    const worlds = all.map((choice) => apply(model, world, choice))
    expect(canonicalText(world)).toBe(before)
    expect(worlds.filter((w) => w.kind === 'refused')).toEqual([])
    if (worlds.length === 0) break
    const next = dice.choose(worlds)
    if (next.kind === 'applied') world = next.world
  }
})

describe('a crash between two effects', () => {
  const model = makeModel(twoPhaseCommit)
  const prepared = () => after(model, request, deliver(after(model, request), 'begin', 'tm'))

  test.each([
    [0, 'nothing written, no vote', false, false],
    [1, 'written but not synced: lost', false, false],
    [2, 'synced, and not yet announced or sent', true, false],
    [3, 'announced, not sent', true, false],
  ])('after %i effects: %s', (effects, _what, onDisk, voteSent) => {
    const world = prepared()
    const applied = apply(
      model,
      world,
      deliver(world, 'prepare', 'rm1', { crash: { after: effects, disk: 0 } }),
    )
    if (applied.kind === 'refused') throw new Error(applied.why)
    const { nodes, wire } = applied.world
    expect(nodes['rm1']).toMatchObject({ up: false, state: null, timers: [] })
    expect('phase t1' in nodes['rm1']!.disk.current.keys).toBe(onDisk)
    expect(wire.some((e) => e.from === 'rm1')).toBe(voteSent)
    expect(applied.moment.lostWrites).toBe(effects === 1)
  })

  test('a broadcast can reach only some', () => {
    const world = after(model, request)
    const applied = apply(model, world, deliver(world, 'begin', 'tm', { crash: { after: 1, disk: 0 } }))
    expect(applied.kind === 'applied' && applied.world.wire.map((e) => e.to)).toEqual(['rm1'])
  })
})

test('loss of power loses what was not synced; loss of the process alone does not', () => {
  const unforced = variant(twoPhaseCommit, 'unforced', { forceVote: () => {} })
  const model = makeModel(unforced)
  const start = after(model, request, deliver(after(model, request), 'begin', 'tm'))
  const voted = apply(model, start, deliver(start, 'prepare', 'rm1'))
  if (voted.kind === 'refused') throw new Error(voted.why)
  const left = (disk: number | 'cache') => {
    const down = apply(model, voted.world, { kind: 'crash', node: 'rm1', disk })
    return down.kind === 'applied' && Object.keys(down.world.nodes['rm1']!.disk.current.keys)
  }
  expect(left(0)).toEqual([])
  expect(left('cache')).toEqual(['phase t1'])
})

test('a handler that throws leaves the node as it was, and is to be seen in the moment', () => {
  const broken = variant(twoPhaseCommit, 'broken', {
    mayCommit: () => {
      throw new Error('no idea')
    },
  })
  const model = makeModel(broken)
  let world = after(model, request)
  for (const [type, to] of [
    ['begin', 'tm'],
    ['prepare', 'rm1'],
  ] as const) {
    const applied = apply(model, world, deliver(world, type, to))
    if (applied.kind === 'applied') world = applied.world
  }
  const applied = apply(model, world, deliver(world, 'vote', 'tm'))
  if (applied.kind === 'refused') throw new Error(applied.why)
  expect(applied.moment.threw?.message).toBe('on.vote threw: no idea')
  expect(applied.moment.sent).toEqual([])
  expect(canonicalText(applied.world.nodes['tm'])).toBe(canonicalText(world.nodes['tm']))
})
