/** paint: a timeline as lines of single-width characters. */
import type { Line, Mark, Span, TimelineRow, TimelineView, Tone } from '../base/view.ts'

interface Glyphs {
  readonly up: string
  readonly dot: string
  readonly bar: string
  readonly cross: string
  readonly right: string
  readonly left: string
  readonly lost: string
  /** Stands for what was cut off. */
  readonly more: string
  readonly marks: { readonly [mark in Mark]: string }
}

const UNICODE: Glyphs = {
  up: '│',
  dot: '●',
  bar: '─',
  cross: '┼',
  right: '▶',
  left: '◀',
  lost: '✗',
  more: '…',
  marks: {
    crash: '✗',
    restart: '↻',
    pause: '‖',
    resume: '▷',
    timer: '○',
    output: '✓',
    write: '■',
    log: '»',
    doubt: '╎',
    throw: '✗',
    ask: '┌',
    within: '│',
    answer: '└',
    lie: '≠',
  },
}

const ASCII: Glyphs = {
  up: '|',
  dot: 'o',
  bar: '-',
  cross: '+',
  right: '>',
  left: '<',
  lost: 'x',
  more: '.',
  marks: {
    crash: 'x',
    restart: '^',
    pause: '=',
    resume: '>',
    timer: '@',
    output: '*',
    write: '#',
    log: '~',
    doubt: ':',
    throw: 'x',
    ask: '/',
    within: '|',
    answer: '\\',
    lie: '!',
  },
}

const MARK_TONES: { readonly [mark in Mark]: Tone } = {
  crash: 'bad',
  restart: 'accent',
  pause: 'warn',
  resume: 'accent',
  timer: 'warn',
  output: 'strong',
  write: 'dim',
  log: 'dim',
  doubt: 'warn',
  throw: 'bad',
  ask: 'accent',
  within: 'accent',
  answer: 'accent',
  lie: 'bad',
}

const USUAL_LABEL_WIDTH = 6
const LEAST_START = 10
const MIN_GAP = 6
const USUAL_GAP = 16
const MOST_HEADINGS = 3
/** Columns kept for the last lane, however many lanes a narrow picture holds: `a…4`. */
const LEAST_NAME = 3

/** Lines of a timeline, the first of them, of step -1, with the names of the lanes. `only` paints some of its rows, with the state of lanes as if all had been painted. */
export function paintTimeline(
  view: TimelineView,
  width: number,
  ascii = false,
): readonly { readonly step: number; readonly line: Line }[] {
  const canvas = new Canvas(view, width, ascii ? ASCII : UNICODE)
  return [
    ...canvas.headings().map((line) => ({ step: -1, line })),
    ...view.rows.map((row) => ({ step: row.step, line: canvas.row(row) })),
  ]
}

/** One line at a time; remembers which lanes are not drawn: nodes that are down, and clients that ask nothing. */
class Canvas {
  /** Columns of the longest label, which no note and no lane may touch: times grow as a run goes on. */
  private readonly labelWidth: number
  /** The column of the first lane. */
  private readonly start: number
  private readonly gap: number
  private readonly down = new Set<string>()

  constructor(
    private readonly view: TimelineView,
    private readonly width: number,
    private readonly glyphs: Glyphs,
  ) {
    this.labelWidth = view.rows.reduce((widest, { label }) => Math.max(widest, label.length), LEAST_START - 2)
    this.start = Math.max(LEAST_START, this.labelWidth + 1)
    const gaps = Math.max(1, view.lanes.length - 1)
    const room = Math.floor((width - this.start - 11) / gaps)
    const most = Math.floor((width - this.start - LEAST_NAME) / gaps)
    const asked = view.rows.flatMap(({ what }) => (what.kind === 'mark' && isAsk(what.mark) ? what.text : []))
    const wanted = Math.max(USUAL_GAP, ...asked.map((text) => text.length + 4))
    this.gap = Math.max(1, Math.min(most, Math.max(MIN_GAP, Math.min(wanted, room))))
    if (asked.length > 0) for (const lane of view.lanes) this.down.add(lane)
  }

  /** The names of the lanes; where they would run together they take turns on two lines, or three. */
  headings(): Line[] {
    const { lanes } = this.view
    const longest = Math.max(0, ...lanes.slice(0, -1).map((lane) => lane.length))
    const count = Math.max(1, Math.min(MOST_HEADINGS, lanes.length, Math.ceil((longest + 1) / this.gap)))
    return Array.from({ length: count }, (_, row) => {
      const cells = new Cells(this.width)
      let end = 0
      lanes.forEach((lane, i) => {
        if (i % count !== row) return
        const next = i + count < lanes.length ? this.x(lanes[i + count]!) - 1 : this.width
        // The last name may begin left of its lane rather than be cut.
        const start = Math.max(end, Math.min(this.x(lane), this.width - lane.length))
        const name = shortened(lane, next - start, this.glyphs.more)
        cells.write(start, name, 'strong')
        end = start + name.length + 1
      })
      return cells.line()
    })
  }

