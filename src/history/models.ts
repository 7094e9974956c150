/** Sequential data types: what each operation does to an object that handles one at a time. */
import { byText, canonicalText, type Json, type Value } from '../base/canonical.ts'
import { firstOutFirst } from './firstOutFirst.ts'
import { type HistoryOperation, HistoryProblem, operationName, valueText } from './history.ts'

/** What a model needs to know of an operation. `known` is false where the outcome is unknown: any result will do. */
export interface ModelCall {
  readonly f: string
  readonly key: string | null
  readonly value: Json
  readonly result: Json
  readonly known: boolean
}

/** The state after an operation, or a refusal: from this state it would have answered something else. */
export type Applied<S> = { readonly ok: true; readonly state: S } | { readonly ok: false }

/** A sequential data type. States are values and are never changed; equal states have equal texts. */
export interface SequentialModel<S extends Value = Value> {
  readonly name: string
  /** The names of its operations; `reads` are those that change nothing. */
  readonly operations: readonly string[]
  readonly reads: readonly string[]
  readonly init: S
  apply(state: S, call: ModelCall): Applied<S>
  text(state: S): string
  /** `the register holds 2` */
  says(state: S): string
  /** True where an operation that nobody's answer depends on may be left out: a register forgets what is overwritten. */
  readonly forgets?: true
  /**
   * Which operations to try first, the lowest number first; without it, those answered first. Any order is
   * right; a good one finds an explanation sooner.
   */
  urgency?(history: readonly HistoryOperation[]): (operation: HistoryOperation) => number
  /** Set where the object is many independent ones, told apart by `key`: each may be judged alone. */
  readonly part?: SequentialModel
}

const REFUSED = { ok: false } as const

function done<S>(state: S): Applied<S> {
  return { ok: true, state }
}

/** `read` and `write`. The state is the canonical text of the value. */
export function register(init: Json = null): SequentialModel<string> {
  return {
    name: 'register',
    operations: ['read', 'write'],
    reads: ['read'],
    init: canonicalText(init),
    forgets: true,
    apply(state, { f, value, result, known }) {
      if (f === 'write') return done(canonicalText(value))
      return !known || canonicalText(result) === state ? done(state) : REFUSED
    },
    text: (state) => state,
    says: (state) => `the register holds ${state === 'null' ? 'nothing' : state}`,
  }
}

/** A register with `cas`: from one value to another. A `cas` that found another value did not happen: `fail`. */
export function casRegister(init: Json = null): SequentialModel<string> {
  const plain = register(init)
  return {
    ...plain,
    name: 'cas-register',
    operations: ['read', 'write', 'cas'],
    apply(state, call) {
      if (call.f !== 'cas') return plain.apply(state, call)
      const [from, to] = pair(call.value)
      return canonicalText(from) === state ? done(canonicalText(to)) : REFUSED
    },
  }
}

/** A map from keys to compare-and-set registers, all holding null at first. */
export function keyValue(): SequentialModel<ReadonlyMap<string, string>> {
  const part = casRegister()
  return {
    name: 'key-value',
    operations: part.operations,
    reads: part.reads,
    init: new Map(),
    forgets: true,
    part,
    apply(state, call) {
      const key = call.key ?? ''
      const before = state.get(key) ?? part.init
      const applied = part.apply(before, call)
      if (!applied.ok) return REFUSED
      if (applied.state === before) return done(state)
      return done(new Map(state).set(key, applied.state))
    },
    text: canonicalText,
    says: (state) =>
      `the map holds ${
        [...state]
          .map(([key, text]) => `${key}=${text}`)
          .sort(byText)
          .join(', ') || 'nothing'
      }`,
  }
}

/** First in, first out: `enqueue`, `dequeue`. A dequeue that finds it empty answers null; do not enqueue null. */
export function queue(): SequentialModel<readonly Json[]> {
  return {
    name: 'queue',
    operations: ['enqueue', 'dequeue'],
    reads: [],
    init: [],
    apply(state, { f, value, result, known }) {
      if (f === 'enqueue') return done([...state, value])
      const first = state[0] ?? null
      if (known && canonicalText(first) !== canonicalText(result)) return REFUSED
      return done(state.length === 0 ? state : state.slice(1))
    },
    urgency: firstOutFirst,
    text: canonicalText,
    says: (state) =>
      state.length === 0 ? 'the queue is empty' : `the queue holds ${state.map(valueText).join(', ')}`,
  }
}

/**
 * A set that grows: `add`, and `read` of all members, in any order. The state has one bit a value, in the
 * order in which this model met the values, so that a set of thousands stays small.
 */
export function growSet(): SequentialModel<string> {
  const places = new Map<string, number>()
  const packed = new WeakMap<object, string | null>()
  const place = (value: Json): number => {
    const text = canonicalText(value)
    const known = places.get(text) ?? places.size
    places.set(text, known)
    return known
  }
  const pack = (members: readonly Json[]): string | null => {
    const all = new Set(members.map(place))
    return all.size < members.length ? null : [...all].sort((a, b) => b - a).reduce(withBit, '')
  }
  return {
    name: 'set',
    operations: ['add', 'read'],
    reads: ['read'],
    init: '',
    apply(state, { f, value, result, known }) {
      if (f === 'add') return done(withBit(state, place(value)))
      if (!known) return done(state)
      if (!Array.isArray(result)) return REFUSED
      if (!packed.has(result)) packed.set(result, pack(result))
      return packed.get(result) === state ? done(state) : REFUSED
    },
    text: (state) => state,
    says(state) {
      const members = [...places].flatMap(([text, at]) => (hasBit(state, at) ? [text] : [])).sort(byText)
      return members.length === 0 ? 'the set is empty' : `the set holds ${members.join(', ')}`
    },
  }
}

const BITS = 16

function hasBit(bits: string, place: number): boolean {
  return (((bits.charCodeAt(Math.floor(place / BITS)) || 0) >> (place % BITS)) & 1) === 1
}

function withBit(bits: string, place: number): string {
  const at = Math.floor(place / BITS)
  const padded = bits.padEnd(at + 1, '\0')
  return (
    padded.slice(0, at) +
    String.fromCharCode(padded.charCodeAt(at) | (1 << (place % BITS))) +
    padded.slice(at + 1)
  )
}

/** `add` of a number, which may be negative, and `read` of the sum. */
export function counter(init = 0): SequentialModel<number> {
  return {
    name: 'counter',
    operations: ['add', 'read'],
    reads: ['read'],
    init,
    apply(state, { f, value, result, known }) {
      if (f === 'add') return done(state + Number(value))
      return !known || result === state ? done(state) : REFUSED
    },
    text: String,
    says: (state) => `the counter stands at ${state}`,
  }
}

/** Throws `HistoryProblem` at the first operation that the model does not know. */
export function mustFit(history: readonly HistoryOperation[], model: SequentialModel): void {
  for (const operation of history) {
    const { f, key, value } = operation
    const problem = !model.operations.includes(f)
      ? `a ${model.name} knows ${model.operations.join(', ')}, not ${f}`
      : model.part !== undefined && key === null
        ? `a ${model.name} needs a key with each ${f}`
        : f === 'cas' && (!Array.isArray(value) || value.length !== 2)
          ? 'cas takes [from, to]'
          : model.name === 'counter' && f === 'add' && typeof value !== 'number'
            ? 'a counter adds numbers'
            : null
    if (problem !== null) throw new HistoryProblem(operationName(operation), problem)
  }
}

function pair(value: Json): readonly [Json, Json] {
  return Array.isArray(value) ? [value[0] ?? null, value[1] ?? null] : [null, null]
}
