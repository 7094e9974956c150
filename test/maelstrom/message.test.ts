/** Messages of Maelstrom's protocol: read strictly, and told in one sentence what is wrong with a line. */
import { describe, expect, test } from 'vitest'
import { ERROR, isDefinite, messageLine, readMessage } from '../../src/maelstrom/message.ts'

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

describe('an error', () => {
  test.each([ERROR.timeout, ERROR.crash, 1000, 99, null, '11'])('%s leaves the outcome open', (code) => {
    expect(isDefinite(code)).toBe(false)
  })

  // doc/protocol.md and resources/errors.edn of Maelstrom call these definite.
  test.each([1, 10, 11, 12, 14, 20, 21, 22, 30])('%s says that it never happens', (code) => {
    expect(isDefinite(code)).toBe(true)
  })
})
