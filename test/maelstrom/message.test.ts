/** Messages of Maelstrom's protocol: read strictly, and told in one sentence what is wrong with a line. */
import { describe, expect, test } from 'vitest'
import {
  digits,
  ERROR,
  isDefinite,
  lineShown,
  messageLine,
  readEnvelope,
  readMessage,
  shown,
} from '../../src/maelstrom/message.ts'

test('a message is one line, and is read as it was written', () => {
  const message = { src: 'n1', dest: 'c1', body: { type: 'read_ok', in_reply_to: 3, value: ['a\nb'] } }
  const line = messageLine(message)
  expect(line.trimEnd()).not.toContain('\n')
  expect(readMessage(line)).toEqual(message)
})

test.each([
  ['hello', 'it is no JSON'],
  ['[1]', 'a message is a JSON object with "src", "dest" and "body"'],
  ['{"dest":"n1","body":{"type":"x"}}', 'its "src" is not the name of a node: nothing'],
  ['{"src":"n1","dest":7,"body":{"type":"x"}}', 'its "dest" is not the name of a node: 7'],
  ['{"src":"n1","dest":"n2","body":[]}', 'its "body" is no JSON object: []'],
  ['{"src":"n1","dest":"n2","body":{"a":1}}', 'its body has no "type": {"a":1}'],
  ['{"src":"n1","dest":"n2","body":{"type":"x","msg_id":"1"}}', 'its "msg_id" is not an integer: "1"'],
  [
    '{"src":"n1","dest":"n2","body":{"type":"x","in_reply_to":0.5}}',
    'its "in_reply_to" is not an integer: 0.5',
  ],
])('%s is no message', (line, why) => {
  expect(readMessage(line)).toBe(why)
})

describe('a number that no double holds', () => {
  const line = (value: string) =>
    `{"src":"n1","dest":"c1","body":{"type":"x","msg_id":${value},"value":[${value},1.5]}}`

  test.each(['9007199254740993', '-4919460546656338177', '1180591620717411303424', '1e400'])(
    '%s is written as it was read, and compared by its digits',
    (value) => {
      const read = readMessage(line('1').replace('[1,', `[${value},`), true)
      if (typeof read === 'string') throw new Error(read)
      expect(messageLine(read)).toContain(`"value":[${value},1.5]`)
      expect(digits(read.body['value']!)).toEqual([value, 1.5])
    },
  )

  test('may be an id', () => {
    expect(readMessage(line('1180591620717411303424'), true)).not.toBeTypeOf('string')
    expect(readMessage(line('1e400'), true)).toBe('its "msg_id" is not an integer: 1e400')
  })

  test('is nothing that others are', () => {
    for (const value of ['9007199254740991', '-3', '1e3', '0.1234567890123456789'])
      expect(readMessage(line('1').replace('[1,', `[${value},`), true)).toMatchObject({
        body: { value: [Number(value), 1.5] },
      })
  })
})

test('what nodes say to each other needs no type, and its ids may be anything', () => {
  const line = '{"src":"n1","dest":"n2","body":{"msg_id":"8a-1","in_reply_to":{}}}'
  expect(readEnvelope(line)).toMatchObject({ body: { msg_id: '8a-1' } })
  expect(readMessage(line)).toBe('its body has no "type": {"msg_id":"8a-1","in_reply_to":{}}')
})

test('what lies too deep is no message, and can be told', () => {
  const deep = (n: number) => `${'['.repeat(n)}"[[\\"[["${']'.repeat(n)}`
  const line = (n: number) => `{"src":"n1","dest":"c1","body":{"type":"x","value":${deep(n)}}}`
  expect(readMessage(line(998))).not.toBeTypeOf('string')
  expect(readMessage(line(999))).toBe(
    'its values lie 1001 deep in each other, and no more than 1000 are read',
  )
  expect(shown(JSON.parse(deep(100_000)))).toBe('a value that lies too deep in others')
})

test('a line is shown as it is where it can be read', () => {
  expect(lineShown('{"a":"b"}')).toBe('{"a":"b"}')
  expect(lineShown('{"a":"\u001b[2J"}')).toBe('"{\\"a\\":\\"\\u001b[2J\\"}"')
  expect(lineShown('hello')).toBe('"hello"')
  expect(lineShown(`{${'x'.repeat(200)}`)).toBe(`{${'x'.repeat(118)}…`)
})

describe('an error', () => {
  test.each([ERROR.timeout, ERROR.crash, 1000, 99, null, '11'])('%s leaves the outcome open', (code) => {
    expect(isDefinite(code)).toBe(false)
  })

  // doc/protocol.md and resources/errors.edn of Maelstrom call these definite.
  test.each([1, 10, 11, 12, 14, 20, 21, 22, 30])('%s says that it never happens', (code) => {
    expect(isDefinite(code)).toBe(true)
  })
})
