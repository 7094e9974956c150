/** The pieces screens are made of: the prompt, the frame, the document, and the program that puts them on a terminal. */
import fc from 'fast-check'
import { render } from 'ink-testing-library'
import { describe, expect, test } from 'vitest'
import { footerLine, frame, headerLine } from '../../cli/components/frame.ts'
import { type Block, Pages } from '../../cli/components/pages.ts'
import {
  candidateLine,
  EMPTY_PROMPT,
  insertedLines,
  type Prompt,
  press,
  promptLine,
} from '../../cli/components/prompt.ts'
import { lineText, lineWidth, plain } from '../../cli/door.ts'
import { KEYS } from '../../cli/keys.ts'
import { pressesOf } from '../../cli/presses.ts'
import { App } from '../../cli/screens/App.tsx'
import { MapScreen } from '../../cli/screens/map.ts'
import { screenFor } from '../../cli/screens/places.ts'
import { Shell } from '../../cli/screens/shell.ts'
import { asciiText, COLOUR, PLAIN, paint, themeFor } from '../../cli/theme.ts'
import { fakeCourse } from './fakes.ts'

const words = ['crash', 'check', 'cluster']
const complete = (head: string) => words.filter((word) => word.startsWith(/\S*$/.exec(head)![0]))

/** Types letters; names in angle brackets are keys. */
function typed(keys: string, prompt: Prompt = EMPTY_PROMPT): { prompt: Prompt; submitted: string[] } {
  const submitted: string[] = []
  let now = prompt
  for (const [, name, text] of keys.matchAll(/<([a-z-]+)>|([\s\S])/g))
    for (const key of name === undefined ? pressesOf(text!, {}) : [{ name, text: '' }]) {
      const result = press(now, key, complete)
      now = result.prompt
      if (result.submitted !== null) submitted.push(result.submitted)
    }
  return { prompt: now, submitted }
}

describe('the prompt', () => {
  test('letters go in at the cursor, whole characters are erased', () => {
    expect(typed('ac<left>b').prompt).toMatchObject({ text: 'abc', cursor: 2 })
    expect(typed('a👩‍🚀<backspace>').prompt.text).toBe('a')
    expect(typed('one two<ctrl-w>x').prompt.text).toBe('one x')
    expect(typed('one two<ctrl-a><ctrl-k>').prompt.text).toBe('')
    expect(typed('one two<alt-b><alt-b><delete>').prompt.text).toBe('ne two')
  })

  test('Enter sends the line, and the history walks back to what was being typed', () => {
    const { prompt, submitted } = typed('one<enter>two<enter>thr<up><up><down><down>')
    expect(submitted).toEqual(['one', 'two'])
    expect(prompt.text).toBe('thr')
    expect(typed('<ctrl-p><ctrl-p>', prompt).prompt.text).toBe('one')
  })

  test('Tab fills in what is certain, and shows what is not', () => {
    expect(typed('cra<tab>').prompt.text).toBe('crash ')
    const open = typed('c<tab>').prompt
    expect(open).toMatchObject({ text: 'c', candidates: words })
    expect(lineText(candidateLine(open, 80))).toContain('crash  check  cluster')
    expect(typed('zz<tab>').prompt.candidates).toEqual([])
  })

  test('of a paste, whole lines are sent one by one and the rest is there to be typed on', () => {
    const { prompt, submitted } = insertedLines(EMPTY_PROMPT, 'crash tm\r\n\n  restart tm\u001b\nshow')
    expect(submitted).toEqual(['crash tm', 'restart tm'])
    expect(prompt.text).toBe('show')
  })

  test('the cursor is always inside the line, and the line inside the terminal', () => {
    fc.assert(
      fc.property(
        fc.string({ maxLength: 120 }),
        fc.nat(),
        fc.integer({ min: 12, max: 90 }),
        (text, at, width) => {
          const clean = insertedLines(EMPTY_PROMPT, text).prompt
          let prompt = clean
          for (let i = 0; i < at % (text.length + 1); i++) prompt = typed('<left>', prompt).prompt
          const { cursor } = promptLine(prompt, ' > ', width)
          expect(cursor).toBeGreaterThanOrEqual(3)
          expect(cursor).toBeLessThan(width + 1)
        },
      ),
    )
  })
})

