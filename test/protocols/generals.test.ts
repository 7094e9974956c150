/** The Byzantine generals: what holds with how many traitors, the shortest stories where it does not, and what it costs. */
import { describe, expect, test } from 'vitest'
import { canonicalText, type Json } from '../../src/base/canonical.ts'
import { flawedGenerals } from '../../src/protocols/flawed/generals.ts'
import { majority, ORDERS } from '../../src/protocols/generals.ts'
import { alternatives, protocols } from '../../src/protocols/index.ts'
import { oralMessages } from '../../src/protocols/oralMessages.ts'
import { signedMessages } from '../../src/protocols/signedMessages.ts'
import { explore } from '../../src/run/explore.ts'
import { fuzz } from '../../src/run/fuzz.ts'
import { replay } from '../../src/run/replay.ts'
import { simulate } from '../../src/run/simulate.ts'
import { commands } from '../../src/scenario/commands/index.ts'
import { Session } from '../../src/scenario/session.ts'
import { apply, begin } from '../../src/world/apply.ts'
import type { Budgets } from '../../src/world/budgets.ts'
import { choiceText, parcelOf } from '../../src/world/choice.ts'
import { liesInstead, madeUp } from '../../src/world/lies.ts'
import { makeModel, type Protocol, variant } from '../../src/world/protocol.ts'
import { canBreak } from './everyLie.ts'

const generals = (n: number) => ['c', ...Array.from({ length: n - 1 }, (_, i) => `l${i + 1}`)]

