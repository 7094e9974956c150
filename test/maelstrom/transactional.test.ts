/** The workloads of transactions: what is asked, and which answers are none. */
import { describe, expect, test } from 'vitest'
import { randomStream } from '../../src/base/random.ts'
import { WORKLOADS } from '../../src/maelstrom/workloads.ts'

const lists = WORKLOADS['txn-list-append']!
const registers = WORKLOADS['txn-rw-register']!

test.each([
  ['append', lists],
  ['w', registers],
])('one to four steps on a few keys, and no value twice: %s', (verb, workload) => {
  const dice = randomStream(1, 'test')
  const all = Array.from(
    { length: 500 },
    (_, i) => workload.draw(dice, i + 1)['txn'] as [string, number, number][],
  )
  expect(new Set(all.map((txn) => txn.length))).toEqual(new Set([1, 2, 3, 4]))
  const steps = all.flat()
  expect(new Set(steps.map(([f]) => f))).toEqual(new Set(['r', verb]))
  expect(steps.every(([f, key, value]) => Number.isInteger(key) && (f === 'r') === (value === null))).toBe(
    true,
  )
  const written = steps.filter(([f]) => f === verb).map(([, , value]) => value)
  expect(new Set(written).size).toBe(written.length)
})

describe('an answer', () => {
  const request = {
    type: 'txn',
    txn: [
      ['r', 1, null],
      ['append', 2, 7],
    ],
  } as const
  const call = (txn: unknown) => lists.call(request, { type: 'txn_ok', txn: txn as [] })

  test('fills in what was read; without one nothing of it is known', () => {
    const asked = [
      ['read', '1', null],
      ['append', '2', 7],
    ]
    expect(lists.call(request, null)).toMatchObject({ f: 'txn', value: asked })
    expect(
      call([
        ['r', 1, [3]],
        ['append', 2, 7],
      ]),
    ).toMatchObject({ value: [['read', '1', [3]], asked[1]] })
    expect(
      call([
        ['r', 1, null],
        ['append', 2, 7],
      ]),
    ).toMatchObject({ value: asked })
  })

  test.each([
    [undefined, 'its "txn" has not the 2 steps that were asked for: nothing'],
    [[['r', 1, null]], 'its "txn" has not the 2 steps that were asked for: [["r",1,null]]'],
    [
      [
        ['r', 2, null],
        ['append', 2, 7],
      ],
      'step 1 of its "txn" is ["r",2,null], and ["r",1,null] was asked for',
    ],
    [
      [
        ['r', 1, null],
        ['append', 2, 8],
      ],
      'step 2 of its "txn" is ["append",2,8], and ["append",2,7] was asked for',
    ],
    [[['r', 1, null], 7], 'step 2 of its "txn" is 7, and ["append",2,7] was asked for'],
    [
      [
        ['r', 1, 3],
        ['append', 2, 7],
      ],
      'step 1 of its "txn" reads no list: ["r",1,3]',
    ],
  ])('%j is none', (txn, why) => {
    expect(call(txn)).toBe(why)
  })

  test('of registers reads any value', () => {
    const asked = { type: 'txn', txn: [['r', 1, null]] } as const
    expect(registers.call(asked, { type: 'txn_ok', txn: [['r', 1, 3]] })).toMatchObject({
      value: [['read', '1', 3]],
    })
  })
})
