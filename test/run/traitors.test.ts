/** Traitors in every driver: what they may do, that both explorers count the same, and that their stories replay. */
import { describe, expect, test } from 'vitest'
import { randomStream } from '../../src/base/random.ts'
import { alternatives, protocols } from '../../src/protocols/index.ts'
import { oralMessages } from '../../src/protocols/oralMessages.ts'
import { raftElection } from '../../src/protocols/raftElection.ts'
import { signedMessages } from '../../src/protocols/signedMessages.ts'
import { type Exploration, explore } from '../../src/run/explore.ts'
import { isChoice } from '../../src/run/isChoice.ts'
import { exploreNaively } from '../../src/run/naive.ts'
import { replay } from '../../src/run/replay.ts'
import { simulate } from '../../src/run/simulate.ts'
import { storyOf, tokenOf } from '../../src/run/token.ts'
import { commands } from '../../src/scenario/commands/index.ts'
import { Session } from '../../src/scenario/session.ts'
import { apply, begin } from '../../src/world/apply.ts'
import type { Budgets } from '../../src/world/budgets.ts'
import { type Choice, choiceText, parcelOf } from '../../src/world/choice.ts'
import { traitorSets } from '../../src/world/lies.ts'
import { type Model, makeModel } from '../../src/world/protocol.ts'
import type { World } from '../../src/world/world.ts'
import { randomProtocol } from './models.ts'

const three = ['c', 'l1', 'l2']

describe('a lie', () => {
  const model = makeModel(oralMessages, { names: three })
  const { world: first } = begin(model)
  const parcel = parcelOf(first.wire.find((e) => e.to === 'l1')!)
  const retreat = { ...parcel.body, value: 'retreat' }
  const traitor: Choice = { kind: 'traitor', node: 'c' }
  const betrayed = after(model, first, traitor)

  test('is for traitors only', () => {
    const lie: Choice = { kind: 'lie', node: 'c', to: 'l1', instead: parcel, body: retreat }
    expect(refusal(model, first, lie)).toBe('c is no traitor, and loyal nodes do not lie')
    expect(refusal(model, betrayed, traitor)).toBe('c is a traitor already')
  })

  test('reaches one receiver and leaves the others the truth; the world still writes who said it', () => {
    const told = after(model, betrayed, { kind: 'lie', node: 'c', to: 'l1', instead: parcel, body: retreat })
    expect(told.wire.map(({ from, to, body }) => [from, to, body['value']])).toEqual([
      ['c', 'l1', 'retreat'],
      ['c', 'l2', 'attack'],
    ])
  })

  test('may be silence', () => {
    const silent = after(model, betrayed, { kind: 'lie', node: 'c', to: 'l1', instead: parcel, body: null })
    expect(silent.wire.map(({ to }) => to)).toEqual(['l2'])
  })

  test('cannot be told in the name of another, nor about a message of another', () => {
    const other = after(model, first, { kind: 'traitor', node: 'l2' })
    expect(refusal(model, other, { kind: 'lie', node: 'l2', to: 'l1', instead: parcel, body: retreat })).toBe(
      'l2 can only change what l2 sends to l1',
    )
    const unasked = after(model, other, { kind: 'lie', node: 'l2', to: 'l1', instead: null, body: retreat })
    expect(unasked.wire.at(-1)).toMatchObject({ from: 'l2', to: 'l1', body: retreat })
  })

  test('is not told by a node that is down', () => {
    const down = after(model, betrayed, { kind: 'crash', node: 'c', disk: 0 })
    const lie: Choice = { kind: 'lie', node: 'c', to: 'l1', instead: null, body: retreat }
    expect(refusal(model, down, lie)).toBe('c is down')
  })

  test('may repeat what traitors have heard, and they have one memory', () => {
    const both = after(model, after(model, first, { kind: 'traitor', node: 'l1' }), {
      kind: 'traitor',
      node: 'l2',
    })
    const heard = after(model, both, { kind: 'deliver', parcel })
    expect(heard.traitors).toEqual(['l1', 'l2'])
    expect(heard.heard).toEqual([parcel.body])
    expect(after(model, first, { kind: 'deliver', parcel }).heard).toEqual([])
  })
})

