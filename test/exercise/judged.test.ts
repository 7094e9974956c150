/** A deep check looks further where there is something further to look at, and says how far it came. */
import { afterEach, expect, test } from 'vitest'
import { boundText } from '../../src/base/verdict.ts'
import { byHand } from '../../src/exercise/byHand.ts'
import { explored } from '../../src/exercise/judged.ts'
import { PLAIN, setAsked } from '../../src/exercise/told.ts'
import { deposit } from '../../src/protocols/deposit.ts'
import { makeModel } from '../../src/world/protocol.ts'

afterEach(() => setAsked({ ...PLAIN, exercise: '' }))

/** What a check would tell of its searches. */
function bounds(deep: boolean, options: Parameters<typeof explored>[1]): readonly string[] {
  setAsked({ ...PLAIN, exercise: 'deposit', deep })
  const run = byHand(makeModel(deposit)).request('shop', { type: 'pay', id: 'o1' })
  return [...new Set(explored(run, options).verdicts.map(({ kind, bound }) => `${kind} ${boundText(bound)}`))]
}

test('one more of everything that the budgets allow', () => {
  const budgets = { timeouts: 1 }
  expect(bounds(false, { budgets })).toEqual([expect.stringMatching(/; 1 timeout$/)])
  expect(bounds(true, { budgets })).toEqual([
    expect.stringMatching(/; 1 timeout$/),
    expect.stringMatching(/; 2 timeouts$/),
  ])
})

test('where the budgets name nothing there is no second search', () => {
  expect(bounds(true, {})).toEqual(bounds(false, {}))
})
