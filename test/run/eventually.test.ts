/** What must happen in the end, and what must happen at all. */
import { describe, expect, test } from 'vitest'
import { canonicalText } from '../../src/base/canonical.ts'
import { randomStream } from '../../src/base/random.ts'
import { twoPhaseCommit } from '../../src/protocols/twoPhaseCommit.ts'
import { explore } from '../../src/run/explore.ts'
import { fairTrap } from '../../src/run/fair.ts'
import { simulate } from '../../src/run/simulate.ts'
import { apply, begin } from '../../src/world/apply.ts'
import { type Budgets, DEFAULT_BUDGETS } from '../../src/world/budgets.ts'
import type { Choice } from '../../src/world/choice.ts'
import { calmChoices, choices, isCut } from '../../src/world/choices.ts'
import { property } from '../../src/world/property.ts'
import { type Model, type ModelInput, makeModel, requestBody, variant } from '../../src/world/protocol.ts'
import { type World, worldText } from '../../src/world/world.ts'
import { randomProtocol } from './models.ts'

/** Who has announced which decision. */
const decisions = {
  first: {} as { readonly [node: string]: string },
  see(
    fold: { readonly [node: string]: string },
    seen: {
      readonly kind: string
      readonly node?: string
      readonly body?: { readonly type: string; readonly [field: string]: unknown }
    },
  ) {
    if (seen.kind !== 'output' || seen.body?.type !== 'decide') return fold
    return { ...fold, [seen.node!]: String(seen.body['decision']) }
  },
}

const everyoneDecides = property<{ readonly [node: string]: string }>({
  name: 'EveryoneDecides',
  says: 'everyone decides in the end',
  ...decisions,
  judge: {
    kind: 'eventually',
    met: (fold, cluster) => cluster.names.every((name) => fold[name] !== undefined),
    why: 'somebody never decides',
  },
})

const someoneCommits = property<{ readonly [node: string]: string }>({
  name: 'SomeoneCommits',
  says: 'there is a run in which somebody commits',
  ...decisions,
  judge: { kind: 'sometimes', shown: (fold) => Object.values(fold).includes('commit') },
})

const somebodyDecides = property<{ readonly decided: boolean }>({
  name: 'SomebodyDecides',
  says: 'somebody decides in the end',
  first: { decided: false },
  see: (fold, seen) => (seen.kind === 'output' && !fold.decided ? { decided: true } : fold),
  judge: { kind: 'eventually', met: (fold) => fold.decided, why: 'nobody ever decides' },
})

function asked(input: ModelInput = {}, protocol = twoPhaseCommit) {
  const model = makeModel(protocol, {
    options: { wire: 'set' },
    properties: [everyoneDecides, someoneCommits],
    ...input,
  })
  const applied = apply(model, begin(model).world, {
    kind: 'request',
    client: 'c',
    to: 'tm',
    body: requestBody(protocol, 'begin', {}),
  })
  if (applied.kind !== 'applied') throw new Error(applied.why)
  return { model, from: applied.world }
}

const verdict = (name: string, { model, from }: ReturnType<typeof asked>, budgets: Partial<Budgets>) =>
  explore(model, { from, properties: [name], budgets: { timeouts: Number.POSITIVE_INFINITY, ...budgets } })
    .verdicts[0]

describe('eventually, under weak fairness', () => {
  test('without a fault everyone decides: what stays possible happens', () => {
    expect(verdict('EveryoneDecides', asked(), {})?.kind).toBe('held')
  })

  test('a crash can leave the others undecided for ever', () => {
    const found = verdict('EveryoneDecides', asked(), { crashes: 1 })
    expect(found).toMatchObject({ kind: 'broken', why: 'somebody never decides' })
    expect(
      found?.kind === 'broken' && found.trace.some((choice) => 'crash' in choice || choice.kind === 'crash'),
    ).toBe(true)
  })

  test('a coordinator that never decides is found without any fault', () => {
    const stubborn = variant(twoPhaseCommit, 'stubborn', { mayCommit: () => false })
    const { model, from } = asked({ params: { patienceMs: 100 } }, stubborn)
    // Its timer still lets it abort: fairness says that the timer fires.
    expect(verdict('EveryoneDecides', { model, from }, {})?.kind).toBe('held')
    expect(verdict('EveryoneDecides', { model, from }, { timeouts: 0 })?.kind).toBe('gaveUp')
  })

  test('the simulator says so at the end of a run', () => {
    const { model, from } = asked()
    const ofRun = (untilMs: number) =>
      simulate(model, { from, untilMs }).verdicts.find((v) => v.property === 'EveryoneDecides')?.kind
    expect([ofRun(1), ofRun(1000)]).toEqual(['broken', 'held'])
  })
})

