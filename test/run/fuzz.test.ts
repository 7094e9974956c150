/** fuzz: random runs find what is wrong, and never say more than they saw. */
import { describe, expect, test } from 'vitest'
import { randomStream } from '../../src/base/random.ts'
import { inDoubtParticipant } from '../../src/protocols/inDoubtParticipant.ts'
import { alternatives } from '../../src/protocols/index.ts'
import { twoPhaseCommit } from '../../src/protocols/twoPhaseCommit.ts'
import { type Fuzzed, fuzz } from '../../src/run/fuzz.ts'
import { judgeOf } from '../../src/run/judge.ts'
import { replay } from '../../src/run/replay.ts'
import { simulate } from '../../src/run/simulate.ts'
import { drawPlan, SWARM_LIMITS } from '../../src/run/swarm.ts'
import { begin } from '../../src/world/apply.ts'
import { type Model, type ModelInput, makeModel, variant } from '../../src/world/protocol.ts'
import { enter, type Situation } from '../../src/world/situation.ts'

function flawed(rule: string, name: string, input: ModelInput = {}): Model {
  const { is } = alternatives.find((a) => a.rule === rule && a.name === name)!
  return makeModel(variant(twoPhaseCommit, name, { [rule]: is }), input)
}

/** Every story must replay on its own model and break what it says it breaks. */
function retell({ findings, verdicts }: Fuzzed): void {
  for (const { property, model, from, trace, foundSteps } of findings) {
    const told = replay(model, from, trace)
    expect(told.stopped).toBe(null)
    expect(judgeOf(model, property).here(told.worlds.at(-1)!, told.moments.at(-1)!)).not.toBe(null)
    expect(trace.length).toBeLessThanOrEqual(foundSteps)
    expect(verdicts.find((v) => v.property === property)).toMatchObject({ kind: 'broken', trace })
  }
}

describe('what is wrong is found, and told from the first world', () => {
  const four = { names: ['tm', 'rm1', 'rm2', 'rm3'], params: { votes: 'any' } } as const
  test.each<[string, string, string, number, ModelInput]>([
    ['forceVote', 'never', 'AC1', 12, { params: { open: 't1' } }],
    ['forceDecision', 'never', 'AC1', 12, {}],
    ['mayCommit', 'majority', 'AC3', 8, four],
    ['inDoubt', 'abort', 'AC1', 8, {}],
    ['inDoubt', 'commit', 'AC3', 5, {}],
    ['unknown', 'commit', 'AC3', 8, {}],
  ])('%s=%s breaks %s in at most %i steps', (rule, name, property, most, input) => {
    const found = fuzz(flawed(rule, name, input), { properties: [property] })
    expect(found.findings).toMatchObject([{ property, options: {} }])
    expect(found.findings[0]!.from).toEqual(begin(flawed(rule, name, input)).world)
    expect(found.findings[0]!.trace.length).toBeLessThanOrEqual(most)
    retell(found)
  })

  test('without shrinking the story is as it was found', () => {
    const [long] = fuzz(flawed('inDoubt', 'abort'), { properties: ['AC1'], shrink: false }).findings
    const [short] = fuzz(flawed('inDoubt', 'abort'), { properties: ['AC1'] }).findings
    expect(long!.seed).toBe(short!.seed)
    expect(long!.trace.length).toBeGreaterThan(short!.trace.length)
  })
})

describe('what held says how much was looked at', () => {
  const model = makeModel(twoPhaseCommit, { params: { votes: 'any' } })
  const seen = fuzz(model, { seeds: 40, limits: { driftPpm: 0, mayCrash: ['tm'] } })

  test('the reference holds, what no run can show is given up, and limits and places are in the bound', () => {
    const kinds = Object.fromEntries(seen.verdicts.map((v) => [v.property, v.kind]))
    expect(kinds).toMatchObject({ AC1: 'held', AC3: 'held', AC5: 'held', NonBlocking: 'gaveUp' })
    expect(seen.runs).toBe(40)
    expect(seen.verdicts[0]!.bound).toEqual({
      driver: 'simulate',
      runs: 40,
      budgets: [
        'loss up to 30%',
        'copies up to 30%',
        'crashes inside handlers up to 20%',
        'up to 3 crashes',
        'up to 2 partitions',
        'up to 2 pauses',
        'delays up to 100 ms',
        'only tm may crash',
        'also from: in-doubt participant',
      ],
    })
  })

  test('a run that is cut short counts for what is judged all along, not for what is judged in the end', () => {
    const { verdicts } = fuzz(model, { seeds: 5, maxSteps: 3 })
    expect(verdicts.find((v) => v.property === 'AC1')).toMatchObject({ kind: 'held', bound: { runs: 5 } })
    expect(verdicts.find((v) => v.property === 'AC5')).toMatchObject({
      kind: 'gaveUp',
      budget: '3 steps a run',
    })
  })

  test('progress comes after every run, and a stop has not passed', () => {
    const told: number[] = []
    const { verdicts, runs } = fuzz(model, {
      onProgress: (progress) => {
        told.push(progress.runs)
        return progress.runs < 3
      },
    })
    expect([told, runs]).toEqual([[1, 2, 3], 3])
    expect(verdicts[0]).toMatchObject({ kind: 'gaveUp', budget: 'stopped after 3 runs' })
  })

  test('a property nobody knows is named', () => {
    expect(() => fuzz(model, { properties: ['AC7'] })).toThrow('no property "AC7"')
  })
})

