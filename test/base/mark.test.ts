/** Marks and notes on objects: against a Map of them, and seen by nobody but their maker. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { makeMark, makeNote } from '../../src/base/mark.ts'

const makers: readonly (() => object)[] = [
  () => ({ a: 1 }),
  () => [1, 2],
  () => new Map([['a', 1]]),
  () => new Set(),
]

test('a note is got where it was set, and nowhere else: as a Map would have it', () => {
  const plan = fc.array(fc.tuple(fc.nat(7), fc.nat(2), fc.boolean(), fc.anything()), { maxLength: 30 })
  fc.assert(
    fc.property(plan, (steps) => {
      const notes = [makeNote<unknown>(), makeNote<unknown>(), makeNote<unknown>()]
      const maps = notes.map(() => new Map<object, unknown>())
      const objects = Array.from({ length: 8 }, (_, i) => makers[i % makers.length]!())
      for (const [at, which, freeze, note] of steps) {
        const [object, map] = [objects[at]!, maps[which]!]
        if (!map.has(object) && !Object.isFrozen(object)) {
          notes[which]!.set(object, note)
          map.set(object, note)
        }
        if (freeze) Object.freeze(object)
        for (const [i, known] of maps.entries())
          for (const each of objects) expect(notes[i]!.get(each)).toBe(known.get(each))
      }
    }),
    { numRuns: 300 },
  )
})

test.each(makers.map((make) => [make]))(
  'a mark is on the object it was set on, and not on another',
  (make) => {
    const [mark, other] = [makeMark(), makeMark()]
    const [object, like] = [make(), make()]
    mark.set(object)
    expect([mark.has(object), mark.has(like), other.has(object)]).toEqual([true, false, false])
    Object.freeze(object)
    expect([mark.has(object), other.has(object)]).toEqual([true, false])
  },
)

test('nobody else sees a mark or a note, and copies do not have it', () => {
  const [mark, note] = [makeMark(), makeNote<number>()]
  const object = { a: 1 }
  mark.set(object)
  note.set(object, 7)
  expect(Reflect.ownKeys(object)).toEqual(['a'])
  expect(JSON.stringify(object)).toBe('{"a":1}')
  for (const copy of [
    { ...object },
    structuredClone(object),
    Object.assign({}, object),
    Object.create(object),
  ])
    expect([mark.has(copy), note.get(copy)]).toEqual([false, undefined])
})