describe('sometimes', () => {
  test('holds as soon as one schedule shows it', () => {
    expect(verdict('SomeoneCommits', asked(), {})?.kind).toBe('held')
  })

  test('is broken where no schedule shows it, and undecided where the search was stopped', () => {
    const never = asked({ params: { votes: 'no' } })
    expect(verdict('SomeoneCommits', never, {})).toMatchObject({ kind: 'broken', trace: [] })
    expect(
      explore(never.model, { from: never.from, properties: ['SomeoneCommits'], maxDepth: 2 }).verdicts[0]
        ?.kind,
    ).toBe('gaveUp')
  })
})

/** Slow and obvious: every world as an object, its calm steps as edges, and the same question. */
function trapOfPlainWorlds(
  model: Model,
  budgets: Budgets,
  met: (world: World) => boolean,
): 'held' | 'broken' | 'unknown' {
  const worlds = [begin(model).world]
  const textOf = (world: World) => worldText(world, false, budgets.ticks > 0)
  const numbers = new Map([[textOf(worlds[0]!), 0]])
  const edges: { to: number; action: number }[][] = []
  const actions = new Map<string, number>()
  const numberOf = (world: World) => {
    const text = textOf(world)
    if (!numbers.has(text)) numbers.set(text, worlds.push(world) - 1)
    return numbers.get(text)!
  }
  const after = (world: World, choice: Choice) => {
    const applied = apply(model, world, choice)
    if (applied.kind !== 'applied') throw new Error(applied.why)
    return numberOf(applied.world)
  }
  for (let at = 0; at < worlds.length; at++) {
    const world = worlds[at]!
    for (const choice of choices(model, world, budgets)) after(world, choice)
    edges.push(
      calmChoices(model, world, budgets)
        .filter((choice) => !('crash' in choice))
        .map((choice) => {
          const { picks: _picks, ...event } = choice as Choice & { picks?: unknown }
          const name = canonicalText(event)
          if (!actions.has(name)) actions.set(name, actions.size)
          return { to: after(world, choice), action: actions.get(name)! }
        }),
    )
  }
  const graph = {
    size: edges.length,
    successors: (at: number, visit: (to: number, action: number) => void) =>
      edges[at]!.forEach(({ to, action }) => visit(to, action)),
  }
  const short = (at: number) => !met(worlds[at]!)
  if (fairTrap(graph, (at) => short(at) && !isCut(model, worlds[at]!, budgets)) !== null) return 'broken'
  return fairTrap(graph, short) === null ? 'held' : 'unknown'
}

test.each([
  ['where any armed timer may fire at any time', false],
  ['where time passes in ticks', true],
])('on random protocols the packed worlds and the plain ones agree, %s', (_how, timed) => {
  const seen = { held: 0, broken: 0, gaveUp: 0 }
  for (let seed = 1; seed <= 120; seed++) {
    const dice = randomStream(seed, timed ? 'eventually, in time' : 'eventually')
    const model = { ...randomProtocol(dice, undefined, timed), properties: [somebodyDecides] }
    const budgets = {
      ...DEFAULT_BUDGETS,
      crashes: dice.integer(0, 1),
      timeouts: dice.integer(0, 2),
      ...(timed && { ticks: dice.integer(1, 3), tickMs: dice.integer(3, 9) }),
    }
    const found = explore(model, { budgets, maxWorlds: 150 })
    const verdict = found.verdicts.find((v) => v.property === 'SomebodyDecides')!
    if (found.distinct > 150 || found.verdicts.some((v) => v.property === 'NoThrow')) continue
    const expected = trapOfPlainWorlds(
      model,
      budgets,
      (world) => (world.folds[0] as { decided: boolean }).decided,
    )
    expect([seed, verdict.kind]).toEqual([seed, expected === 'unknown' ? 'gaveUp' : expected])
    seen[verdict.kind]++
  }
  expect(Math.min(seen.held, seen.broken, seen.gaveUp)).toBeGreaterThan(1)
})