describe('seeds decide everything', () => {
  test('the same seeds tell the same, a later first seed is the same run', () => {
    const model = flawed('forceDecision', 'never')
    const once = fuzz(model, { properties: ['AC1'] })
    expect(JSON.stringify(fuzz(model, { properties: ['AC1'] }))).toBe(JSON.stringify(once))
    const { seed, trace } = once.findings[0]!
    const again = fuzz(model, { properties: ['AC1'], firstSeed: seed, seeds: 1 })
    expect(again.findings[0]).toMatchObject({ seed, trace })
  })

  test('a swarm leaves kinds of faults out, and puts every kind in', () => {
    const model = makeModel(twoPhaseCommit)
    const plans = Array.from({ length: 100 }, (_, seed) => drawPlan(model, seed, SWARM_LIMITS, 2000, true))
    const share = (on: (plan: (typeof plans)[0]) => boolean) => plans.filter(on).length
    for (const on of [
      share((p) => p.faults.loss! > 0),
      share((p) => p.faults.duplicate! > 0),
      share((p) => p.faults.crashInside! > 0),
      share((p) => p.faults.crashes! > 0),
      share((p) => p.faults.partitions! > 0),
      share((p) => p.faults.pauses! > 0),
      share((p) => p.faults.driftPpm! > 0),
      share((p) => p.disk === 'subset'),
    ]) {
      expect(on).toBeGreaterThan(30)
      expect(on).toBeLessThan(70)
    }
    const calm = { ...SWARM_LIMITS, loss: 0, crashes: 0, crashInside: 0, disk: false, delayMs: 1 }
    for (let seed = 0; seed < 30; seed++)
      expect(drawPlan(model, seed, calm, 2000, false)).toMatchObject({
        faults: { loss: 0, crashes: 0, crashInside: 0 },
        disk: 'lose-all',
        delayMs: [1, 1],
        requests: [],
      })
  })
})

describe('situations', () => {
  test('in doubt: one voted Yes, nothing is decided, and AC1 breaks from there', () => {
    const model = makeModel(twoPhaseCommit)
    const entered = enter(model, begin(model).world, inDoubtParticipant)!
    expect(replay(model, begin(model).world, entered.trace).stopped).toBe(null)
    expect(entered.world.nodes['rm1']!.timers.map((t) => t.timer)).toEqual(['inquire'])
    const no = makeModel(twoPhaseCommit, { params: { votes: 'no' } })
    expect(enter(no, begin(no).world, inDoubtParticipant)).toBe(null)
  })

  test('a list of choices is a situation, and one that is not possible is left out', () => {
    const model = flawed('inDoubt', 'abort')
    const { trace } = enter(model, begin(model).world, inDoubtParticipant)!
    const listed: Situation = { name: 'listed', says: 'a list', play: trace }
    const never: Situation = { name: 'never', says: 'no way', play: [{ kind: 'restart', node: 'tm' }] }
    const seen = fuzz(model, { seeds: 30, properties: ['AC2'], situations: [listed, never] })
    expect(seen.verdicts[0]!.bound.budgets).toContain('also from: listed')
    expect(seen.verdicts[0]!.bound.budgets).not.toContain('also from: never')
  })

  test('begins where it is told to, and the story goes on from there', () => {
    const model = flawed('inDoubt', 'abort')
    const { world } = enter(model, begin(model).world, inDoubtParticipant)!
    const seen = fuzz(model, { from: world, properties: ['AC1'], requests: [] })
    expect(seen.findings[0]!.from).toBe(world)
    retell(seen)
  })
})

test('what random runs find is never longer than what a run without shrinking shows, whatever the seed', () => {
  const dice = randomStream(7, 'first seeds')
  const model = flawed('inDoubt', 'commit')
  for (let i = 0; i < 5; i++) {
    const firstSeed = dice.integer(1, 1_000_000)
    retell(fuzz(model, { firstSeed, properties: ['AC1', 'AC3'] }))
  }
  expect(simulate(model, { untilMs: 10 }).trace).toEqual([])
})