describe('the frame', () => {
  test('fills the terminal exactly', () => {
    for (const [columns, rows] of [
      [80, 24],
      [120, 40],
      [40, 10],
      [20, 5],
      [1, 1],
    ] as const) {
      const { lines } = frame(
        { columns, rows },
        { where: ['Splitbrain'], status: plain('x'), body: () => [], keys: KEYS.map },
      )
      expect(lines).toHaveLength(rows)
      for (const line of lines) expect(lineWidth(line)).toBeLessThanOrEqual(columns)
    }
  })

  test('a narrow footer keeps the first keys and the key that shows all', () => {
    expect(lineText(footerLine(KEYS.lesson, 30))).toMatch(/Enter run.*\? keys/)
    expect(lineText(footerLine(KEYS.lesson, 90))).toMatch(/q map.*\? keys/)
  })

  test('where you are goes before the status', () => {
    expect(lineText(headerLine(['Splitbrain', '09 Two-phase commit'], plain('12%'), 20))).toContain(
      'Splitbrain ›',
    )
  })
})

describe('the document', () => {
  const block = (id: string, height: number): Block => ({
    id,
    version: '1',
    lines: () => Array.from({ length: height }, (_, i) => plain(`${id}${i}`)),
  })

  test('a slice is what a naive rendering would show', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(9), { maxLength: 20 }), fc.nat(60), fc.nat(30), (heights, top, height) => {
        const pages = new Pages()
        const blocks = heights.map((h, i) => block(`b${i}-`, h))
        pages.lay(blocks, 80)
        const all = blocks.flatMap((b) => b.lines(80)).map(lineText)
        expect(pages.slice(top, height).map(lineText)).toEqual(all.slice(top, top + height))
        expect(pages.height).toBe(all.length)
      }),
    )
  })

  test('a block is drawn once per version and width', () => {
    const pages = new Pages()
    for (let i = 0; i < 5; i++) {
      pages.lay([block('a', 3), block('b', 3)], 80)
      pages.slice(0, 6)
    }
    expect(pages.drawn).toBe(2)
    pages.lay([block('a', 3), { ...block('b', 3), version: '2' }], 80)
    pages.slice(0, 6)
    expect(pages.drawn).toBe(3)
  })

  test('two hundred cells hand out no more lines than ten', () => {
    const shown = (cells: number): number => {
      const pages = new Pages()
      pages.lay(
        Array.from({ length: cells }, (_, i) => block(`b${i}-`, 8)),
        80,
      )
      return pages.slice(0, 20).length
    }
    expect(shown(200)).toBe(shown(10))
  })
})

describe('colours', () => {
  const line = [{ text: 'broken', tone: 'bad' as const }]

  test('no colour means no sequences at all', () => {
    expect(paint(line, PLAIN)).toBe('broken')
    expect(paint(line, COLOUR)).toContain('\u001b[')
  })

  test('NO_COLOR, FORCE_COLOR and pipes', () => {
    expect(themeFor({ isTTY: true }, { NO_COLOR: '1' })).toEqual(PLAIN)
    expect(themeFor({ isTTY: true }, {})).toEqual(COLOUR)
    expect(themeFor({}, {})).toEqual(PLAIN)
    expect(themeFor({}, { FORCE_COLOR: '1' })).toEqual(COLOUR)
  })

  test('ASCII stands one for one', () => {
    expect(asciiText('●──yes─▶│ ✓ ›')).toBe('o--yes->| + >')
  })
})

test('the program draws the screen in front and hands it the keys', async () => {
  const course = fakeCourse()
  const shell = new Shell(false, screenFor(course), course.keepStory)
  shell.open(new MapScreen(course, shell))
  const { lastFrame, stdin, unmount } = render(<App shell={shell} theme={PLAIN} />)
  expect(lastFrame()).toContain('09 Two-phase commit')
  await new Promise((resolve) => setTimeout(resolve, 20))
  stdin.write('?')
  await new Promise((resolve) => setTimeout(resolve, 50))
  expect(lastFrame()).toContain('On the course map')
  unmount()
})
