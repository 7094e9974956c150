/** The names above a timeline: however narrow it is, they do not run together. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { timelineSentences, viewText } from '../../src/draw/text.ts'
import { lineText, paintTimeline } from '../../src/index.ts'

const headings = (lanes: readonly string[], width: number): string[] =>
  paintTimeline({ kind: 'timeline', lanes, rows: [] }, width).map(({ line }) => lineText(line))

test('names that fit stand on one line; others take turns, and keep their numbers where even that is too narrow', () => {
  expect(headings(['client', 'tm', 'rm1'], 76)).toEqual(['          client          tm              rm1'])
  expect(headings(['client', 'tm', 'rm1'], 34)).toEqual(['          client      rm1', '                tm'])
  expect(headings(['client', 'orders', 'inventory'], 34)).toEqual([
    '          client      inventory',
    '                orders',
  ])
  expect(headings(['a-very-long-service-1', 'b', 'c', 'a-very-long-service-4'], 34)).toEqual([
    '          a-very-long-ser…1 a-ve…4',
    '                b',
    '                      c',
  ])
})

test('no name touches another one, none leaves the picture, and each is there or shortened', () => {
  const name = fc.stringMatching(/^[a-z]{1,12}[0-9]{0,2}$/)
  fc.assert(
    fc.property(
      fc.uniqueArray(name, { minLength: 1, maxLength: 7 }),
      fc.integer({ min: 34, max: 120 }),
      (lanes, width) => {
        const lines = headings(lanes, width)
        expect(lines.length).toBeLessThanOrEqual(3)
        for (const line of lines) expect(line.length).toBeLessThanOrEqual(width)
        const words = lines.flatMap((line) => line.split(' ').filter(Boolean))
        expect(words).toHaveLength(lanes.length)
        for (const word of words)
          expect(lanes.some((lane) => lane === word || lane.startsWith(word.split('…')[0]!))).toBe(true)
      },
    ),
    { seed: 1, numRuns: 1000 },
  )
})

test('a note that is too long says that it was cut', () => {
  const what = { kind: 'note', text: 'nothing happens until 1423.166 ms' } as const
  const view = { kind: 'timeline', lanes: ['a', 'b'], rows: [{ step: 1, label: '1', what }] } as const
  const [wide, narrow] = [76, 34].map((width) => lineText(paintTimeline(view, width).at(-1)!.line).trimEnd())
  expect(wide).toContain('nothing happens until 1423.166 ms')
  expect(narrow).toMatch(/nothing happens until .*…$/)
})

test('however narrow the picture, the line of the last lane is drawn in it', () => {
  const lanes = ['n1', 'n2', 'n3', 'n4', 'n5', 'n6', 'n7']
  for (let width = 34; width <= 80; width += 1) {
    const rows = [{ step: 0, label: '#0', what: { kind: 'note', text: '' } }] as const
    const [, line] = paintTimeline({ kind: 'timeline', lanes, rows: [...rows] }, width)
    expect(lineText(line!.line).match(/[│|]/g), `at ${width} columns`).toHaveLength(lanes.length)
  }
})

test('a long time keeps its unit: neither a lane nor a note touches a label', () => {
  for (const label of ['1 ms', '12.345 ms', '187.671 ms', '1039.671 ms', '123456.789 ms']) {
    const rows = [
      { step: 0, label, what: { kind: 'mark', lane: 'a', mark: 'timer', text: 'election' } },
      { step: 1, label, what: { kind: 'message', from: 'a', to: 'b', text: 'ask', fate: 'received' } },
      { step: 2, label, what: { kind: 'note', text: 'the partition heals' } },
    ] as const
    for (const width of [34, 76]) {
      const lines = paintTimeline({ kind: 'timeline', lanes: ['a', 'b'], rows }, width)
      const texts = lines.slice(1).map(({ line }) => lineText(line))
      for (const text of texts) {
        expect(text.trimStart().startsWith(`${label} `), `${width} columns: ${text}`).toBe(true)
        expect(text.length).toBeLessThanOrEqual(width)
      }
      expect(texts[2]).toContain(width === 76 ? 'the partition heals' : 'the ')
    }
  }
})

test('words that one gap is too narrow for run over the lanes between, or stand whole behind the last one', () => {
  const arrow = (from: string, to: string, text = 'accepted 0 A') => {
    const what = { kind: 'message', from, to, text, fate: 'received' } as const
    const view = {
      kind: 'timeline',
      lanes: ['a', 'b', 'c', 'd', 'e'],
      rows: [{ label: '1', step: 0, what }],
    } as const
    return lineText(paintTimeline(view, 72).at(-1)!.line)
  }
  expect(arrow('a', 'c')).toBe('     1    ●accepted 0 A──────────▶│           │           │')
  expect(arrow('c', 'a')).toBe('     1    │◀──────────accepted 0 A●           │           │')
  expect(arrow('a', 'b')).toBe('     1    ●accepted …▶│           │           │           │ accepted 0 A')
  // Nor is there room for this one.
  expect(arrow('a', 'b', 'accepted 10 A')).toBe('     1    ●accepted …▶│           │           │           │')
})

test('a story without a step says so, aloud as well', () => {
  const view = { kind: 'timeline', lanes: ['a', 'b'], rows: [] } as const
  expect(viewText(view)).toBe('          a               b\n          (nothing has happened yet)')
  expect(timelineSentences(view)).toEqual(['Nothing has happened yet.'])
})
