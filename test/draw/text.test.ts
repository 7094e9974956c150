/** Views as text: no line is wider than it may be, ASCII is ASCII, and sentences say what the picture shows. */
import fc from 'fast-check'
import stringWidth from 'string-width'
import { describe, expect, test } from 'vitest'
import { lineText, type TimelineView, type View } from '../../src/base/view.ts'
import { renderView, timelineSentences, viewText } from '../../src/draw/text.ts'

const lanes = ['client', 'tm', 'rm1', 'rm2', 'rm3'] as const
const lane = fc.constantFrom(...lanes)
const words = fc
  .string({ minLength: 1, maxLength: 40, unit: 'grapheme-ascii' })
  .map((text) => text.replace(/\s/g, '_'))

const row = fc.record({
  label: fc.constantFrom('', '1', '12 ms', '100000 ms'),
  step: fc.nat(9),
  what: fc.oneof(
    fc.record({
      kind: fc.constant('message' as const),
      from: lane,
      to: lane,
      text: words,
      fate: fc.constantFrom('received' as const, 'lost' as const),
    }),
    fc.record({
      kind: fc.constant('mark' as const),
      lane,
      mark: fc.constantFrom(
        'crash' as const,
        'restart' as const,
        'timer' as const,
        'output' as const,
        'doubt' as const,
        'pause' as const,
        'ask' as const,
        'within' as const,
        'answer' as const,
        'lie' as const,
      ),
      text: words,
    }),
    fc.record({ kind: fc.constant('note' as const), text: words }),
  ),
})
const timeline: fc.Arbitrary<TimelineView> = fc.record({
  kind: fc.constant('timeline' as const),
  lanes: fc.constant(lanes),
  rows: fc.array(row, { maxLength: 8 }),
})
const table: fc.Arbitrary<View> = fc.array(fc.tuple(words, words, words), { maxLength: 5 }).map((rows) => ({
  kind: 'table',
  columns: ['a', 'b', 'c'],
  rows: rows.map((cells) => cells.map((text) => ({ text }))),
}))
const lines: fc.Arbitrary<View> = fc
  .array(fc.array(words, { maxLength: 12 }), { maxLength: 4 })
  .map((all) => ({ kind: 'lines', lines: all.map((one) => [{ text: one.join(' '), tone: 'plain' }]) }))
const view: fc.Arbitrary<View> = fc.oneof(timeline, table, lines)
const width = fc.integer({ min: 20, max: 140 })

describe('renderView', () => {
  test('no line is wider than the width', () => {
    fc.assert(
      fc.property(view, width, fc.boolean(), fc.boolean(), (v, w, ascii, sentences) => {
        for (const line of renderView(v, { width: w, ascii, sentences }))
          expect(stringWidth(lineText(line))).toBeLessThanOrEqual(w)
      }),
    )
  })

  test('with ascii, a timeline is ASCII', () => {
    fc.assert(
      fc.property(timeline, width, (v, w) => {
        expect(viewText(v, { width: w, ascii: true })).toMatch(/^[\x00-\x7f]*$/)
      }),
    )
  })

  test('wrapping a line keeps its words', () => {
    fc.assert(
      fc.property(
        fc.array(fc.stringMatching(/^[a-z]{1,12}$/), { minLength: 1, maxLength: 20 }),
        width,
        (list, w) => {
          const text = viewText(
            { kind: 'lines', lines: [[{ text: list.join(' '), tone: 'plain' }]] },
            { width: w },
          )
          expect(text.split(/\s+/)).toEqual(list)
        },
      ),
    )
  })
})

test('a node that is down has no line until it restarts', () => {
  const at = (mark: 'crash' | 'restart' | 'timer', lane: string) => ({
    label: '',
    step: 0,
    what: { kind: 'mark' as const, lane, mark, text: mark },
  })
  const text = viewText({
    kind: 'timeline',
    lanes: ['a', 'b'],
    rows: [at('crash', 'a'), at('timer', 'b'), at('restart', 'a'), at('timer', 'b')],
  })
  const column = text.split('\n')[0]!.indexOf('a')
  expect(
    text
      .split('\n')
      .slice(1)
      .map((line) => line[column]),
  ).toEqual(['✗', ' ', '↻', '│'])
})

test('sentences say who, what and when', () => {
  const sentences = timelineSentences({
    kind: 'timeline',
    lanes: ['tm', 'rm1'],
    rows: [
      {
        label: '3 ms',
        step: 0,
        what: { kind: 'message', from: 'tm', to: 'rm1', text: 'prepare', fate: 'received' },
      },
      { label: '', step: 0, what: { kind: 'mark', lane: 'rm1', mark: 'crash', text: 'crash' } },
      { label: '4', step: 1, what: { kind: 'message', from: 'rm1', to: 'tm', text: 'yes', fate: 'lost' } },
      { label: '', step: 1, what: { kind: 'note', text: 'the partition heals' } },
    ],
  })
  expect(sentences).toEqual([
    'At 3 ms: rm1 receives prepare from tm.',
    'rm1: crash.',
    'Step 4: tm never receives yes from rm1.',
    'the partition heals.',
  ])
})
