/** What must happen in the end, and what must happen at all. */
import { describe, expect, test } from 'vitest'
import { twoPhaseCommit } from '../../src/protocols/twoPhaseCommit.ts'
import { explore } from '../../src/run/explore.ts'
import { simulate } from '../../src/run/simulate.ts'
import { apply, begin } from '../../src/world/apply.ts'
import type { Budgets } from '../../src/world/choices.ts'
import { property } from '../../src/world/property.ts'
import { type ModelInput, makeModel, requestBody, variant } from '../../src/world/protocol.ts'

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