describe('OM(m)', () => {
  // BYZ-1 of the ledger: the order is attack, for retreat is what a tie comes to anyway.
  test('one traitor among three generals: a loyal lieutenant does not obey a loyal commander', () => {
    const found = search(oralMessages, 3, 'attack', { traitors: 1, lies: 1 })
    expect(outcome(found)).toEqual(['IC1 held', 'IC2 broken in 9'])
    const ic2 = found.find((v) => v.property === 'IC2')!
    expect(ic2.kind === 'broken' && ic2.trace.map(choiceText)).toContain('l1 is a traitor')
    expect(ic2.kind === 'broken' && ic2.why).toBe(
      'c is loyal and ordered attack, and l2, who is loyal too, decided retreat',
    )
  })

  test('the default order hides it', () => {
    expect(outcome(search(oralMessages, 3, 'retreat', { traitors: 1, lies: 1 }))).toEqual(HOLDS)
  })

  test.each(['attack', 'retreat'] as const)(
    'four generals: holds for every traitor, order %s, whatever the traitor makes of what it sends',
    (order) => {
      // A commander sends three messages, a lieutenant two: that many lies are all there is to change.
      expect(outcome(search(unforged, 4, order, { traitors: ['c'], lies: 3 }))).toEqual(HOLDS)
      for (const lieutenant of ['l1', 'l2', 'l3'])
        expect(outcome(search(unforged, 4, order, { traitors: [lieutenant], lies: 2 }))).toEqual(HOLDS)
      // And one message of any kind, made up or repeated, whenever it likes.
      expect(outcome(search(oralMessages, 4, order, { traitors: 1, lies: 1 }))).toEqual(HOLDS)
    },
  )

  // Theorem 1 of the paper, for m up to 2: 3m generals are too few, and 3m + 1 are enough, whatever m traitors say.
  test.each([
    [3, 1, 'attack', ['IC2']],
    [3, 1, 'retreat', []],
    [4, 1, 'attack', []],
    [4, 1, 'retreat', []],
    [5, 2, 'attack', ['IC1', 'IC2']],
    [6, 2, 'attack', ['IC1', 'IC2']],
    // The default order hides it among six, and not among five.
    [6, 2, 'retreat', []],
    [5, 2, 'retreat', ['IC1', 'IC2']],
    [7, 2, 'attack', []],
    [7, 2, 'retreat', []],
  ] as const)(
    'every lie there is, by the definition: %i generals, m = %i, order %s: breaks %j',
    (n, m, order, breaks) => {
      const { ic1, ic2 } = canBreak(n, m, order === 'attack' ? 1 : 0)
      expect([...(ic1 ? ['IC1'] : []), ...(ic2 ? ['IC2'] : [])]).toEqual(breaks)
    },
  )

  // Counted by a brute force of OM(1) in Python, which knows nothing of this program: one traitor, and each message of his
  // is attack, retreat or nothing. Without silence the 108 are the 40 runs of BYZ-1.
  test.each([
    [3, { runs: 30, ic1: 0, ic2: 4 }],
    [4, { runs: 108, ic1: 0, ic2: 0 }],
  ])('every plan of one traitor among %i generals, played out: %o', (n, expected) => {
    const counts = { runs: 0, ic1: 0, ic2: 0 }
    const names = generals(n)
    for (const order of ORDERS)
      for (const traitor of names)
        for (const words of plans(names.slice(1).filter((to) => to !== traitor))) {
          const session = new Session({ protocols, alternatives, commands })
          session.execute(`cluster oral-messages ${names.join(' ')} order=${order}`)
          // A lieutenant speaks when he has heard the commander.
          if (traitor !== 'c') session.execute('run 1ms')
          session.execute(`traitor ${traitor}`)
          const lies = words.filter(([, word]) => word !== `value=${order}`).map((told) => told.join(' '))
          if (lies.length > 0) session.execute(`traitor ${traitor} tells ${lies.join(', ')}`)
          session.execute('run 40ms')
          const [ic1, ic2] = session.execute('check').verdicts.map(({ kind }) => kind)
          counts.runs++
          if (ic1 !== 'held') counts.ic1++
          if (ic2 !== 'held') counts.ic2++
        }
    expect(counts).toEqual(expected)
  })

  test('six generals and two traitors who stick together: broken; seven: not in 20 seeds', () => {
    expect(outcome(fuzzed(oralMessages, 6, 'attack', 9)).some((word) => word.includes('broken'))).toBe(true)
    expect(outcome(fuzzed(oralMessages, 7, 'attack', 20))).toEqual(HOLDS)
  })

  // M(n, m) = (n - 1)(1 + M(n - 1, m - 1)), M(n, 0) = n - 1: section 5.3 of the ledger.
  test.each([
    [3, 1, 4],
    [4, 1, 9],
    [5, 1, 16],
    [5, 2, 40],
    [6, 2, 85],
    [7, 2, 156],
    [8, 2, 259],
    [10, 3, 3609],
  ])('%i generals, m = %i: %i messages', (n, m, messages) => {
    expect(messagesOf(oralMessages, n, m)).toBe(messages)
  })

  test.each([
    ['rounds=m', 1, 'attack', ['IC1 broken in 7', 'IC2 held']],
    ['relay=default', 1, 'attack', ['IC1 broken in 17', 'IC2 broken in 15']],
    ['counted=others', 1, 'attack', ['IC1 broken in 16', 'IC2 broken in 16']],
    // The default order hides both.
    ['relay=default', 1, 'retreat', HOLDS_IN_TABLE()],
    ['counted=others', 1, 'retreat', HOLDS_IN_TABLE()],
    // An order that does not come and is not counted does no harm among four.
    ['absent=nothing', 1, 'attack', HOLDS_IN_TABLE()],
  ] as const)('flawed among four: %s, %i lie, order %s', (reading, lies, order, expected) => {
    expect(outcome(search(flawed(oralMessages, reading), 4, order, { traitors: 1, lies }))).toEqual(expected)
  })

  test('a traitor can tell each a word of every round, and words of others, which nobody believes', () => {
    const model = makeModel(oralMessages, { names: generals(5), params: { m: 2 } })
    const own = madeUp(model, { traitors: ['l1'], heard: [] }, 'l1').map(({ path }) =>
      (path as string[]).join(' '),
    )
    expect([...new Set(own)]).toEqual(
      expect.arrayContaining(['c l1', 'c l2 l1', 'c l3 l1', 'c l4 l1', 'c l2']),
    )
    expect(own).not.toContain('c l2 l3')
    expect(madeUp(model, { traitors: ['c'], heard: [] }, 'c').map(({ path }) => path)).toEqual([['c'], ['c']])
  })

  test('flawed: whoever is named is believed; a lieutenant who speaks for another twice turns the count', () => {
    const naive = flawed(oralMessages, 'mayBelieve=any')
    const inOtherNames = (protocol: Protocol): Protocol => ({
      ...protocol,
      lies: (said, liar) =>
        (said === null ? oralMessages.lies!(said, liar) : []).filter(
          ({ path, value }) => value === 'retreat' && !(path as string[]).includes(liar.self),
        ),
    })
    const budgets = { traitors: ['l1'], lies: 2 }
    expect(outcome(search(inOtherNames(naive), 4, 'attack', budgets)).join()).toMatch('IC2 broken in 18')
    expect(outcome(search(inOtherNames(oralMessages), 4, 'attack', budgets))).toEqual(HOLDS)
  })

  test('flawed: what does not come is not counted; it takes seven generals and two traitors to see', () => {
    const silent = flawed(oralMessages, 'absent=nothing')
    expect(outcome(fuzzed(silent, 7, 'attack', 1, 30)).join()).toMatch('IC1 broken')
    expect(outcome(fuzzed(oralMessages, 7, 'attack', 1, 30))).toEqual(HOLDS)
  })
})

