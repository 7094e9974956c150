/** Histories as pictures: what was asked and told, whoever made it and whatever is in it. */
import { expect, test } from 'vitest'
import type { Json } from '../../src/base/canonical.ts'
import { historyView } from '../../src/draw/history.ts'
import type { HistoryOperation } from '../../src/history/history.ts'

const one = (f: string, value: Json, result: Json): HistoryOperation => {
  return { process: 'c1', n: 1, invoke: 0, return: 1, outcome: 'ok', f, key: null, value, result }
}
const texts = (operation: HistoryOperation) =>
  historyView([operation]).rows.map(({ what }) => (what.kind === 'mark' ? what.text : ''))

test.each<[string, Json, Json, readonly string[]]>([
  ['read', null, 7, ['read', '7']],
  ['write', 7, null, ['write 7', 'ok']],
  ['echo', 'a', 'b', ['echo a', 'b']],
  ['generate', null, 'n1-4', ['generate', 'n1-4']],
  ['broadcast', 3, null, ['broadcast 3', 'ok']],
])('%s of %j that tells %j', (f, value, result, shown) => {
  expect(texts(one(f, value, result))).toEqual(shown)
})

test('what a program has answered reaches no terminal as it is', () => {
  expect(texts(one('echo', 'a', '\u001b[2Jred\nand\tmore\u0007'))).toEqual(['echo a', '[2Jred and  more'])
})