test('a traitor signs for its friends and for nobody else', () => {
  const model = makeModel(signedMessages)
  const asked: unknown[] = []
  const spy = {
    ...model,
    protocol: {
      ...model.protocol,
      lies: (_said: unknown, liar: { sign(by: string, value: string): string }) => {
        expect(() => liar.sign('l2', 'attack')).toThrow('cannot sign for l2, which is loyal')
        asked.push(liar.sign('l1', 'attack'), liar.sign('c', 'attack'))
        return []
      },
    },
  }
  explore(spy, { budgets: { traitors: ['c', 'l1'], lies: 1 } })
  expect(asked.length).toBeGreaterThan(0)
  expect(model.signatures.verify('c', '"attack"', String(asked[1]))).toBe(true)
})

test('sets of traitors: every one within the bound, or the one that is named', () => {
  expect(traitorSets(three, 1, [])).toEqual([[], ['c'], ['l1'], ['l2']])
  expect(traitorSets(three, 2, [])).toHaveLength(1 + 3 + 3)
  expect(traitorSets(three, 1, ['l1'])).toEqual([[]])
  expect(traitorSets(three, ['l2', 'c'], ['c'])).toEqual([['l2']])
  expect(() => traitorSets(three, ['l7'], [])).toThrow('"l7" cannot be a traitor; the nodes are c, l1, l2')
})

describe('explore', () => {
  test.each([
    ['oral messages', oralMessages, { lies: 2, traitors: ['c'] }],
    ['oral messages with a loss', oralMessages, { lies: 1, drops: 1 }],
    ['oral messages with a crash', oralMessages, { lies: 1, crashes: 1, traitors: ['l1'] }],
    ['oral messages with a pause', oralMessages, { lies: 1, pauses: 1, traitors: ['l1'] }],
    ['signed messages', signedMessages, { lies: 2 }],
  ] as const)('counts what the plain explorer counts: %s', (_what, protocol, budgets) => {
    sameCounts(makeModel(protocol, { names: three }), { traitors: 1, ...budgets })
  })

  test.each(['bag', 'set', 'fifo'] as const)('and on random protocols that lie, on a %s wire', (wire) => {
    let worlds = 0
    let lies = 0
    for (let seed = 1; seed <= 60 && worlds < 1200; seed++) {
      const dice = randomStream(seed, `random traitors on a ${wire}`)
      const model = lying(randomProtocol(dice, wire), dice)
      const budgets: Partial<Budgets> = {
        traitors: dice.integer(1, 2),
        lies: dice.integer(1, 2),
        timeouts: 1,
        duplicates: wire === 'fifo' ? 0 : dice.integer(0, 1),
        pauses: dice.integer(0, 1),
        // Every second time a tick passes as well: lies and time are bounded apart.
        ticks: seed % 2,
        tickMs: 5,
      }
      const small = explore({ ...model, properties: [] }, { budgets, exact: true, maxWorlds: 900 })
      if (small.distinct > 900 || small.distinct < 8) continue
      const without = explore({ ...model, properties: [] }, { budgets: { ...budgets, lies: 0 } })
      sameCounts(model, budgets)
      worlds += small.distinct
      lies += small.distinct - without.distinct
    }
    expect(worlds).toBeGreaterThan(400)
    // The comparison means something only if lies lead somewhere.
    expect(lies).toBeGreaterThan(200)
  })

  test('a story begins with who betrays, replays, and survives a token and a file', () => {
    const model = makeModel(oralMessages, { names: three })
    const verdict = explore(model, { budgets: { traitors: 1, lies: 1 } }).verdicts.find(
      (v) => v.property === 'IC2',
    )!
    if (verdict.kind !== 'broken') throw new Error('IC2 was to break')
    expect(verdict.bound.budgets).toEqual(['at most 1 traitor', '1 lie', '3 timeouts'])
    expect(choiceText(verdict.trace[0]!)).toBe('l1 is a traitor')
    expect(replay(model, begin(model).world, verdict.trace).stopped).toBe(null)
    const story = { program: 'oral-messages', rules: [], names: three, params: {}, options: {} }
    const { trace } = storyOf(tokenOf({ ...story, trace: verdict.trace }))
    expect(trace).toEqual(verdict.trace)
    expect(JSON.parse(JSON.stringify(trace)).every(isChoice)).toBe(true)
  })

  test.each<[string, Choice]>([
    ['who betrays', { kind: 'traitor', node: 'n3' }],
    ['a lie nobody asked for', { kind: 'lie', node: 'n3', to: 'n1', instead: null, body: { type: 'yes' } }],
    [
      'a lie to a client',
      {
        kind: 'lie',
        node: 'n3',
        to: 'c1',
        instead: { from: 'n3', to: 'c1', body: { type: 'get_ok' }, op: { client: 'c1', n: 2 } },
        body: { type: 'error' },
      },
    ],
  ])('a token keeps %s', (_what, choice) => {
    const story = { program: 'p', rules: [], names: [], params: {}, options: {}, trace: [choice] }
    expect(storyOf(tokenOf(story)).trace).toEqual([choice])
    expect(isChoice(choice)).toBe(true)
    expect(isChoice({ ...choice, node: 3 })).toBe(false)
  })

  test('without a budget nobody betrays and nobody lies', () => {
    const model = makeModel(oralMessages)
    expect(explore(model).distinct).toBe(explore(model, { budgets: { lies: 3 } }).distinct)
    expect(explore(model, { budgets: { traitors: 1 } }).distinct).toBe(5 * explore(model).distinct)
  })
})

