/** A text being written in a cell: every key does what editors do, and the cursor is always on the screen. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { boxLines, inserted, pressedBox, type TextBox, textBox } from '../../cli/components/textBox.ts'
import { lineWidth } from '../../cli/door.ts'
import { KEYS } from '../../cli/keys.ts'

const at = (text: string): TextBox => ({ text: text.replace('|', ''), cursor: text.indexOf('|'), goal: null })
const shown = ({ text, cursor }: TextBox): string => `${text.slice(0, cursor)}|${text.slice(cursor)}`
const typed = (text: string, ...keys: string[]): string =>
  shown(keys.reduce((box, name) => pressedBox(box, { name, text: '' }), at(text)))

test('up and down come back to their column, over short lines and wide characters, and stop at the ends', () => {
  expect(typed('abcd|ef\nx\nabcdef', 'down')).toBe('abcdef\nx|\nabcdef')
  expect(typed('abcd|ef\nx\nabcdef', 'down', 'down')).toBe('abcdef\nx\nabcd|ef')
  expect(typed('ab|\n語語', 'down')).toBe('ab\n語|語')
  expect(typed('\n|a', 'up', 'up')).toBe('|\na')
  expect(typed('a|b', 'down')).toBe('ab|')
})

test('a line is begun, left, emptied and joined', () => {
  expect(typed('ab|c', 'enter')).toBe('ab\n|c')
  expect(typed('ab\n|c', 'backspace')).toBe('ab|c')
  expect(typed('ab|\nc', 'ctrl-k')).toBe('ab|c')
  expect(typed('ab\ncd|e', 'ctrl-u')).toBe('ab\n|e')
  expect(typed('ab\ncd|e', 'home')).toBe('ab\n|cde')
  expect(typed('a|b\ncd', 'end')).toBe('ab|\ncd')
  expect(shown(inserted(at('a|'), 'b\r\n\tc\u001b[2J'))).toBe('ab\n  c[2J|')
})

test('whatever is pressed, the cursor is in the text and inside the width, and no line is wider', () => {
  const key = fc.constantFrom(...KEYS.edit.flatMap(({ keys }) => keys), 'x', '語', ' ')
  fc.assert(
    fc.property(
      fc.string({ unit: fc.constantFrom('a', ' ', '語', '\n', 'e\u0301') }),
      fc.array(key, { maxLength: 30 }),
      fc.integer({ min: 8, max: 40 }),
      (text, keys, width) => {
        let box = textBox(text)
        for (const name of keys) box = pressedBox(box, { name, text: name.length === 1 ? name : '' })
        expect(box.cursor >= 0 && box.cursor <= box.text.length).toBe(true)
        const { lines, cursor } = boxLines(box, width)
        expect(lines).toHaveLength(box.text.split('\n').length)
        for (const line of lines) expect(lineWidth(line)).toBeLessThanOrEqual(width)
        expect(cursor.x >= 0 && cursor.x < width && cursor.y < lines.length).toBe(true)
      },
    ),
    { numRuns: 300 },
  )
})