describe('SM(m)', () => {
  test.each(['attack', 'retreat'] as const)('one traitor among three generals: holds, order %s', (order) => {
    expect(outcome(search(signedMessages, 3, order, { traitors: 1, lies: 3 }))).toEqual(HOLDS)
  })

  test('two traitors among four, who sign for each other: holds', () => {
    expect(outcome(search(signedMessages, 4, 'attack', { traitors: ['c', 'l1'], lies: 1 }, 2))).toEqual(HOLDS)
    for (const order of ['attack', 'retreat'])
      expect(outcome(fuzzed(signedMessages, 4, order, 50))).toEqual(HOLDS)
  })

  // (n - 1)^2 with a loyal commander and no traitor: section 5.3 of the ledger.
  test.each([
    [3, 1, 4],
    [4, 1, 9],
    [4, 2, 9],
    [7, 2, 36],
  ])('%i generals, m = %i: %i messages', (n, m, messages) => {
    expect(messagesOf(signedMessages, n, m)).toBe(messages)
  })

  test.each([
    ['rounds=m', 'attack', ['IC1 broken in 5', 'IC2 held']],
    ['mayBelieve=any', 'attack', ['IC1 held', 'IC2 broken in 10']],
    // Only a traitor who signs truly under what he has changed shows that one.
    ['mayBelieve=last', 'attack', ['IC1 held', 'IC2 broken in 10']],
    ['inTime=always', 'attack', ['IC1 broken in 11', 'IC2 held']],
    // A commander who signs twice makes a chain that is long enough for the last round.
    ['mayHaveSigned=anybody', 'attack', ['IC1 broken in 10', 'IC2 held']],
    ['keep=each', 'attack', ['IC1 broken in 11', 'IC2 held']],
    ['mustRelay=first', 'attack', ['IC1 broken in 9', 'IC2 held']],
    ['mustRelay=never', 'attack', ['IC1 broken in 7', 'IC2 held']],
    ['mayBelieve=any', 'retreat', HOLDS_IN_TABLE()],
    ['inTime=always', 'retreat', HOLDS_IN_TABLE()],
  ] as const)('flawed among three: %s, order %s', (reading, order, expected) => {
    const found = search(flawed(signedMessages, reading), 3, order, { traitors: 1, lies: 1 })
    expect(outcome(found)).toEqual(expected)
  })

  test('a traitor signs anew what it may, and leaves the signatures of the loyal as they are', () => {
    const model = makeModel(signedMessages, { names: generals(3) })
    const { world } = begin(model)
    const parcel = world.wire.find(({ to }) => to === 'l1')!
    const told = apply(model, { ...world, traitors: ['l1'] }, { kind: 'deliver', parcel: parcelOf(parcel) })
    if (told.kind === 'refused') throw new Error(told.why)
    const relayed = parcelOf(told.world.wire.find(({ from }) => from === 'l1')!)
    const [, lie] = liesInstead(model, { traitors: ['l1'], heard: [] }, relayed)
    const [first, second] = lie!['chain'] as { by: string; signature: string }[]
    const text = (chain: readonly unknown[]) => canonicalText({ order: 'retreat', chain } as Json)
    expect(lie!['value']).toBe('retreat')
    expect(model.signatures.verify('c', text([]), first!.signature)).toBe(false)
    expect(model.signatures.verify('l1', text([first]), second!.signature)).toBe(true)
  })

  test.each(['tags', 'ed25519'] as const)('a forged order is refused, with %s', (signatures) => {
    const model = makeModel(signedMessages, { names: generals(3), options: { signatures } })
    const lies = { untilMs: 100, traitors: ['l1'], lies: 1, strategies: ['equivocate', 'forge'] as const }
    let forged = 0
    for (let seed = 1; seed <= 10; seed++) {
      const run = simulate(model, { seed, faults: lies, untilMs: 200 })
      expect(run.verdicts.map((v) => v.kind)).toEqual(['held', 'held'])
      forged += run.trace.filter(({ kind }) => kind === 'lie').length
    }
    expect(forged).toBeGreaterThan(5)
  })
})

