/** plain copies what canonical allows, and runs nothing of what it copies. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { canonical, canonicalText, ValueProblem } from '../../src/base/canonical.ts'
import { plain, textOf } from '../../src/sandbox/plain.ts'

const values = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.constant(null),
    fc.boolean(),
    fc.string(),
    fc.integer(),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(
      fc.string().filter((key) => key !== '__proto__'),
      tie('value'),
      { maxKeys: 4 },
    ),
    fc.array(fc.tuple(tie('value'), tie('value')), { maxLength: 3 }).map((entries) => new Map(entries)),
    fc.array(tie('value'), { maxLength: 3 }).map((members) => new Set(members)),
  ),
})).value

test('a copy is equal, and shares nothing', () => {
  fc.assert(
    fc.property(values, (value) => {
      const copy = plain(value, 'it')
      expect(canonicalText(canonical(copy))).toBe(canonicalText(canonical(value)))
      if (typeof value === 'object' && value !== null) expect(copy).not.toBe(value)
    }),
    { numRuns: 2000 },
  )
})

const ran = () => {
  throw new Error('it ran')
}
const trap = new Proxy(
  {},
  { get: ran, getPrototypeOf: ran, ownKeys: ran, has: ran, getOwnPropertyDescriptor: ran },
)

describe('is refused, and not run', () => {
  const shared: unknown[] = [1]
  for (let i = 0; i < 40; i++) shared[0] = [shared[0], shared[0]]
  let deep: unknown = 1
  for (let i = 0; i < 300; i++) deep = [deep]
  const CASES: readonly (readonly [unknown, string])[] = [
    [
      {
        a: {
          get b() {
            return ran()
          },
        },
      },
      'it.a.b is a getter',
    ],
    [[1, trap], 'it[1] is a proxy'],
    [new Proxy(() => {}, { apply: ran }), 'it is a proxy'],
    [Object.create(trap), 'it is a class'],
    [Object.create(Object.create(trap)), 'it is a class'],
    [new Map([['k', { toJSON: ran }]]), 'it.get(k).toJSON is a function'],
    [new Map([[trap, 1]]), 'is a proxy'],
    [new Set([() => 1]), 'it member a function is a function'],
    [{ x: undefined }, 'it.x is undefined'],
    [new Array(1), 'it[0] is undefined'],
    [{ [Symbol.toPrimitive]: ran, x: 1n }, 'it.x is a bigint'],
    [new (class Counter {})(), 'it is a Counter'],
    [Object.defineProperty(new (class {})(), 'constructor', { get: ran }), 'it is a class'],
    [Promise.resolve(), 'it is a promise'],
    [shared, 'it is too large, with more than 200,000 values'],
    [deep, 'it is nested more than 200 levels deep'],
    [JSON.parse('{"__proto__":{}}'), 'it.__proto__ is a name that is not allowed'],
  ]
  for (const [value, says] of CASES)
    test(says, () => {
      expect(() => plain(value, 'it')).toThrow(ValueProblem)
      expect(() => plain(value, 'it')).toThrow(says)
      expect(textOf(value)).toMatch(
        /^(?:a function|something that is not in reach here|an object that is no plain data: it)/,
      )
    })
})

test('a Map that was given another walk is walked by the language', () => {
  const map = Object.assign(new Map([[1, 2]]), { forEach: ran, [Symbol.iterator]: ran })
  expect(plain(map, 'it')).toEqual(new Map([[1, 2]]))
})
