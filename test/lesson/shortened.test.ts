/** What is kept of a cell that printed too much: as much as fits, and a sentence that says so. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type View, viewText } from '../../src/index.ts'
import type { KeptCell } from '../../src/lesson/keptNotebook.ts'
import { MOST_CHARACTERS, shortened } from '../../src/lesson/shortened.ts'

const line = (text: string): View => ({ kind: 'lines', lines: [[{ text, tone: 'plain' }]] })

function cellWith(output: View | null, typed: KeptCell['typed'] = []): KeptCell {
  const still = { verdicts: [], problem: null, answer: null, goal: null }
  return { id: 'one', source: 'show state', above: '', status: 'done', output, typed, ...still }
}

const exchange = (n: number, length: number): KeptCell['typed'][number] => ({
  line: `line ${n}`,
  output: line('x'.repeat(length)),
  note: null,
  problem: null,
})

test('what is not too long is kept as it is', () => {
  const cell = cellWith(line('x'.repeat(MOST_CHARACTERS - 1_000)), [exchange(1, 100)])
  expect(shortened(cell)).toBe(cell)
})

test('an output of half a million characters is cut between its lines, and says how much is missing', () => {
  const output: View = {
    kind: 'lines',
    lines: Array.from({ length: 5_000 }, (_, i) => [{ text: `${i} ${'x'.repeat(95)}`, tone: 'plain' }]),
  }
  const kept = shortened(cellWith(output))
  const lines = viewText(kept.output!, { width: 200 }).split('\n')
  expect(lines[0]).toMatch(/^0 x+$/)
  expect(lines.at(-1)).toMatch(
    /^Cut here: \d\d\d,\d\d\d more characters are too many to be kept in a notebook. Run it again to see them.$/,
  )
  expect(lines.length).toBeGreaterThan(2_000)
  expect(JSON.stringify(kept).length).toBeLessThanOrEqual(MOST_CHARACTERS)
})

test('of lines that were typed the outputs of the last are kept, and those before say that they are cut', () => {
  const typed = Array.from({ length: 10 }, (_, i) => exchange(i, 100_000))
  const kept = shortened(cellWith(null, typed)).typed
  expect(kept.map((one) => one.line)).toEqual(typed.map((one) => one.line))
  expect(kept.slice(-3)).toEqual(typed.slice(-3))
  for (const { output } of kept.slice(0, -3)) expect(viewText(output!, { width: 200 })).toMatch(/^Cut here: /)
})

test('whatever the sizes are, it fits', () => {
  const size = fc.integer({ min: 0, max: 3_000 })
  const stack = fc
    .array(size)
    .map((sizes): View => ({ kind: 'stack', views: sizes.map((n) => line('y'.repeat(n))) }))
  fc.assert(
    fc.property(stack, fc.array(size, { maxLength: 20 }), (output, sizes) => {
      const typed = sizes.map((n, i) => exchange(i, n))
      const kept = shortened(cellWith(output, typed), 5_000)
      expect(JSON.stringify(kept).length).toBeLessThanOrEqual(5_000)
    }),
    { seed: 1 },
  )
})
