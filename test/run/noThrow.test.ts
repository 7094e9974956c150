/** NoThrow: whoever finds a handler that throws tells a story whose last step throws, also where nothing changes by it. */
import { describe, expect, test } from 'vitest'
import type { Verdict } from '../../src/base/verdict.ts'
import { type Context, defineNode } from '../../src/node/node.ts'
import { explore } from '../../src/run/explore.ts'
import { fuzz } from '../../src/run/fuzz.ts'
import { NO_THROW } from '../../src/run/judge.ts'
import { replay } from '../../src/run/replay.ts'
import { shrink } from '../../src/run/shrink.ts'
import { simulate } from '../../src/run/simulate.ts'
import { begin } from '../../src/world/apply.ts'
import type { Choice } from '../../src/world/choice.ts'
import { defineProtocol, type Model, type ModelOptions, makeModel } from '../../src/world/protocol.ts'

interface State {
  readonly boot: string
}

/** Two nodes of which b sends a one `ping`. `null` is no state: the node does not start. */
function modelOf(
  start: (ctx: Context) => State | null,
  ping: () => void,
  options: Partial<ModelOptions> = {},
): Model {
  const protocol = defineProtocol({
    name: 'throwing',
    source: 'test model',
    says: 'nodes that throw',
    cluster: ['a', 'b'],
    rules: {},
    roles: () => ({
      node: defineNode<State, { type: 'ping' }>({
        start(ctx) {
          if (ctx.self === 'b' && ctx.boot === 'first') ctx.send('a', { type: 'ping' })
          return start(ctx) as State
        },
        on: { ping },
      }),
    }),
    assign: (names) =>
      Object.fromEntries(
        names.map((name) => [name, { role: 'node', peers: names.filter((n) => n !== name), config: {} }]),
      ),
    properties: [],
  })
  return makeModel(protocol, { options })
}

const first = (ctx: Context) => ({ boot: ctx.boot })
const nothing = () => {}
const throws = () => {
  throw new Error('no such chip')
}
const CRASHES = { faults: { untilMs: 500, crashes: 2, downMs: 20 }, untilMs: 2000 }

describe.each<[string, Model, string, number]>([
  ['a start that gives null', modelOf(() => null, nothing), 'it returned null', 0],
  [
    'one that gives null the first time only',
    modelOf((ctx) => (ctx.boot === 'first' ? null : first(ctx)), nothing),
    'it returned null',
    0,
  ],
  [
    'one that gives null after a crash: the node was down before, and is down',
    modelOf((ctx) => (ctx.boot === 'first' ? first(ctx) : null), nothing),
    'it returned null',
    2,
  ],
  ['a handler that throws', modelOf(first, throws), 'no such chip', 1],
  [
    'one whose message stays on the wire: the world is what it was',
    modelOf(first, throws, { wire: 'set' }),
    'no such chip',
    1,
  ],
])('%s', (_name, model, why, steps) => {
  const { world, moments } = begin(model)

  const expectStory = (verdicts: readonly Verdict<Choice>[], of = model) => {
    const verdict = verdicts.find(({ property }) => property === NO_THROW)
    if (verdict?.kind !== 'broken') throw new Error('nothing was found')
    expect(verdict.why).toContain(why)
    const told = replay(of, begin(of).world, verdict.trace)
    expect(told.stopped).toBe(null)
    const last = [...moments, ...told.moments].findLast(
      ({ threw }, i) => threw !== null || i >= moments.length,
    )
    expect(last!.threw!.message).toBe(verdict.why)
    return verdict
  }

  test('explore tells a shortest story', () => {
    const { trace } = expectStory(explore(model, { budgets: { crashes: 1 } }).verdicts)
    expect(trace).toHaveLength(steps)
  })

  test('simulate tells one, and it shrinks to one as short', () => {
    const { verdicts } = simulate(model, { seed: 3, ...CRASHES })
    const { trace, why } = expectStory(verdicts)
    const short = shrink(model, world, trace, NO_THROW)
    expect(short).toMatchObject({ why, unfinished: false })
    expect(short!.trace).toHaveLength(steps)
    expect(shrink(model, world, short!.trace, NO_THROW)!.trace).toEqual(short!.trace)
  })

  test('fuzz looks for it, though no property is asked for', () => {
    const { verdicts, findings, runs } = fuzz(model, { seeds: 100 })
    expect(runs).toBeLessThan(100)
    expect(expectStory(verdicts, findings[0]!.model).trace).toHaveLength(steps)
  })
})

test('where nothing throws all runs are made', () => {
  expect(fuzz(modelOf(first, nothing), { seeds: 5 })).toMatchObject({ verdicts: [], findings: [], runs: 5 })
})