// BYZ-4 of the ledger: one server that votes twice in a term makes two leaders, and is none of them.
test('one lying voter elects two loyal leaders of one term, with four messages', () => {
  const model = makeModel(raftElection, { names: ['n1', 'n2', 'n3'] })
  const candidates = ['n1', 'n3'].reduce(
    (world, node) => after(model, world, { kind: 'fire', node, timer: 'election', arg: null }),
    begin(model).world,
  )
  const search = (lies: number) =>
    explore(model, {
      properties: ['ElectionSafety'],
      from: candidates,
      budgets: { timeouts: 0, traitors: ['n2'], lies },
    }).verdicts[0]!
  expect(search(0)).toMatchObject({ kind: 'held' })
  const lied = search(1)
  if (lied.kind !== 'broken') throw new Error('it was to break')
  expect(lied.why).toBe('two leaders in term 1: n1 and n3')
  expect(lied.trace.map(({ kind }) => kind)).toEqual([
    ...['traitor', 'deliver', 'deliver', 'deliver', 'lie', 'deliver'],
  ])
})

/** With the folds of the properties and without their verdicts, which would end a search early. */
function sameCounts(judged: Model, budgets: Partial<Budgets>): void {
  const never = { kind: 'always' as const, broken: () => null }
  const model = { ...judged, properties: judged.properties.map((p) => ({ ...p, judge: never })) }
  const naive = exploreNaively(model, budgets)
  const counts = ({ distinct, generated, depth }: Exploration | typeof naive) => ({
    distinct,
    generated,
    depth,
  })
  for (const exact of [false, true]) {
    const packed = explore(model, { budgets, exact })
    expect(counts(packed)).toEqual(counts(naive))
  }
}

/** The same protocol, whose traitors turn any message into some others, and make some up. */
function lying(model: Model, dice: { chance(p: number): boolean }): Model {
  const types = ['a', 'b', 'c', 'd'].filter(() => dice.chance(0.5))
  const unasked = ['a', 'b', 'c'].filter(() => dice.chance(0.3))
  const protocol = {
    ...model.protocol,
    lies: (said: unknown) => (said === null ? unasked : types).map((type) => ({ type })),
  }
  return { ...model, protocol }
}

function after(model: Model, world: World, choice: Choice): World {
  const applied = apply(model, world, choice)
  if (applied.kind === 'refused') throw new Error(applied.why)
  return applied.world
}

function refusal(model: Model, world: World, choice: Choice): string | null {
  const applied = apply(model, world, choice)
  return applied.kind === 'refused' ? applied.why : null
}

test('simulate: the same seed gives the same lies, and other seeds others', () => {
  const model = makeModel(oralMessages, { names: three, options: { signatures: 'ed25519' } })
  const faults = { untilMs: 100, traitors: 1, lies: 1 }
  const told = (seed: number) =>
    simulate(model, { seed, faults, untilMs: 200 }).trace.map(choiceText).join('\n')
  expect(told(3)).toBe(told(3))
  expect(new Set([1, 2, 3, 4, 5, 6].map(told)).size).toBeGreaterThan(3)
})

