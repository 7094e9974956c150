/** How wide a text is: the short way for simple texts says what the library says. */
import fc from 'fast-check'
import stringWidth from 'string-width'
import { expect, test } from 'vitest'
import { textWidth } from '../../src/draw/wrap.ts'

test('of every single character, and of pairs', () => {
  const wrong: string[] = []
  for (let code = 0x20; code < 0x3000; code++) {
    const character = String.fromCharCode(code)
    for (const text of [character, `a${character}`, `${character}─`])
      if (textWidth(text) !== stringWidth(text, { countAnsiEscapeCodes: true })) wrong.push(text)
  }
  expect(wrong).toEqual([])
})

test('of any text', () => {
  const simple = fc.constantFrom(...'ab 1~─│┼●○▶◀✓✗→…·é你👍\u0301\ufe0f\u200d')
  fc.assert(
    fc.property(fc.array(simple, { maxLength: 12 }), (characters) => {
      const text = characters.join('')
      expect(textWidth(text)).toBe(stringWidth(text, { countAnsiEscapeCodes: true }))
    }),
    { numRuns: 2_000 },
  )
})