test('a loyal lieutenant that never decides breaks both, and a traitor that never does breaks neither', () => {
  const mute = variant(signedMessages, 'mute', { rounds: () => Number.POSITIVE_INFINITY })
  const stopped = search({ ...mute, rounds: 'round' }, 3, 'attack', { traitors: 0 }, 1, 6)
  expect(stopped.map((v) => v.kind)).toEqual(['gaveUp', 'gaveUp'])
  const silent: Protocol = { ...signedMessages, roles: silentRoles }
  expect(outcome(search(silent, 3, 'attack', {}))).toEqual(['IC1 broken in 3', 'IC2 broken in 3'])
})

test('what fuzz finds is shrunk to the shortest story there is, and replays', () => {
  const model = makeModel(oralMessages, { names: generals(3) })
  const { findings } = fuzz(model, { seeds: 50, limits: { traitors: 1, lies: 1 }, faultsMs: 200 })
  expect(findings.map(({ property, trace }) => [property, trace.length])).toEqual([['IC2', 9]])
  const [{ trace, from } = { trace: [], from: begin(model).world }] = findings
  expect(trace.map(({ kind }) => kind).filter((kind) => kind === 'traitor' || kind === 'lie')).toHaveLength(2)
  expect(replay(model, from, trace).stopped).toBe(null)
})

test('the majority is more than half, and otherwise retreat', () => {
  expect(majority(['attack', 'attack', 'retreat'])).toBe('attack')
  expect(majority(['attack', 'retreat'])).toBe('retreat')
  expect(majority([])).toBe('retreat')
})

const HOLDS = ['IC1 held', 'IC2 held']

function HOLDS_IN_TABLE() {
  return ['IC1 held', 'IC2 held']
}

/** What may be told to each: one of the orders, or nothing. */
function plans(receivers: readonly string[]): readonly (readonly (readonly [string, string])[])[] {
  const [first, ...rest] = receivers
  if (first === undefined) return [[]]
  return [...ORDERS.map((order) => `value=${order}`), 'nothing'].flatMap((word) =>
    plans(rest).map((more) => [[first, word] as const, ...more]),
  )
}

/** Traitors who say only what they were to say, differently: with these alone three lies are few enough to try all. */
const unforged: Protocol = {
  ...oralMessages,
  lies: (said, liar) => (said === null ? [] : oralMessages.lies!(said, liar)),
}

function search(
  protocol: Protocol,
  n: number,
  order: string,
  budgets: Partial<Budgets>,
  m = 1,
  maxDepth = 99,
) {
  const model = makeModel(protocol, { names: generals(n), params: { m, order } })
  return explore(model, { budgets, maxDepth }).verdicts
}

function fuzzed(protocol: Protocol, n: number, order: string, seeds: number, firstSeed = 1) {
  const model = makeModel(protocol, { names: generals(n), params: { m: n > 4 ? 2 : n - 2, order } })
  const limits = { traitors: n > 3 ? 2 : 1, lies: 1 }
  return fuzz(model, { seeds, firstSeed, limits, faultsMs: 200, shrink: false }).verdicts
}

function outcome(verdicts: ReturnType<typeof search>): string[] {
  return verdicts.map((v) => `${v.property} ${v.kind}${v.kind === 'broken' ? ` in ${v.trace.length}` : ''}`)
}

function flawed(base: Protocol, reading: string): Protocol {
  const found = flawedGenerals.find((f) => f.protocol === base.name && `${f.rule}=${f.name}` === reading)
  if (found === undefined) throw new Error(`there is no reading ${reading}`)
  return variant(base, reading, { [found.rule]: found.is })
}

/** All that was sent in a run without a fault. */
function messagesOf(protocol: Protocol, n: number, m: number): number {
  const { first, moments } = simulate(makeModel(protocol, { names: generals(n), params: { m } }))
  return first.wire.length + moments.reduce((sum, { sent }) => sum + sent.length, 0)
}

function silentRoles(rules: Protocol['rules']) {
  const { commander, lieutenant } = signedMessages.roles(rules)
  return { commander: commander!, lieutenant: { ...lieutenant!, start: () => ({ orders: [], round: 1 }) } }
}
