/** The page of the debugger: the timeline, and what there is at its cursor, beside or under each other. */
import { type SightPage, sightPage } from '../components/sight.ts'
import { type Look, type TimeRow, timeRows, WHOLE, walkTimeline, ZOOMS } from '../components/timeline.ts'
import { type Line, lineWidth, toned, wrapLine } from '../door.ts'
import type { Walk } from '../walk.ts'

const SPLITS = ['both', 'timeline', 'state'] as const

/** From so many columns on, the state stands beside the timeline. */
const WIDE = 110

/** A story and a place in it. */
export interface Cursor {
  readonly walk: Walk
  readonly at: number
  /** Which of several stories this is; null where there is one alone. */
  readonly name: string | null
}

export class WorldPage {
  look: Look = WHOLE
  #split: (typeof SPLITS)[number] = 'both'
  #scroll = 0
  #rows: { readonly walk: Walk; readonly key: string; readonly rows: readonly TimeRow[] } | null = null
  #page: { readonly walk: Walk; readonly key: string; readonly page: SightPage } | null = null

  constructor(readonly ascii: boolean) {}

  scroll(by: number): void {
    this.#scroll = Math.max(0, this.#scroll + by)
  }

  /** The timeline alone, the state alone, or both. */
  turn(): void {
    this.#split = SPLITS[(SPLITS.indexOf(this.#split) + 1) % SPLITS.length]!
  }

  zoom(by: 1 | -1): void {
    const at = ZOOMS.indexOf(this.look.zoom) + by
    this.look = { ...this.look, zoom: ZOOMS[Math.max(0, Math.min(ZOOMS.length - 1, at))]! }
  }

  nextSection(): void {
    const headings = this.#page?.page.headings ?? []
    this.#scroll = headings.find((top) => top > this.#scroll) ?? 0
  }

  sectionBefore(): void {
    const headings = this.#page?.page.headings ?? []
    this.#scroll = headings.findLast((top) => top < this.#scroll) ?? headings.at(-1) ?? 0
  }

  draw(cursor: Cursor, width: number, height: number): Line[] {
    if (this.#split === 'timeline') return this.#time(cursor, width, height)
    if (this.#split === 'state') return margin(this.#state(cursor, width - 2, height))
    return width >= WIDE ? this.#beside(cursor, width, height) : this.#stacked(cursor, width, height)
  }

  /** Timeline above, state below. The rule between them stays where it is while time is walked. */
  #stacked(cursor: Cursor, width: number, height: number): Line[] {
    const share = Math.max(3, Math.floor((height - 1) / 2))
    const upper = this.#time(cursor, width, share)
    const room = Math.max(1, height - upper.length - 1)
    return [...upper, toned('dim', '─'.repeat(width)), ...margin(this.#state(cursor, width - 2, room))]
  }

  /** Timeline at the left, state at the right, a rule between. */
  #beside(cursor: Cursor, width: number, height: number): Line[] {
    const left = Math.floor(width * 0.52)
    const right = width - left - 3
    const upper = this.#time(cursor, left, height)
    const state = this.#state(cursor, right, height)
    return Array.from({ length: height }, (_, i) => [
      ...padded(upper[i] ?? [], left),
      { text: '│ ', tone: 'dim' },
      ...(state[i] ?? []),
    ])
  }

  #time(cursor: Cursor, width: number, height: number): Line[] {
    const { walk, at } = cursor
    const { ascii } = this
    const key = `${width} ${JSON.stringify([this.look, [...this.look.hiddenNodes], [...this.look.hiddenTypes]])}`
    if (this.#rows?.key !== key || this.#rows.walk !== walk)
      this.#rows = {
        walk,
        key,
        rows: timeRows(walk.picture, walk.steps, this.look, width - 2, ascii),
      }
    const head = this.#head(cursor, width)
    const lines = walkTimeline(this.#rows.rows, at, width, height - head.length, ascii)
    return [...head, ...lines]
  }

  /** Which branch this is and what is hidden; nothing where all is shown of the original. */
  #head({ name }: Cursor, width: number): Line[] {
    const { zoom, faultsOnly, hiddenNodes, hiddenTypes } = this.look
    const hidden = [...hiddenNodes, ...hiddenTypes]
    const parts = [
      ...(name === null ? [] : [name]),
      ...(zoom === 'steps' ? [] : [zoom]),
      ...(faultsOnly ? ['faults only'] : []),
      ...(hidden.length > 0 ? [`without ${hidden.join(' ')}`] : []),
    ]
    if (parts.length === 0) return []
    return margin(wrapLine(toned('accent', parts.join(' · ')), width - 1)).slice(0, 1)
  }

  #state(cursor: Cursor, width: number, height: number): Line[] {
    const { walk, at } = cursor
    const says = saidAt(cursor, width)
    const room = Math.max(0, height - says.length)
    const key = `${at} ${width} ${[...this.look.hiddenNodes].join()}`
    if (this.#page?.key !== key || this.#page.walk !== walk) {
      const sight = walk.sightAt(at)
      this.#page = {
        walk,
        key,
        page: sightPage(sight, walk.nodes, this.look.hiddenNodes, width, this.ascii),
      }
    }
    return [...says, ...this.#window(this.#page.page.lines, room, width)]
  }

  #window(lines: readonly Line[], room: number, width: number): readonly Line[] {
    this.#scroll = Math.max(0, Math.min(this.#scroll, lines.length - room))
    const shown = lines.slice(this.#scroll, this.#scroll + room)
    const hidden = lines.length - this.#scroll - shown.length
    if (hidden === 0 || shown.length <= 1) return shown
    const more = `${hidden + 1} more lines: ↓ or j`
    const whole = `${more}, Tab for the next section`
    return [...shown.slice(0, -1), toned('dim', whole.length < width ? whole : more)]
  }
}

function saidAt({ walk, at }: Cursor, width: number): Line[] {
  const { says, timeUs } = walk.sightAt(at)
  const head = at === 0 ? 'Before the first step' : `After step ${at} of ${walk.steps.length}`
  return wrapLine(
    [
      { text: head, tone: 'strong' },
      { text: says === '' ? '' : `: ${says}`, tone: 'plain' },
      { text: `  ${timeUs / 1000} ms`, tone: 'dim' },
    ],
    width,
  )
}

function padded(line: Line, width: number): Line {
  const used = lineWidth(line)
  return used >= width ? line : [...line, { text: ' '.repeat(width - used), tone: 'plain' }]
}

function margin(lines: readonly Line[]): Line[] {
  return lines.map((line) => [{ text: ' ', tone: 'plain' }, ...line])
}
