/** What handlers get to edit of a state, and what is kept of it: against copies made anew each time. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  canonical,
  canonicalJson,
  canonicalText,
  type Json,
  ownJson,
  type Value,
} from '../../src/base/canonical.ts'
import { draftOf, isKeptAs, keptOf, ownDraftOf } from '../../src/base/kept.ts'
import { anyJson, anyValue, edit, partsOf, seen } from './values.ts'

const edits = fc.array(
  fc.tuple(
    fc.nat(),
    fc.nat(),
    fc.oneof(
      anyValue,
      anyJson.map((json) => canonicalJson(json)),
    ),
  ),
  {
    maxLength: 4,
  },
)
const bad = fc.constantFrom(undefined, Number.NaN, () => 1, new Date(0), Symbol('s'))

function edited(draft: unknown, changes: readonly (readonly [number, number, unknown])[]): unknown {
  for (const [at, how, what] of changes) {
    const parts = partsOf(draft)
    if (parts.length > 0) edit(parts[at % parts.length]!, how, what)
  }
  return draft
}

describe('what is kept of an edited draft', () => {
  test('is its canonical copy, in canonical order, and what was kept before is as it was', () => {
    fc.assert(
      fc.property(anyValue, edits, edits, (value, once, again) => {
        let kept = keptOf(value, null)
        expect(seen(kept)).toBe(seen(canonical(value)))
        for (const changes of [once, again]) {
          const before = seen(kept)
          const draft = edited(draftOf(kept), changes)
          const after = keptOf(draft, kept)
          expect(seen(after)).toBe(seen(canonical(draft)))
          expect(seen(kept)).toBe(before)
          kept = after
        }
      }),
      { numRuns: 2000 },
    )
  })

  test('isKeptAs: it is the same value, whatever order it is in', () => {
    let same = 0
    fc.assert(
      fc.property(anyValue, anyValue, edits, fc.boolean(), (value, other, changes, own) => {
        const kept = keptOf(value, null)
        const draft = edited(own ? ownDraftOf(kept) : draftOf(kept), changes)
        for (const [one, is] of [
          [draft, kept],
          [other, kept],
          [draft, keptOf(draft, kept)],
          [draft, canonical(draft)],
        ] as const) {
          const equal = canonicalText(canonical(one)) === canonicalText(is)
          expect(isKeptAs(one, is)).toBe(equal)
          if (equal) same++
        }
      }),
      { numRuns: 2000 },
    )
    expect(same).toBeGreaterThan(4000)
  })

  test('isKeptAs: what is no value is kept as nothing', () => {
    fc.assert(
      fc.property(anyValue, fc.nat(), bad, (value, at, what) => {
        const kept = keptOf({ value: canonical(value) }, null)
        const draft = ownDraftOf(kept)
        const parts = partsOf(draft)
        const part = parts[at % parts.length]!
        if (part instanceof Map) part.set('bad', what)
        else if (part instanceof Set) part.add(what)
        else if (Array.isArray(part)) part.push(what)
        else (part as Record<string, unknown>)['bad'] = what
        expect(isKeptAs(draft, kept)).toBe(false)
      }),
      { numRuns: 500 },
    )
  })
})

describe.each([
  [
    'ownJson, of a message',
    anyJson,
    (value: unknown) => canonicalJson(value),
    (v: unknown) => ownJson(v as Json),
  ],
  [
    'ownDraftOf, of a state',
    anyValue,
    (value: unknown) => keptOf(value, null),
    (v: unknown) => ownDraftOf(v as Value),
  ],
] as const)('%s', (_name, any, keep, ownOf) => {
  test('is the same value, all of it to be edited, and shares nothing with anything', () => {
    fc.assert(
      fc.property(any, edits, (value, changes) => {
        const kept = keep(value)
        const before = seen(kept)
        const own = ownOf(kept)
        expect(seen(own)).toBe(before)
        const shared = new Set([...partsOf(kept), ...partsOf(ownOf(kept))])
        for (const part of partsOf(own)) {
          expect(shared.has(part)).toBe(false)
          expect(Object.isFrozen(part)).toBe(false)
        }
        edited(own, changes)
        for (const part of partsOf(own)) edit(part, 0, 'more')
        expect(seen(kept)).toBe(before)
        expect(seen(ownOf(kept))).toBe(before)
      }),
      { numRuns: 2000 },
    )
  })
})
