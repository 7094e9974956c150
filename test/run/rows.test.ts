/** Rows: a fingerprint kept in step is the fingerprint, and what is stored is read again, wide numbers too. */
import { expect, test } from 'vitest'
import { randomStream } from '../../src/base/random.ts'
import { Pairs } from '../../src/run/pairs.ts'
import { Integers, Row, RowSet } from '../../src/run/rows.ts'

const FIXED = 4

test('a row that was changed step by step has the fingerprint of one that was made whole, and is read back', () => {
  const dice = randomStream(1, 'rows')
  const id = () => (dice.chance(0.2) ? dice.integer(65_530, 2 ** 31 - 2) : dice.integer(0, 40))
  const rows = new RowSet(true)
  const row = new Row(FIXED)
  row.fill([0, 0, 0, 0])
  for (let step = 0; step < 3000; step++) {
    const wire = row.length - FIXED
    const what = dice.integer(0, 2)
    if (what === 0) row.set(dice.integer(0, FIXED - 1), id())
    else if (what === 1 || wire === 0) row.insert(FIXED + dice.integer(0, wire), id())
    else row.remove(FIXED + dice.integer(0, wire - 1))
    const whole = new Row(FIXED)
    whole.fill([...row.cells.subarray(0, row.length)])
    expect([row.lane0, row.lane1]).toEqual([whole.lane0, whole.lane1])
    const index = rows.add(row, step)
    const kept = rows.read(index, new Row(FIXED))
    expect([...kept.cells.subarray(0, kept.length)]).toEqual([...row.cells.subarray(0, row.length)])
    expect(rows.equals(index, row)).toBe(true)
  }
})

test('a list of integers keeps all of them while its first chunk grows, and takes no more than four times the room', () => {
  const list = new Integers()
  expect(list.bytes).toBe(0)
  // Over the end of the first chunk, which has 2 ** 20 places when it is whole.
  const end = 2 ** 20 + 5
  for (let i = 0; i < end; i++) {
    list.push(i ^ 0x5555)
    if (i >= 1024 && i < 2 ** 20 && list.bytes > 16 * (i + 1)) expect.fail(`${list.bytes} bytes for ${i + 1}`)
  }
  expect(list.bytes).toBe(2 * 4 * 2 ** 20)
  for (let i = 0; i < end; i++)
    if (list.get(i) !== (i ^ 0x5555)) expect.fail(`place ${i} holds ${list.get(i)}`)
})

test('pairs are a map', () => {
  const dice = randomStream(1, 'pairs')
  const pairs = new Pairs()
  const map = new Map<string, number>()
  for (let i = 0; i < 5000; i++) {
    const [a, b] = [dice.integer(0, 60), dice.integer(0, 60)]
    const known = map.get(`${a} ${b}`) ?? -1
    expect(pairs.get(a, b)).toBe(known)
    if (known >= 0) continue
    pairs.add(a, b, i)
    map.set(`${a} ${b}`, i)
  }
})
