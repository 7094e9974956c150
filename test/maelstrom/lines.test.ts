/** Lines out of bytes: however they are cut, and what no line can be. */
import { expect, test } from 'vitest'
import { Lines } from '../../src/maelstrom/lines.ts'

/** What is heard of chunks, and the rest. */
function heard(...chunks: readonly (string | Buffer)[]) {
  const told: string[] = []
  const lines = new Lines({ line: (text) => told.push(text), odd: (problem) => told.push(`odd: ${problem}`) })
  for (const chunk of chunks) lines.take(Buffer.from(chunk))
  return { told, open: lines.open, hasBegun: lines.hasBegun }
}

test('end where they end, however the bytes come', () => {
  const bytes = Buffer.from('{"a":"ä€😀"}\r\n\n  \nnext\nre')
  const whole = heard(bytes)
  expect(whole).toEqual({ told: ['{"a":"ä€😀"}\r', 'next'], open: 're', hasBegun: true })
  expect(heard(...Array.from(bytes, (byte) => Buffer.from([byte])))).toEqual(whole)
})

test('that have not begun are nothing', () => {
  expect(heard()).toEqual({ told: [], open: '', hasBegun: false })
})

test('of bytes that are no UTF-8 are told with what is near, and the next is read', () => {
  const odd = Buffer.concat([Buffer.from('{"echo":"'), Buffer.from([0xff, 0xfe]), Buffer.from('"}\nnext\n')])
  expect(heard(odd).told).toEqual([
    'odd: printed what is no UTF-8, as JSON must be: "{\\"echo\\":\\"\ufffd\ufffd\\"}"',
    'next',
  ])
})

test('without an end are told once they are too long, and kept no longer', () => {
  const chunk = Buffer.alloc(1_000_000, 'x')
  const { told, open } = heard(...Array.from({ length: 17 }, () => chunk), 'y')
  expect(told).toEqual([
    `odd: printed 17000000 bytes without the end of a line; they begin "${'x'.repeat(40)}"`,
  ])
  expect(open).toBe('y')
})