  row({ label, what }: TimelineRow): Line {
    const cells = new Cells(this.width)
    cells.write(0, label.padStart(USUAL_LABEL_WIDTH), 'dim')
    if (what.kind === 'mark' && (what.mark === 'restart' || what.mark === 'ask')) this.down.delete(what.lane)
    for (const lane of this.view.lanes)
      if (!this.down.has(lane)) cells.write(this.x(lane), this.glyphs.up, 'dim')
    switch (what.kind) {
      case 'message':
        this.arrow(cells, what)
        break
      case 'mark':
        cells.write(this.x(what.lane), this.glyphs.marks[what.mark], MARK_TONES[what.mark])
        this.besides(cells, this.x(what.lane), what.text, MARK_TONES[what.mark])
        if (what.mark === 'crash' || what.mark === 'answer') this.down.add(what.lane)
        break
      case 'note':
        cells.write(
          this.labelWidth,
          ` ${shortened(what.text, this.width - this.labelWidth - 1, this.glyphs.more)} `,
          'warn',
        )
        if (what.text === 'everything is repaired') this.down.clear()
        break
    }
    return cells.line()
  }

  /** Words stand right of a mark, or left of it where there is no room on the right. */
  private besides(cells: Cells, x: number, text: string, tone: Tone): void {
    const fits = x + 2 + text.length <= this.width
    const shown =
      fits || text.length + 2 <= x
        ? text
        : `${text.slice(0, Math.max(0, this.width - x - 3))}${this.glyphs.more}`
    if (fits || shown !== text) cells.write(x + 1, ` ${shown} `, tone)
    else cells.write(x - 2 - text.length, ` ${text} `, tone)
  }

  /** Text stands near the sender, so that arrows over the same gap line up. */
  private arrow(cells: Cells, what: TimelineRow['what'] & { kind: 'message' }): void {
    const { bar, cross, dot, left, right, lost } = this.glyphs
    const [from, to] = [this.x(what.from), this.x(what.to)]
    if (from === to) {
      cells.write(from, `${dot} ${what.text} (to itself)`, 'accent')
      return
    }
    const [low, high] = from < to ? [from, to] : [to, from]
    const tone: Tone = what.fate === 'lost' ? 'bad' : 'accent'
    for (let x = low + 1; x < high; x++)
      cells.write(
        x,
        this.view.lanes.some((lane) => this.x(lane) === x && !this.down.has(lane)) ? cross : bar,
        tone,
      )
    // Where one gap is too narrow words may run over the lanes that the arrow crosses.
    const room = Math.max(this.gap - 2, high - low - 3 > this.gap ? high - low - 3 : 0)
    const text = what.text.length > room ? `${what.text.slice(0, room - 1)}${this.glyphs.more}` : what.text
    if (text !== what.text) this.margin(cells, what.text, tone)
    const lead = Math.max(1, Math.min(3, this.gap - 1 - text.length))
    cells.write(from < to ? from + lead : from - lead + 1 - text.length, text, tone)
    cells.write(from, dot, tone)
    const head = from < to ? to - 1 : to + 1
    cells.write(head, what.fate === 'lost' ? lost : from < to ? right : left, tone)
  }

  /** What had to be cut stands whole behind the last lane, if there is room. */
  private margin(cells: Cells, text: string, tone: Tone): void {
    const at = this.x(this.view.lanes.at(-1)!) + 2
    if (at + text.length <= this.width) cells.write(at, text, tone)
  }

  private x(lane: string): number {
    return this.start + Math.max(0, this.view.lanes.indexOf(lane)) * this.gap
  }
}

/** A name in so many columns. Its end stays, since names differ in their numbers. */
function shortened(name: string, room: number, more: string): string {
  if (name.length <= room) return name
  const end = /\d*$/.exec(name)![0]
  return `${name.slice(0, Math.max(1, room - 1 - end.length))}${more}${end}`.slice(0, Math.max(0, room))
}

function isAsk(mark: Mark): boolean {
  return mark === 'ask' || mark === 'within' || mark === 'answer'
}

/** One line being put together, character by character. */
class Cells {
  private readonly characters: Span[] = []

  constructor(private readonly width: number) {}

  write(x: number, text: string, tone: Tone): void {
    for (const [i, character] of [...text].entries()) {
      const at = x + i
      if (at < 0 || at >= this.width) continue
      while (this.characters.length <= at) this.characters.push({ text: ' ', tone: 'plain' })
      this.characters[at] = { text: character, tone }
    }
  }

  /** Neighbours of one tone become one span; blanks at the end go. */
  line(): Line {
    while (this.characters.at(-1)?.text === ' ') this.characters.pop()
    const spans: { text: string; tone: Tone }[] = []
    for (const { text, tone } of this.characters) {
      const last = spans.at(-1)
      if (last !== undefined && (last.tone === tone || text === ' ')) last.text += text
      else spans.push({ text, tone })
    }
    return spans
  }
}
