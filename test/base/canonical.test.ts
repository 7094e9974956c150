/** Canonical values: one order, one text, and a clear no to what is not data. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  canonical,
  canonicalJson,
  canonicalText,
  sameCanonical,
  ValueProblem,
} from '../../src/base/canonical.ts'
import { anyJson, partsOf, seen } from './values.ts'

const value = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    fc.constantFrom(null, true, false),
    fc.integer(),
    fc.string(),
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(fc.string(), tie('value'), { maxKeys: 3 }),
    fc.array(fc.tuple(fc.string(), tie('value')), { maxLength: 3 }).map((entries) => new Map(entries)),
    fc.array(fc.string(), { maxLength: 3 }).map((members) => new Set(members)),
  ),
})).value

/** The same value with keys, entries and members put in the other way round. */
function reversed(v: unknown): unknown {
  if (v instanceof Map) return new Map([...v].reverse().map(([k, x]) => [k, reversed(x)]))
  if (v instanceof Set) return new Set([...v].reverse())
  if (Array.isArray(v)) return v.map(reversed)
  if (typeof v === 'object' && v !== null)
    return Object.fromEntries(
      Object.entries(v)
        .reverse()
        .map(([k, x]) => [k, reversed(x)]),
    )
  return v
}

describe('canonical', () => {
  test('the order things were put in does not matter', () => {
    fc.assert(fc.property(value, (v) => void expect(canonicalText(reversed(v))).toBe(canonicalText(v))))
    fc.assert(
      fc.property(value, (v) => void expect(iterated(canonical(reversed(v)))).toBe(iterated(canonical(v)))),
    )
  })

  test('copying changes nothing that can be seen', () => {
    fc.assert(fc.property(value, (v) => void expect(canonicalText(canonical(v))).toBe(canonicalText(v))))
  })

  test('different values have different texts', () => {
    fc.assert(
      fc.property(
        value,
        value,
        (a, b) =>
          void expect(canonicalText(a) === canonicalText(b)).toBe(
            iterated(canonical(a)) === iterated(canonical(b)),
          ),
      ),
    )
  })

  test('keys that look like numbers come first, as JavaScript has it', () => {
    expect(Object.keys(canonical({ b: 1, '10': 2, a: 3, '9': 4 }) as object)).toEqual(['9', '10', 'a', 'b'])
  })
})

/** The value as a handler would iterate over it. */
function iterated(v: unknown): string {
  if (v instanceof Map) return `M(${[...v].map(([k, x]) => `${iterated(k)}:${iterated(x)}`).join()})`
  if (v instanceof Set) return `S(${[...v].map(iterated).join()})`
  if (Array.isArray(v)) return `[${v.map(iterated).join()}]`
  if (typeof v === 'object' && v !== null)
    return `{${Object.entries(v)
      .map(([k, x]) => `${JSON.stringify(k)}:${iterated(x)}`)
      .join()}}`
  return JSON.stringify(v)
}

test('a message is what sorting its keys gives, whatever records of its type had before, and frozen all through', () => {
  const sorted = (v: unknown): unknown => {
    if (Array.isArray(v)) return v.map(sorted)
    if (typeof v !== 'object' || v === null) return Object.is(v, -0) ? 0 : v
    return Object.fromEntries(
      Object.keys(v)
        .sort()
        .map((key) => [key, sorted((v as Record<string, unknown>)[key])]),
    )
  }
  const typed = fc.tuple(fc.constantFrom('vote', 'ack'), fc.array(anyJson, { maxLength: 4 }), fc.boolean())
  const record = typed.map(([type, [a, b, c], late]) => (late ? { b, a, c, type } : { type, c, a, b }))
  const strip = (v: Record<string, unknown>) =>
    Object.fromEntries(Object.entries(v).filter(([, item]) => item !== undefined))
  fc.assert(
    fc.property(fc.oneof(anyJson, record.map(strip)), (json) => {
      const message = canonicalJson(json)
      expect(seen(message)).toBe(seen(sorted(json)))
      expect(partsOf(message).every(Object.isFrozen)).toBe(true)
      expect(seen(canonical(json))).toBe(seen(sorted(json)))
    }),
    { numRuns: 3000 },
  )
})

test('quick equality is equality of texts', () => {
  fc.assert(
    fc.property(value, value, (a, b) => {
      const [x, y] = [canonical(a), canonical(b)]
      expect(sameCanonical(x, y)).toBe(canonicalText(x) === canonicalText(y))
      expect(sameCanonical(x, canonical(a))).toBe(true)
    }),
  )
})

describe('what is not data is named with its path', () => {
  const cycle: Record<string, unknown> = {}
  cycle['self'] = { back: cycle }
  test.each([
    [
      'undefined',
      { log: [{ term: undefined }] },
      'state.log[0].term is undefined: use null for "nothing", or leave the field out',
    ],
    ['a function', { next: () => 1 }, 'state.next is a function'],
    ['NaN', { x: Number.NaN }, 'state.x is NaN: keep finite numbers only'],
    ['a cycle', cycle, 'state.self.back is a cycle'],
    ['a class', { at: new Date(0) }, 'state.at is a Date'],
    ['a promise', { p: Promise.resolve(1) }, 'state.p is a promise'],
    ['inside a Map', new Map([['k', { x: undefined }]]), 'state.get("k").x is undefined'],
  ])('%s', (_name, bad, message) => {
    expect(() => canonical(bad, 'state')).toThrow(ValueProblem)
    expect(() => canonical(bad, 'state')).toThrow(message)
  })

  test('a Map cannot travel in a message', () => {
    expect(() => canonicalJson({ type: 'x', votes: new Map() })).toThrow(
      'message.votes is a Map: messages and disks hold JSON',
    )
  })

  test('messages are frozen, and frozen parts are shared', () => {
    const inner = canonicalJson({ a: [1] }) as { a: number[] }
    const outer = canonicalJson({ type: 'x', inner }) as { inner: object }
    expect(Object.isFrozen(outer)).toBe(true)
    expect(() => inner.a.push(2)).toThrow()
  })
})
