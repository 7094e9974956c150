/** Files from elsewhere that are no history, or an odd one: understood, or told at the line where that shows. */
import { describe, expect, test } from 'vitest'
import type { Json } from '../../src/base/canonical.ts'
import { DEEPEST, EdnReader } from '../../src/history/foreign/edn.ts'
import { readForeign } from '../../src/history/foreign/foreign.ts'
import { judgeForeign, judgeTransactions } from '../../src/history/foreign/judgeForeign.ts'
import { exactNumber } from '../../src/history/foreign/number.ts'
import { ForeignProblem } from '../../src/history/foreign/problem.ts'
import { valueText } from '../../src/history/history.ts'

const op = (type: string, process: string, f: string, value: string, more = '') =>
  `{:type :${type}, :process ${process}, :f :${f}, :value ${value}${more}}\n`
const wrote = (value: string) => op('invoke', '0', 'write', value) + op('ok', '0', 'write', value)
const read = (value: string) => op('invoke', '1', 'read', 'nil') + op('ok', '1', 'read', value)
const good = wrote('1') + read('1')
const jsonOp = (type: string, f: string, value: string) =>
  `{"type":"${type}","process":0,"f":"${f}","value":${value}}\n`
const jsonRun = (written: string, found: string) =>
  jsonOp('invoke', 'write', written) +
  jsonOp('ok', 'write', written) +
  jsonOp('invoke', 'read', 'null') +
  jsonOp('ok', 'read', found)

/** What is read of bytes as UTF-8, as of a file. */
const asUtf8 = (bytes: readonly number[]) => Buffer.from(bytes).toString('utf8')
const utf16 = (text: string, bigEndian = false) => {
  const bytes = Buffer.from(`\ufeff${text}`, 'utf16le')
  return (bigEndian ? bytes.swap16() : bytes).toString('utf8')
}
const nested = (count: number) => '['.repeat(count) + ']'.repeat(count)

describe('is told, with its line', () => {
  test.each<[string, string, string]>([
    ['UTF-16', utf16(good), 'line 1: this is UTF-16; write it as UTF-8'],
    ['UTF-16 the other way round', utf16(good, true), 'line 1: this is UTF-16; write it as UTF-8'],
    ['UTF-16 without its mark', utf16(good).slice(2), 'line 1: this is UTF-16; write it as UTF-8'],
    ['gzip', asUtf8([0x1f, 0x8b, 8, 0, 0, 0, 0, 0]), 'line 1: this file is compressed; unpack it first'],
    ['zip', asUtf8([0x50, 0x4b, 3, 4, 20, 0]), 'line 1: this file is compressed; unpack it first'],
    ['zstd', asUtf8([0x28, 0xb5, 0x2f, 0xfd, 4]), 'line 1: this file is compressed; unpack it first'],
    ['a byte 0', `${wrote('1')}\0`, 'line 3: a byte 0, so this is no text; write the file as text in UTF-8'],
    ['Latin-1', wrote(`"caf${asUtf8([0xe9])}"`), 'line 1: a byte that is no UTF-8'],
    [
      'nothing but comments',
      '; a run\n',
      'line 1: there is no operation in this file; a history has a map for',
    ],
    [
      'only the nemesis',
      op('info', ':nemesis', 'start', 'nil'),
      'line 1: only the nemesis does anything here; a history has',
    ],
    ['100,000 brackets', nested(100_000), `line 1: forms lie more than ${DEEPEST} deep in forms`],
    ['a value of 100,000 brackets', good + wrote(nested(100_000)), 'line 5: forms lie more than 200 deep'],
    ['100,000 tags', '#a '.repeat(100_000), 'line 1: forms lie more than 200 deep'],
    ['100,000 forms left out', '#_'.repeat(100_000), 'line 1: forms lie more than 200 deep'],
    [
      'a value of 100,000 brackets in JSON',
      jsonRun('1', '1') + jsonOp('invoke', 'write', nested(100_000)),
      'line 5: values lie more than 200 deep in values',
    ],
    ['words behind the vector', `[${good}]\nmore`, 'line 6: more stands behind the vector of operations'],
    [
      'a second vector',
      `[${good}]\n[${good}]`,
      'line 6: more stands behind the vector of operations; one file has',
    ],
    [
      'an index twice',
      op('invoke', '0', 'write', '1', ', :index 4') + op('ok', '0', 'write', '1', ', :index 4'),
      'line 2: the index 4 again, as at line 1; one history has each index once',
    ],
    [
      'an index that goes back',
      op('invoke', '0', 'write', '1', ', :index 4') + op('ok', '0', 'write', '1', ', :index 3'),
      'line 2: the index 3 after 4 at line 1; sort by index',
    ],
    [
      'a word that is another model',
      wrote('1').replaceAll(':write', ':reg/write'),
      'line 1: a register knows',
    ],
    [
      'a process that is a list',
      op('invoke', '[1]', 'read', 'nil'),
      'line 1: "process" is the number or name',
    ],
    [
      'no history at all',
      '<html><body>404</body></html>',
      'line 1: an operation is a map with type, process',
    ],
    [
      'a map around it',
      `{:history [${good}]}`,
      'line 1: "type" is one of invoke, ok, fail, info, not nothing',
    ],
  ])('%s', (_what, text, message) => {
    const judging = () => judgeForeign(text, 'register')
    expect(judging).toThrow(ForeignProblem)
    expect(judging).toThrow(message)
  })

  test('in one line, whatever the file puts into the sentence', () => {
    const text = op('invoke', '"a\\nb"', 'read', 'nil').repeat(2)
    expect(() => judgeForeign(text, 'register')).toThrow('line 2: a b asks before it was told of a b.1')
  })
})

