/** What little is promised of some objects: each promise kept and broken, and the few operations that show it. */
import { describe, expect, test } from 'vitest'
import type { Json } from '../../src/base/canonical.ts'
import { echoed, eventualCounter, eventualSet, uniqueIds } from '../../src/history/convergent.ts'
import type { HistoryOperation } from '../../src/history/history.ts'

/** Operations one after the other, unless `at` says when. */
function op(
  process: string,
  f: string,
  value: Json,
  result: Json = null,
  outcome: HistoryOperation['outcome'] = 'ok',
  at = place++,
): HistoryOperation {
  const invoke = 2 * at
  const ended = outcome === 'info' ? null : invoke + 1
  return { process, n: 1, invoke, return: ended, outcome, f, key: null, value, result }
}
let place = 0

describe('echo', () => {
  test('is what was sent', () => {
    expect(echoed([op('c1', 'echo', 'a', 'a'), op('c2', 'echo', 'b', null, 'info')]).kind).toBe('held')
    const lie = op('c2', 'echo', 'b', 'c')
    expect(echoed([op('c1', 'echo', 'a', 'a'), lie])).toEqual({
      kind: 'broken',
      property: 'Echo',
      why: 'c2 sent "b" and was answered "c"',
      witness: [lie],
    })
  })
})

test('a long value is told by its beginning and its length', () => {
  const verdict = echoed([op('c1', 'echo', 'a', 'x'.repeat(1000))])
  expect(verdict).toMatchObject({ why: `c1 sent "a" and was answered "${'x'.repeat(39)}… (1,002 letters)` })
})

describe('ids', () => {
  test('are unique, as JSON values', () => {
    const ids = [1, '1', 1.5, [1], { a: 1, b: 2 }, true]
    expect(uniqueIds(ids.map((id) => op('c1', 'generate', null, id))).kind).toBe('held')
  })

  test.each<[Json, Json]>([
    [1, 1],
    [
      { a: 1, b: 2 },
      { b: 2, a: 1 },
    ],
  ])('%j and %j are the same', (a, b) => {
    const [first, second] = [op('c1', 'generate', null, a), op('c2', 'generate', null, b)]
    expect(uniqueIds([first, op('c3', 'generate', null, 9), second])).toMatchObject({
      kind: 'broken',
      why: expect.stringContaining('c1 and c2 were both given'),
      witness: [first, second],
    })
  })

  test('nobody knows what was not answered', () => {
    const nothing = (outcome: 'info' | 'fail') => op('c1', 'generate', null, null, outcome)
    expect(uniqueIds([nothing('info'), nothing('info'), nothing('fail')]).kind).toBe('held')
  })
})

describe('a set that is to be everywhere in the end', () => {
  const told = op('c1', 'broadcast', 1)
  const unknown = op('c1', 'broadcast', 2, null, 'info')
  const failed = op('c1', 'broadcast', 3, null, 'fail')
  const history = [told, unknown, failed]
  const read = (node: string, ...members: number[]) => op(node, 'read', null, members)

  test('has what was acknowledged, and may have what is unknown', () => {
    expect(eventualSet(history, [read('n1', 1), read('n2', 2, 1)]).kind).toBe('held')
  })

  test('is broken where it lacks what was acknowledged', () => {
    expect(eventualSet(history, [read('n1', 1), read('n2', 2)])).toMatchObject({
      kind: 'broken',
      why: 'n2 never shows 1, though its broadcast was acknowledged',
      witness: [told, { process: 'n2', result: '1 message without 1' }],
    })
  })

  test.each([9, 3])('is broken where it has %d, which nobody has broadcast', (member) => {
    expect(eventualSet(history, [read('n1', 1, member)])).toMatchObject({
      kind: 'broken',
      why: `n1 reads ${member}, which nobody had broadcast by then`,
    })
  })

  test('is broken where a read has it before it was broadcast', () => {
    const early = op('c2', 'read', null, [1], 'ok', told.invoke / 2 - 1)
    expect(eventualSet([early, ...history], [read('n1', 1)]).kind).toBe('broken')
  })
})

test('a set to which is added is told in its own words', () => {
  const added = op('c1', 'add', 1)
  const read = (...members: number[]) => op('n1', 'read', null, members)
  expect(eventualSet([added], [read()])).toMatchObject({
    why: 'n1 never shows 1, though its add was acknowledged',
    witness: [added, { result: '0 members without 1' }],
  })
  expect(eventualSet([added], [read(1, 2)])).toMatchObject({
    why: 'n1 reads 2, which nobody had added by then',
  })
})

describe('a counter from which is taken as well', () => {
  const adds = [op('c1', 'add', 5), op('c1', 'add', -3), op('c2', 'add', -4, null, 'info')]
  const judged = (sum: number) => eventualCounter(adds, [op('n1', 'read', null, sum)])

  test.each([2, -2])('may stand at %d', (sum) => {
    expect(judged(sum).kind).toBe('held')
  })

  test.each([
    [
      5,
      'n1 reads 5 at the end, but 2 were added and acknowledged, and -2 to 2 with those of unknown outcome',
    ],
    [6, 'n1 reads 6, but no more than 5 had been added by then'],
    [-8, 'n1 reads -8, but no less than -7 had been added by then'],
  ])('cannot stand at %d', (sum, why) => {
    expect(judged(sum)).toMatchObject({ kind: 'broken', why })
  })
})

describe('a counter that is to be the same everywhere in the end', () => {
  const adds = [
    op('c1', 'add', 2),
    op('c1', 'add', 3),
    op('c2', 'add', 4, null, 'info'),
    op('c2', 'add', 5, null, 'fail'),
  ]
  const read = (node: string, sum: number) => op(node, 'read', null, sum)

  test.each([5, 9])('may stand at %d', (sum) => {
    expect(eventualCounter(adds, [read('n1', sum), read('n2', sum)]).kind).toBe('held')
  })

  test.each([
    [
      4,
      'n1 reads 4 at the end, but 5 were added and acknowledged, and up to 9 with those of unknown outcome',
    ],
    [7, 'n1 reads 7 at the end'],
    [10, 'n1 reads 10, but no more than 9 had been added by then'],
  ])('cannot stand at %d', (sum, why) => {
    expect(eventualCounter(adds, [read('n1', sum)])).toMatchObject({
      kind: 'broken',
      why: expect.stringContaining(why),
    })
  })

  test('cannot stand at two sums', () => {
    expect(eventualCounter(adds, [read('n1', 5), read('n2', 9)])).toMatchObject({
      kind: 'broken',
      why: 'n1 reads 5 at the end, and n2 reads 9',
    })
  })

  test('cannot show what is added later', () => {
    const early = op('c3', 'read', null, 5, 'ok', adds[1]!.invoke / 2 - 0.75)
    expect(eventualCounter([adds[0]!, early, ...adds.slice(1)], [read('n1', 5)]).kind).toBe('broken')
  })
})
