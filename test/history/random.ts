/** Random histories: what an honest object might have told its clients, and what a lying one might. */
import type { Json } from '../../src/base/canonical.ts'
import { type RandomStream, randomStream } from '../../src/base/random.ts'
import type { History } from '../../src/history/history.ts'
import { type HistoryEvent, historyOfEvents } from '../../src/history/read.ts'

export interface Recipe {
  readonly operations: number
  readonly clients: number
  readonly keys?: readonly string[]
  readonly infos: number
  /** How often an answer is drawn at random. */
  readonly lies: number
  /** What a client asks, and what it is told by an object that holds `state`; null for `fail`. */
  ask(random: RandomStream): { readonly f: string; readonly value: Json }
  answer(state: Json, f: string, value: Json): { readonly state: Json; readonly result: Json } | null
  lie(random: RandomStream, f: string): Json
}

interface Open {
  readonly f: string
  readonly key: string
  readonly value: Json
  told: Json | 'fail' | undefined
}

/** A history of this recipe: operations take effect at some moment while they are open, or perhaps later. */
export function randomHistory(recipe: Recipe, seed: number): History {
  return historyOfEvents(randomEvents(recipe, seed), recipe.keys !== undefined)
}

export function randomEvents(recipe: Recipe, seed: number): readonly HistoryEvent[] {
  const random = randomStream(seed, 'history')
  const states = new Map<string, Json>()
  const open = new Map<string, Open>()
  const late: Open[] = []
  const events: HistoryEvent[] = []
  const clients = Array.from({ length: recipe.clients }, (_, i) => `c${i + 1}`)
  const keyed = (key: string, value: Json): Json => (recipe.keys === undefined ? value : [key, value])
  const take = (o: Open): void => {
    const after = recipe.answer(states.get(o.key) ?? null, o.f, o.value)
    o.told = after === null ? 'fail' : after.result
    if (after !== null) states.set(o.key, after.state)
  }
  let asked = 0
  while (asked < recipe.operations || open.size > 0) {
    const process = random.choose(clients)
    const operation = open.get(process)
    if (late.length > 0 && random.chance(0.2)) take(late.shift()!)
    if (operation === undefined) {
      if (asked++ >= recipe.operations) continue
      const key = random.choose(recipe.keys ?? [''])
      const { f, value } = recipe.ask(random)
      open.set(process, { f, key, value, told: undefined })
      events.push({ type: 'invoke', process, f, value: keyed(key, value) })
    } else if (random.chance(recipe.infos)) {
      open.delete(process)
      if (operation.told === undefined && random.chance(0.7)) late.push(operation)
      events.push({ type: 'info', process, f: operation.f, value: null })
    } else if (operation.told === undefined) take(operation)
    else {
      open.delete(process)
      const { f, key, told } = operation
      const reads = f === 'read' || f === 'dequeue'
      const value = reads ? (random.chance(recipe.lies) ? recipe.lie(random, f) : told) : operation.value
      events.push({ type: told === 'fail' ? 'fail' : 'ok', process, f, value: keyed(key, value) })
    }
  }
  return events
}

const small = (random: RandomStream): number => random.integer(1, 3)

const base = { operations: 7, clients: 3, infos: 0.12, lies: 0.25 }

const register = {
  ask: (random: RandomStream) =>
    random.chance(0.5) ? { f: 'read', value: null } : { f: 'write', value: small(random) },
  answer: (state: Json, f: string, value: Json) =>
    f === 'read' ? { state, result: state } : { state: value, result: null },
  lie: (random: RandomStream) => (random.chance(0.2) ? null : small(random)),
}

const cas = {
  ...register,
  ask: (random: RandomStream) =>
    random.chance(0.4) ? { f: 'cas', value: [small(random), small(random)] } : register.ask(random),
  answer(state: Json, f: string, value: Json) {
    if (f !== 'cas') return register.answer(state, f, value)
    const [from, to] = value as [Json, Json]
    return state === from ? { state: to, result: null } : null
  },
}

/** One recipe for each model. */
export const RECIPES = {
  register: { ...base, ...register },
  casRegister: { ...base, ...cas },
  keyValue: { ...base, ...cas, keys: ['x', 'y'] },
  queue: {
    ...base,
    ask: (random) =>
      random.chance(0.5) ? { f: 'dequeue', value: null } : { f: 'enqueue', value: small(random) },
    answer(state, f, value) {
      const items = (state ?? []) as readonly Json[]
      if (f === 'enqueue') return { state: [...items, value], result: null }
      return { state: items.slice(1), result: items[0] ?? null }
    },
    lie: (random) => (random.chance(0.3) ? null : small(random)),
  },
  growSet: {
    ...base,
    ask: (random) => (random.chance(0.5) ? { f: 'read', value: null } : { f: 'add', value: small(random) }),
    answer(state, f, value) {
      const members = (state ?? []) as readonly Json[]
      if (f === 'read') return { state: members, result: [...members].reverse() }
      return { state: members.includes(value) ? members : [...members, value], result: null }
    },
    lie: (random) => [1, 2, 3].filter(() => random.chance(0.5)),
  },
  counter: {
    ...base,
    ask: (random) =>
      random.chance(0.5) ? { f: 'read', value: null } : { f: 'add', value: random.integer(-2, 2) },
    answer(state, f, value) {
      const sum = Number(state)
      return f === 'read' ? { state: sum, result: sum } : { state: sum + Number(value), result: null }
    },
    lie: (random) => random.integer(-2, 3),
  },
} satisfies { readonly [model: string]: Recipe }
