/** Sagas: whole or undone under crashes and messages that come any number of times; what each missing piece breaks. */
import { describe, expect, test } from 'vitest'
import { saga } from '../../src/protocols/saga.ts'
import { sagaChoreography } from '../../src/protocols/sagaChoreography.ts'
import { explore } from '../../src/run/explore.ts'
import { fuzz } from '../../src/run/fuzz.ts'
import { apply, begin } from '../../src/world/apply.ts'
import type { Protocol } from '../../src/world/protocol.ts'
import { reading, searched } from './stories.ts'

const ANY_TIME = { timeouts: Number.POSITIVE_INFINITY }
const ALL = ['AllOrCompensated', 'ReverseOrder', 'EffectOnce']

interface Trip {
  readonly names?: readonly string[]
  readonly flaws?: readonly string[]
  readonly params?: { readonly [name: string]: number | readonly number[] }
  readonly wire?: 'bag' | 'set'
  /** Whom the client asks; the first node by default. */
  readonly beginsAt?: string
  /** Who takes what is there, outside the saga. */
  readonly spendAt?: string
}

function begun(
  protocol: Protocol,
  { names, flaws = [], params = {}, wire = 'set', beginsAt, spendAt }: Trip,
) {
  const model = reading(protocol, flaws, { params, options: { wire }, ...(names !== undefined && { names }) })
  const asks = [
    { client: 'client', to: beginsAt ?? model.cluster.names[0]!, body: { type: 'begin', saga: 's1' } },
    ...(spendAt === undefined ? [] : [{ client: 'thief', to: spendAt, body: { type: 'spend', amount: 10 } }]),
  ]
  let from = begin(model).world
  for (const ask of asks) {
    const applied = apply(model, from, { kind: 'request', ...ask })
    if (applied.kind === 'refused') throw new Error(applied.why)
    from = applied.world
  }
  return { model, from }
}

const FULL = { amounts: [1, 1, 0] }

describe.each<[string, Protocol]>([
  ['orchestrated', saga],
  ['choreographed', sagaChoreography],
])('%s', (_, protocol) => {
  test.each<[string, Trip, object]>([
    ['all steps succeed, one crash', {}, { crashes: 1 }],
    ['the last step is refused, one crash', { params: FULL }, { crashes: 1 }],
    ['the last step is refused, two crashes', { params: FULL }, { crashes: 2 }],
    ['the second step is refused', { params: { amounts: [1, 0, 1] } }, { crashes: 1 }],
  ])('is whole or undone: %s', (_, trip, budgets) => {
    const { model, from } = begun(protocol, trip)
    const seen = explore(model, { from, properties: ALL, budgets: { ...ANY_TIME, ...budgets } })
    expect(seen.verdicts.map((verdict) => verdict.kind)).toEqual(['held', 'held', 'held'])
  })
})

test('a choreography remembers whom to tell with the step itself, where nobody asks twice', () => {
  const requests = [{ atMs: 5, client: 'ann', to: 'flight', body: { type: 'begin', saga: 's1' } }]
  const seen = fuzz(reading(sagaChoreography, []), { seeds: 400, properties: ALL, requests, shrink: false })
  expect(seen.verdicts.map(({ property, kind }) => [property, kind])).toEqual(
    ALL.map((name) => [name, 'held']),
  )
})

test('a choreography begins at its first service only', () => {
  const { model, from } = begun(sagaChoreography, { beginsAt: 'car' })
  expect(searched(model, 'AllOrCompensated', { from, budgets: ANY_TIME })).toBe('held')
})

test.each<[string, Protocol, string, string, Trip, object]>([
  [
    'log=after',
    saga,
    'AllOrCompensated',
    'broken in 8',
    { names: ['trip', 'flight', 'hotel'] },
    { crashes: 1 },
  ],
  [
    'onSilence=not-executed',
    saga,
    'AllOrCompensated',
    'broken in 4',
    { names: ['trip', 'flight', 'hotel'] },
    {},
  ],
  ['onRefusal=stop', saga, 'AllOrCompensated', 'broken in 8', { params: FULL }, {}],
  ['onRefusal=forward-order', saga, 'ReverseOrder', 'broken in 10', { params: FULL }, {}],
  ['onUndo=nothing-to-undo', saga, 'ReverseOrder', 'broken in 9', { params: FULL }, {}],
  ['onDo=every-time', saga, 'EffectOnce', 'broken in 3', { params: { amounts: [5] } }, {}],
  ['tell=once', sagaChoreography, 'AllOrCompensated', 'broken in 2', { wire: 'bag' }, { crashes: 1 }],
])('%s', (flaw, protocol, property, verdict, trip, budgets) => {
  const { model, from } = begun(protocol, { ...trip, flaws: [flaw] })
  expect(searched(model, property, { from, budgets: { ...ANY_TIME, ...budgets } })).toBe(verdict)
})

test('credit first cannot be undone once it is spent (4 steps); debit first can', () => {
  const transfer = (names: string[], deltas: number[]) => {
    const { model, from } = begun(saga, { names, params: { amounts: [0], deltas }, spendAt: 'alice' })
    return searched(model, 'AllOrCompensated', { from, budgets: ANY_TIME })
  }
  expect(transfer(['transfer', 'alice', 'bob'], [10, -10])).toBe('broken in 4')
  expect(transfer(['transfer', 'bob', 'alice'], [-10, 10])).toBe('held')
})
