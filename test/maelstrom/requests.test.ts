/** What comes back to clients: an answer, another one, one too late, or one to nothing. */
import { expect, test } from 'vitest'
import { Requests } from '../../src/maelstrom/requests.ts'

const answer = (id: unknown) => ({ type: 'echo_ok', in_reply_to: id as number })

test('each message to a client is told by the request that it answers', () => {
  const requests = new Requests()
  const taken: unknown[] = []
  const first = requests.open('c1', (body) => {
    taken.push(body)
    requests.close('c1', first)
  })
  const late = requests.open('c1', (body) => taken.push(body))
  requests.close('c1', late)
  expect([first, late]).toEqual([1, 2])
  expect(requests.arrived('n1', 'c1', answer(1))).toBe('answer')
  expect(requests.arrived('n2', 'c1', { ...answer(1), echo: 'other' })).toBe('second')
  expect(requests.arrived('n1', 'c1', answer(2))).toBe('late')
  for (const id of [3, 0, -1, undefined, '1e0', 1.5])
    expect(requests.arrived('n1', 'c1', answer(id))).not.toBe('answer')
  expect(requests.arrived('n1', 'c1', answer(99))).toBe('unasked')
  expect(taken).toEqual([answer(1)])
  expect(requests.secondAnswers).toEqual([
    { node: 'n2', client: 'c1', first: answer(1), second: { ...answer(1), echo: 'other' } },
  ])
  expect([requests.isClient('c1'), requests.isClient('c2')]).toEqual([true, false])
})