describe('is understood', () => {
  const held = (text: string, model = 'register') => judgeForeign(text, model).verdict.kind

  test.each<[string, string]>([
    ['a mark at the beginning', `\ufeff${good}`],
    ['a mark before JSON', `\ufeff${jsonRun('1', '1')}`],
    ['line ends of Windows', good.replaceAll('\n', '\r\n')],
    ['JSON with line ends of Windows', jsonRun('1', '1').replaceAll('\n', '\r\n')],
    ['comments between and behind', `; so\n${good.replaceAll('\n', ' ; then\n')}`],
    ['a form that is left out', `${good}#_ {:type :no}\n#_#_ 1 2\n`],
    ['what is said about a map', good.replaceAll('{', '^{:line 1} {')],
    ['a list of operations', `(${good})`],
    ['records', good.replaceAll('{', '#jepsen.history.Op{')],
    [
      'a moment',
      wrote('#inst "2020-01-01T00:00:00.000-00:00"') + read('#inst "2020-01-01T00:00:00.000-00:00"'),
    ],
    ['a ratio', wrote('1/2') + read('1/2')],
    ['a character', wrote('\\a') + read('\\a')],
    ['a keyword with a namespace', wrote(':a.b/c') + read(':a.b/c')],
    ['a set, whatever its order', wrote('#{1 2}') + read('#{2 1}')],
    ['a number that is none', wrote('##NaN') + read('##NaN')],
    ['a key that is nil', good.replaceAll('{', '{nil 1, ')],
    [
      'times that go back',
      op('invoke', '0', 'write', '1', ', :time 9') + op('ok', '0', 'write', '1', ', :time 3') + read('1'),
    ],
    ['an index that says nothing', good.replaceAll('{', '{:index -1, ')],
    ['whole numbers beyond a double', wrote('12345678901234567890') + read('12345678901234567890N')],
    [
      'log lines with tabs',
      '\tINFO  jepsen.util - 0\t:invoke\t:read\tnil\nINFO  jepsen.util - 0\t:ok\t:read\tnil',
    ],
  ])('%s', (_what, text) => {
    expect(held(text)).toBe('held')
  })

  test('a key and its value together, as of independent keys', () => {
    expect(
      held(good.replaceAll(':value 1', ':value [7 1]').replaceAll(':value nil', ':value [7 nil]'), 'kv'),
    ).toBe('held')
    const tagged = good.replaceAll(':value 1', ':value #jepsen.independent.Tuple [7 1]')
    expect(held(tagged.replaceAll(':value nil', ':value [7 nil]'), 'kv')).toBe('held')
  })

  test("transactions as Jepsen's newer histories have them", () => {
    const more = (index: number) => `, :index ${index}, :time ${index}000`
    const text =
      op('invoke', '0', 'txn', '[[:append 5 1] [:r 5 nil]]', more(0)) +
      op('info', ':nemesis', 'start-partition', '[:isolated {"n1" #{"n2"}}]', more(1)) +
      op('ok', '0', 'txn', '[[:append 5 1] [:r 5 [1]]]', more(2))
    expect(judgeTransactions(text, 'list-append').verdict.kind).toBe('held')
  })

  test.each([
    ['whole', '12345678901234567890', '12345678901234567891'],
    ['with a point', '0.12345678901234567891', '0.12345678901234567892'],
    ['tiny', '1e-400', '2e-400'],
    ['huge', '1e400', '2e400'],
  ])('two numbers that a double takes for one are two: %s', (_what, written, found) => {
    for (const run of [wrote(written) + read(found), jsonRun(written, found)]) {
      expect(held(run)).toBe('broken')
      expect(held(run.replaceAll(found, written))).toBe('held')
    }
  })
})

test.each<[string, Json]>([
  ['007', 7],
  ['+5', 5],
  ['-9007199254740993', '-9007199254740993'],
  ['+9007199254740993', '9007199254740993'],
  ['1.50', 1.5],
  ['0.0', 0],
  ['1e21', '1e21'],
  ['1x', null],
])('%s is kept exactly', (text, value) => {
  expect(exactNumber(text)).toBe(value)
})

test('maps of a namespace and what is not finite', () => {
  const all = (text: string) => new EdnReader(text).next()
  expect(all('#:jepsen{:a 1}')).toEqual({ a: 1 })
  expect(all('[##Inf ##-Inf]')).toEqual(['##Inf', '##-Inf'])
  expect(all('#{3 [1] "a" 2}')).toEqual(all('#{"a" 2 3 [1]}'))
})

describe('what is long is cut in sentences', () => {
  test('a text of 100,000 letters', () => {
    const { verdict } = judgeForeign(read(`"${'x'.repeat(100_000)}"`), 'register')
    expect(verdict).toMatchObject({
      kind: 'broken',
      why: expect.stringContaining('x… (100,002 letters), but nobody'),
    })
    if (verdict.kind === 'broken') expect(verdict.why.length).toBeLessThan(200)
  })

  test('a list shows its two ends; a sign of two halves is not cut in half', () => {
    expect(valueText(Array.from({ length: 500 }, (_, i) => i))).toBe('[0,1,2,… 494 more …,497,498,499]')
    expect(valueText('😀'.repeat(100))).toBe(`"${'😀'.repeat(19)}… (202 letters)`)
    expect(valueText(Array.from({ length: 6 }, () => 'y'.repeat(30)))).toMatch(
      /^\["y+","y+… \(199 letters\)$/,
    )
  })
})

test('only the questions are asked: readForeign leaves the nemesis out', () => {
  const text =
    op('info', ':nemesis', 'start', 'nil', ', :index 0') + op('invoke', '3', 'read', 'nil', ', :index 1')
  expect(readForeign(text)).toMatchObject([{ process: 'p3', place: 'line 2' }])
})
