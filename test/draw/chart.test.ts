/** Charts: numbers are neither lost nor bent, no line is too wide, and every rendering says the same. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type ChartView, lineText } from '../../src/base/view.ts'
import { bars, curve, histogram, ring, ringShares, shortNumber } from '../../src/draw/chart.ts'
import { svgFile } from '../../src/draw/svg.ts'
import { renderView, viewText } from '../../src/draw/text.ts'
import { lineWidth } from '../../src/draw/wrap.ts'

const name = fc
  .string({ minLength: 1, maxLength: 30, unit: 'grapheme' })
  .map((text) => text.replace(/\s/g, '_'))
const amount = fc.oneof(fc.nat(1_000_000), fc.double({ min: 0, max: 1e6, noNaN: true }))
// Steps of 1/1024 are exact in binary, so that the obvious arithmetic of the tests is exact too.
const place = fc.nat(1023).map((n) => n / 1024)
const owner = fc.constantFrom('n1', 'n2', 'n3', 'n4')
const points = fc.array(fc.record({ at: place, owner }), { minLength: 1, maxLength: 12 })
const keys = fc.array(fc.record({ at: place, name }), { maxLength: 6 })
const chart: fc.Arbitrary<ChartView> = fc.oneof(
  fc
    .tuple(name, fc.array(fc.record({ label: name, value: amount }), { maxLength: 9 }))
    .map(([t, v]) => bars(t, v, 'keys')),
  fc
    .tuple(name, fc.array(amount, { minLength: 1, maxLength: 60 }), fc.integer({ min: 1, max: 20 }))
    .map(([t, v, n]) => histogram(t, v, n)),
  fc
    .tuple(name, fc.array(fc.tuple(amount, amount), { minLength: 1, maxLength: 20 }))
    .map(([t, p]) => curve(t, 'round', 'infected', { one: p, two: p.slice(1) })),
  fc.tuple(name, points, keys).map(([t, p, k]) => ring(t, p, k)),
)

describe('every chart', () => {
  test('has no line wider than it may be, in characters, ASCII and sentences', () => {
    fc.assert(
      fc.property(
        chart,
        fc.integer({ min: 20, max: 140 }),
        fc.boolean(),
        fc.boolean(),
        (view, width, ascii, sentences) => {
          for (const line of renderView(view, { width, ascii, sentences }))
            expect(lineWidth(line)).toBeLessThanOrEqual(width)
        },
      ),
    )
  })

  test('is ASCII where ASCII is asked for', () => {
    const view = curve('growth', 'round', 'infected', {
      push: [
        [0, 1],
        [1, 2],
      ],
      pull: [
        [0, 1],
        [1, 4],
      ],
    })
    const all = [
      view,
      bars('load', { n1: 3, n2: 0 }),
      ring('ring', [{ at: 0.5, owner: 'n1' }], [{ at: 0.1, name: 'k' }]),
    ]
    for (const one of all) expect(viewText(one, { width: 80, ascii: true })).toMatch(/^[ -~\n]*$/)
  })

  test('is a well-formed picture', () => {
    fc.assert(
      fc.property(chart, (view) => {
        expect(openTags(svgFile(view, 'a <title> & more'))).toEqual([])
      }),
    )
  })
})

describe('bars', () => {
  test('are as long as their numbers, in eighths of a column', () => {
    const lengths = renderView(bars('', { a: 8, b: 4, c: 1, d: 0 }), { width: 40 }).map(
      (line) => [...lineText(line)].filter((c) => c === '█').length,
    )
    expect(lengths[0]).toBe(2 * lengths[1]!)
    expect(lengths[3]).toBe(0)
  })

  test('refuse what is no length', () => {
    expect(() => bars('', { a: -1 })).toThrow('the bar "a" is -1')
    expect(() => bars('', { a: Number.NaN })).toThrow('the bar "a" is NaN')
  })
})

describe('histogram', () => {
  test('counts every value once', () => {
    fc.assert(
      fc.property(
        fc.array(amount, { minLength: 1, maxLength: 200 }),
        fc.integer({ min: 1, max: 30 }),
        (values, bins) => {
          const counted = histogram('', values, bins).bars.reduce((sum, bar) => sum + bar.value, 0)
          expect(counted).toBe(values.length)
        },
      ),
    )
  })

  test('gives whole numbers bins with whole ends', () => {
    expect(histogram('', [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 9], 5).bars).toEqual([
      { label: '0-1', value: 2 },
      { label: '2-3', value: 2 },
      { label: '4-5', value: 2 },
      { label: '6-7', value: 2 },
      { label: '8-9', value: 3 },
    ])
  })
})

describe('ring', () => {
  test('gives away the whole turn', () => {
    fc.assert(
      fc.property(points, (list) => {
        const total = ringShares(ring('', list)).reduce((sum, { share }) => sum + share, 0)
        expect(total).toBeCloseTo(1, 9)
      }),
    )
  })

  test('gives a key to the first point met when walking on from it', () => {
    fc.assert(
      fc.property(points, keys, (list, all) => {
        const view = ring('', list, all)
        for (const key of view.keys) {
          const ahead = (at: number) => (at - key.at + 1) % 1
          const nearest = Math.min(...list.map((point) => ahead(point.at)))
          const owners = list.filter((point) => ahead(point.at) === nearest).map((point) => point.owner)
          expect(owners).toContain(key.owner)
        }
      }),
    )
  })
})

test('numbers are short and read the same everywhere', () => {
  expect([0, 12, 1234567, 0.123456, 1234.5, 99.99].map(shortNumber)).toEqual([
    '0',
    '12',
    '1,234,567',
    '0.1235',
    '1,235',
    '99.99',
  ])
})

test('a curve read aloud says where it starts, peaks and ends', () => {
  const view = curve('Messages', 'round', 'messages', {
    push: [
      [0, 1],
      [1, 9],
      [2, 3],
    ],
  })
  expect(viewText(view, { width: 100, sentences: true })).toBe(
    'Messages.\npush (messages) starts with 1 at round 0, is greatest with 9 at round 1, ends with 3 at round 2.',
  )
})

/** The tags of an XML text that were opened and not closed, or closed and not open. */
function openTags(xml: string): string[] {
  const open: string[] = []
  for (const [, close, tag, rest] of xml.matchAll(/<(\/?)([a-z]+)((?:[^<>"]|"[^"<]*")*)>/g)) {
    if (close === '/') {
      if (open.pop() !== tag) return [`</${tag}>`]
    } else if (!rest!.endsWith('/')) open.push(tag!)
  }
  const stray = xml.replace(/<(\/?)([a-z]+)((?:[^<>"]|"[^"<]*")*)>/g, '').replace(/&(amp|lt|gt|quot);/g, '')
  return /[<>&]/.test(stray) ? [...open, 'a bare < > or &'] : open
}
