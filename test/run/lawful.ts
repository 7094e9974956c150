/** What simulate promises, as functions of a protocol and a seed: it is quick, and gives what the plain world gives. */
import { expect } from 'vitest'
import { canonicalText } from '../../src/base/canonical.ts'
import { type RandomStream, randomStream } from '../../src/base/random.ts'
import { keeping } from '../../src/node/sharedStep.ts'
import type { FaultPlan } from '../../src/run/faultPlan.ts'
import { Live } from '../../src/run/live.ts'
import { replay } from '../../src/run/replay.ts'
import { runInPlace } from '../../src/run/runInPlace.ts'
import { simulate } from '../../src/run/simulate.ts'
import { type SimulateOptions, type Simulation, Simulator } from '../../src/run/simulator.ts'
import { apply, begin } from '../../src/world/apply.ts'
import { DEFAULT_BUDGETS } from '../../src/world/budgets.ts'
import type { Choice } from '../../src/world/choice.ts'
import { choices } from '../../src/world/choices.ts'
import type { Moment } from '../../src/world/draft.ts'
import { type Model, makeModel, type Protocol, requestBody } from '../../src/world/protocol.ts'
import type { World } from '../../src/world/world.ts'
import { PlainGround } from './plainGround.ts'

const FAULTS: FaultPlan = {
  untilMs: 300,
  loss: 0.1,
  duplicate: 0.1,
  crashInside: 0.05,
  crashes: 2,
  downMs: 100,
  partitions: 1,
  partitionMs: 100,
  pauses: 2,
  pauseMs: 50,
  driftPpm: 500,
}

/** A run is that of the plain world (choices, moments, folds, verdicts, worlds), and replays to the same end. */
export function expectLawfulRun(protocol: Protocol, seed: number): void {
  const { model, options } = randomRun(protocol, seed)
  const quick = simulate(model, options)
  const inPlace = runInPlace(model, options)
  const plain = new Simulator(model, options, (...ground) => new PlainGround(...ground)).run()
  expectSame(quick, plain)
  if (inPlace?.isSameAgain()) expectSame(inPlace.run, plain)
  const again = replay(quick.model, quick.first, quick.trace)
  expect(again.stopped).toBe(null)
  expect(told(again.moments)).toBe(told(quick.moments))
  expect(canonicalText(again.worlds.at(-1)!)).toBe(canonicalText(quick.last))
}

/** Any choice at all does to a world that changes in place what it does to a plain one. */
export function expectLawfulChoices(protocol: Protocol, seed: number): void {
  const dice = randomStream(seed, protocol.name)
  const { model } = randomRun(protocol, seed)
  let world = begin(model).world
  const live = new Live(model, world, keeping(), () => 0)
  for (let step = 0; step < 40; step++) {
    const choice = anyChoice(model, protocol, world, dice)
    const applied = apply(model, world, choice)
    const taken = live.take(choice)
    if (applied.kind === 'refused') expect(taken).toBe(null)
    else {
      expect(told([taken!.moment()])).toBe(told([applied.moment]))
      world = applied.world
    }
    expect(canonicalText(live.finish())).toBe(canonicalText(world))
  }
}

function randomRun(protocol: Protocol, seed: number): { model: Model; options: SimulateOptions } {
  const dice = randomStream(seed, 'options')
  const model = makeModel(protocol, {
    options: {
      wire: 'bag',
      seed,
      delayMs: dice.choose([
        [1, 1],
        [1, 30],
      ]),
      disk: dice.choose(['lose-all', 'prefix', 'subset']),
      refusals: dice.choose(['stay', 'consume']),
    },
  })
  const requests = Object.entries(protocol.requests ?? {}).flatMap(([type, { to: role }]) =>
    model.cluster.names
      .filter((name) => model.cluster.roleOf[name] === role)
      .slice(0, 2)
      .map((to, i) => ({
        atMs: dice.integer(0, 200),
        client: `c${i}`,
        to,
        body: requestBody(protocol, type, {}),
      })),
  )
  const faults = dice.chance(0.8) ? { faults: FAULTS } : {}
  return { model, options: { seed, untilMs: 500, maxSteps: dice.choose([60, 120]), requests, ...faults } }
}

/** One of all that may happen now, or a fault that no budget counts; some of them are refused. */
function anyChoice(model: Model, protocol: Protocol, world: World, dice: RandomStream): Choice {
  const node = dice.choose(model.cluster.names)
  const parcel = world.wire.length > 0 ? dice.choose(world.wire) : null
  const { from, to, body, op } = parcel ?? { from: node, to: node, body: { type: 'nothing' }, op: null }
  const sent = { from, to, body, op }
  switch (dice.integer(0, 12)) {
    case 0:
      return { kind: 'delay', parcel: sent, byUs: dice.integer(1, 9000) }
    case 1:
      return { kind: 'corrupt', parcel: sent, into: { ...body, corrupted: true } }
    case 2:
      return { kind: dice.choose(['pause', 'resume']), node }
    case 3:
      return { kind: 'clock', node, stepUs: dice.integer(-99, 99), rate: dice.choose([null, [3, 2]]) }
    case 4:
      return dice.choose([{ kind: 'cut', links: [`${from}>${to}`] }, { kind: 'heal' }, { kind: 'repair' }])
    case 5:
      return { kind: 'wait', untilUs: world.timeUs + dice.integer(0, 50_000) }
    case 6: {
      const [type] = Object.keys(protocol.requests ?? {})
      if (type === undefined) return { kind: 'crash', node, disk: 'cache' }
      return { kind: 'request', client: 'c1', to: node, body: requestBody(protocol, type, {}) }
    }
    default: {
      const budgets = { ...DEFAULT_BUDGETS, crashes: 9, drops: 9, duplicates: 9, timeouts: 99 }
      const possible = choices(model, world, budgets)
      return possible.length > 0 ? dice.choose(possible) : { kind: 'crash', node, disk: 0 }
    }
  }
}

/** Two runs are the same in everything that can be seen of them. */
export function expectSame(quick: Simulation, plain: Simulation): void {
  expect(quick.trace.map(canonicalText)).toEqual(plain.trace.map(canonicalText))
  expect(told(quick.moments)).toBe(told(plain.moments))
  expect(canonicalText(quick.last)).toBe(canonicalText(plain.last))
  expect(quick.verdicts).toEqual(plain.verdicts)
  expect(quick.stopped).toBe(plain.stopped)
}

function told(moments: readonly Moment[]): string {
  return moments.map((m) => canonicalText({ ...m, threw: m.threw?.message ?? null })).join('\n')
}