describe('at the prompt', () => {
  const newSession = () => new Session({ protocols, alternatives, commands })
  const lied = ({ wire }: World) => wire.map(({ to, body }) => `${to} ${String(body['value'])}`)

  test('lies by words, by fields, and by silence, to one, two or all', () => {
    const told = (line: string) => {
      const session = newSession()
      session.execute('cluster oral-messages c l1 l2 l3')
      session.execute(line)
      return lied(session.world)
    }
    expect(told('traitor c tells l1 retreat, l3 nothing')).toEqual(['l1 retreat', 'l2 attack'])
    expect(told('traitor c tells l1,l2 retreat')).toEqual(['l1 retreat', 'l2 retreat', 'l3 attack'])
    expect(told('traitor c tells l1 order value=retreat , l2 saying=retreat')).toEqual(
      told('traitor c tells l1,l2 retreat'),
    )
    expect(told('traitor c tells all retreat')).toEqual(['l1 retreat', 'l2 retreat', 'l3 retreat'])
    expect(told('traitor c tells all nothing')).toEqual([])
  })

  test('a field of a signed order can be told by its value', () => {
    const session = newSession()
    session.execute('cluster signed-messages c l1 l2')
    session.execute('traitor c tells l2 retreat')
    session.execute('run 30ms')
    expect(session.execute('check').verdicts.map(({ kind }) => kind)).toEqual(['held', 'held'])
    expect(lied(session.current.worlds[2]!)).toEqual(['l1 attack', 'l2 retreat'])
  })

  test.each(['tags', 'ed25519'])(
    'what was signed in another run can be repeated in this one, with %s',
    (kind) => {
      const session = newSession()
      session.execute(`cluster signed-messages c l1 l2 order=retreat signatures=${kind}`)
      session.execute('run 30ms')
      session.execute('save yesterday')
      session.execute(`cluster signed-messages c l1 l2 signatures=${kind}`)
      session.execute('run 5ms')
      session.execute('traitor l1 replay yesterday')
      session.execute('run 30ms')
      expect(session.execute('check').verdicts).toMatchObject([
        { kind: 'held' },
        { kind: 'broken', property: 'IC2' },
      ])
      const again = newSession()
      expect(again.execute(`replay ${session.token()}`).note).toBe('at step 20, 35 ms')
      expect(again.world).toEqual(session.world)
    },
  )

  test('a lie keeps its keys where a run goes on with another seed', () => {
    const session = newSession()
    session.execute('cluster signed-messages c l1 l2')
    session.execute('traitor c tells l2 retreat')
    expect(session.execute('simulate seed=7').verdicts.map(({ kind }) => kind)).toEqual(['held', 'held'])
    const again = newSession()
    again.execute(`replay ${session.token()}`)
    expect(again.world.timeUs).toBe(session.world.timeUs)
    expect(again.execute('check').verdicts.map(({ kind }) => kind)).toEqual(['held', 'held'])
  })

  test('simulate signs for real, where the cluster does not say how; nothing else needs to know', () => {
    const signed = newSession()
    signed.execute('cluster signed-messages c l1 l2')
    signed.execute('simulate traitors=1 seed=3')
    expect(signed.current.model.options.signatures).toBe('ed25519')
    const oral = newSession()
    oral.execute('cluster oral-messages c l1 l2')
    const { verdicts } = oral.execute('simulate traitors=l1 seed=3')
    expect(verdicts).toMatchObject([{ kind: 'held' }, { kind: 'broken', property: 'IC2' }])
    expect(oral.current.origin.options.signatures).toBeUndefined()
  })

  test('fuzz says of lies only where somebody may lie, and then those lie who are traitors already', () => {
    const session = newSession()
    session.execute('cluster oral-messages c l1 l2')
    const bounds = (line: string) => JSON.stringify(session.execute(line).view)
    expect(bounds('fuzz IC2 seeds=20 traitors=0')).not.toContain('lies')
    session.execute('traitor l1')
    expect(session.execute('fuzz IC2 seeds=20 lies=1').verdicts).toMatchObject([{ kind: 'broken' }])
    expect(bounds('fuzz IC1 seeds=20 lies=0.5')).toContain('lies up to 50%')
  })
})
