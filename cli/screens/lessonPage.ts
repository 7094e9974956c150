/** The page of a lesson: its pieces laid out one under the other, where on it we are, and which piece is current. */
import { boxCursor } from '../components/cells.ts'
import type { Size } from '../components/frame.ts'
import type { PieceLook } from '../components/pageBlocks.ts'
import { pieceBlock } from '../components/pageBlocks.ts'
import { type Block, Pages, reveal } from '../components/pages.ts'
import { type Piece, piecesOf } from '../components/pieces.ts'
import type { TextBox } from '../components/textBox.ts'
import { type Cell, isNamed, isRun, type KeptCell, type Lesson, type Line } from '../door.ts'
import type { LessonProgress } from '../progress.ts'

/** Pages are no wider than this: longer lines are hard to read. */
const READABLE = 100

/** A piece that can be current. */
export type Stop = Extract<Piece, { kind: 'cell' | 'fold' }>

/** A place that survives a change of width. */
export interface Anchor {
  readonly block: string
  readonly offset: number
}

/** How a line of the page is shown, and the character before it. */
export type Decorate = (
  piece: string,
  at: number,
  line: Line,
) => { readonly lead: string; readonly line: Line }

/** What the page asks of the screen it is on. */
export interface PageHost {
  readonly ascii: boolean
  look: PieceLook['look']
  /** How many lines of the terminal the page gets. */
  height(size: Size): number
}

export class LessonPage {
  pieces: readonly Piece[]
  focus: string | null
  readonly #pages = new Pages()
  readonly #open = new Set<string>()
  /** Counts changes per piece, so that only what changed is drawn anew. */
  readonly #edition = new Map<string, number>()
  #top = 0
  /** A first frame does not wait for what stands below it. */
  #measured = false
  #size: Size = { columns: 0, rows: 0 }
  /** Where to begin, once the size is known. */
  #arriving: Anchor | null = null

  constructor(
    private lesson: Lesson,
    readonly host: PageHost,
  ) {
    this.pieces = piecesOf(lesson)
    this.focus = this.stops[0]?.id ?? null
  }

  /** Takes another text of the lesson, and stays at the same place of it. `older` is kept of texts that are gone. */
  revise(lesson: Lesson, older: readonly KeptCell[]): void {
    const { place, pieces: before } = this
    const at = this.stops.findIndex((piece) => piece.id === this.focus)
    this.lesson = lesson
    this.pieces = piecesOf(lesson, older)
    for (const piece of this.pieces) this.changed(piece.id)
    const stop = this.current ?? this.stops[Math.max(0, at - 1)]
    this.focus = stop?.id ?? null
    if (place === null || this.#size.columns === 0) return
    this.#lay()
    const top = before.find((piece) => piece.id === place.block)
    this.#goTo({ ...place, block: samePiece(top, this.pieces) ?? place.block })
  }

  /** Lays the page out for a size; what was at the top stays there when the width changes. */
  fit(size: Size): void {
    if (size.columns === 0) return
    const anchor = size.columns !== this.#size.columns && this.#size.columns > 0 ? this.place : null
    this.#size = size
    this.#lay()
    if (anchor !== null) this.#goTo(anchor)
    if (this.#arriving !== null) this.#goTo(this.#arriving)
    this.#arriving = null
  }

  /** The lines that can be seen, with what stands before each. */
  lines(height: number, decorate: Decorate): Line[] {
    this.#top = this.#pages.clamp(this.#top, height)
    return this.#pages.rows(this.#top, height).map(({ block, at, line: plainLine }) => {
      const { lead, line } = decorate(block, at, plainLine)
      return [{ text: lead, tone: 'accent' }, ...line]
    })
  }

  /** The lines of a piece, folded away or not. */
  linesOf(piece: Piece): readonly Line[] {
    return this.#pages.linesOf(this.#blockOf(piece))
  }

  get top(): number {
    return this.#top
  }

  /** The row of the page where a line of a piece stands; the end of the page for what is folded away. */
  rowOf(id: string, line: number): number {
    return (this.#pages.extent(id)?.top ?? this.#pages.height) + line
  }

  /** Opens what a line is folded into, and scrolls no further than it takes to see it. */
  showLine(id: string, line: number): void {
    const piece = this.pieces.find((one) => one.id === id)
    if (piece === undefined) return
    if (piece.fold !== null && !this.#open.has(piece.fold)) this.toggle(piece.fold)
    if (piece.kind === 'cell' || piece.kind === 'fold') this.focusOn(id)
    this.#lay()
    const row = this.rowOf(id, line)
    if (row < this.#top || row >= this.#top + this.height)
      this.#top = this.#pages.clamp(row - Math.floor(this.height / 3), this.height)
  }

  get height(): number {
    return this.host.height(this.#size)
  }

  get width(): number {
    return Math.max(10, Math.min(this.#size.columns - 2, READABLE))
  }

  /** Draws the whole page and not only what can be seen: from now on it is known how long it is. */
  measure(): void {
    this.#measured = true
  }

  /** How far down the page is; null before it is measured. */
  get percent(): number | null {
    if (!this.#measured) return null
    const total = this.#pages.height
    return total <= this.height ? 100 : Math.round((100 * this.#top) / (total - this.height))
  }

  // What can be current

  get #shown(): Piece[] {
    return this.pieces.filter((piece) => piece.fold === null || this.#open.has(piece.fold))
  }

  get stops(): Stop[] {
    return this.#shown.filter((piece) => piece.kind === 'cell' || piece.kind === 'fold')
  }

  get current(): Stop | null {
    return this.stops.find((piece) => piece.id === this.focus) ?? null
  }

  focusOn(id: string): void {
    if (this.focus === id) return
    if (this.focus !== null) this.changed(this.focus)
    this.focus = id
    this.changed(id)
  }

  /** To the next stop or the one before; past the last one to the end of the page. */
  step(by: 1 | -1): void {
    const all = this.stops
    const at = all.findIndex((piece) => piece.id === this.focus)
    const next = all[at + by]
    if (next === undefined) return by > 0 ? this.toEnd() : this.toStart()
    this.focusOn(next.id)
    this.reveal(next.id)
  }

  toggle(id: string): void {
    if (this.#open.has(id)) this.#open.delete(id)
    else this.#open.add(id)
    this.changed(id)
    this.#lay()
    const extent = this.#pages.extent(id)
    if (extent !== null && this.#open.has(id)) this.#top = this.#pages.clamp(extent.top - 1, this.height)
  }

  // Where we are

  scroll(by: number): void {
    this.#top = this.#pages.clamp(this.#top + by, this.height)
  }

  /** Scrolls, and makes current what can be seen. */
  walk(by: number): void {
    this.scroll(by)
    if (this.focus !== null && this.visible(this.focus)) return
    const seen = this.stops.filter((piece) => this.visible(piece.id))
    const next = by > 0 ? seen[0] : seen.at(-1)
    if (next !== undefined) this.focusOn(next.id)
  }

  toStart(): void {
    this.walk(-this.#pages.height)
  }

  toEnd(): void {
    this.walk(this.#pages.height)
  }

  reveal(id: string): void {
    this.#lay()
    const extent = this.#pages.extent(id)
    if (extent !== null) this.#top = this.#pages.clamp(reveal(this.#top, this.height, extent), this.height)
  }

  revealEnd(id: string): void {
    this.#lay()
    const extent = this.#pages.extent(id)
    if (extent !== null) this.#top = this.#pages.clamp(Math.max(0, extent.bottom - this.height), this.height)
  }

  /** Where the cursor of a text stands that is written in a cell, in the lines that can be seen; or null. */
  cursorIn(id: string, box: TextBox, size: Size): { readonly x: number; readonly y: number } | null {
    const extent = this.#pages.extent(id)
    if (extent === null) return null
    const { x, y } = boxCursor(box, this.width)
    const row = extent.top + y - this.#top
    return row < 0 || row >= this.host.height(size) ? null : { x: x + 1, y: row }
  }

  /** Scrolls no further than it takes to see that cursor. */
  revealCursor(id: string, box: TextBox): void {
    this.#lay()
    const extent = this.#pages.extent(id)
    if (extent === null) return
    const row = extent.top + boxCursor(box, this.width).y
    if (row <= this.#top) this.#top = Math.max(0, row - 1)
    if (row >= this.#top + this.height - 1) this.#top = this.#pages.clamp(row - this.height + 2, this.height)
  }

  visible(id: string): boolean {
    const extent = this.#pages.extent(id)
    return extent !== null && extent.top < this.#top + this.height && extent.bottom > this.#top
  }

  get place(): Anchor | null {
    const block = this.#pages.blockAt(this.#top)
    return block === null ? null : { block, offset: this.#top - this.#pages.extent(block)!.top }
  }

  /** Begins where somebody was before. */
  arrive(at: LessonProgress['at']): void {
    this.#arriving = at
    const focus = at?.focus
    if (this.pieces.some((piece) => piece.id === focus && piece.fold === null)) this.focus = focus ?? null
  }

  #goTo({ block, offset }: Anchor): void {
    const extent = this.#pages.extent(block)
    if (extent === null) return
    const within = Math.min(offset, extent.bottom - extent.top - 1)
    this.#top = this.#pages.clamp(extent.top + within, this.height)
  }

  // What is drawn

  /** The piece looks different now. */
  changed(id: string): void {
    this.#edition.set(id, (this.#edition.get(id) ?? 0) + 1)
  }

  cellsChanged(): void {
    for (const piece of this.pieces) if (piece.kind === 'cell') this.changed(piece.id)
  }

  #lay(): void {
    this.#pages.lay(
      this.#shown.map((piece) => this.#blockOf(piece)),
      this.width,
    )
  }

  #blockOf(piece: Piece): Block {
    return pieceBlock(piece, {
      lesson: this.lesson,
      edition: this.#edition.get(piece.id) ?? 0,
      open: this.#open.has(piece.id),
      focused: this.focus === piece.id,
      ascii: this.host.ascii,
      linear: false,
      look: (cell) => this.host.look(cell),
    })
  }

  /** The cell whose world a prompt or timeline at this place is about: itself, the last one above, or the first. */
  stageFor(id: string | null): string | null {
    const cells = this.pieces.flatMap((piece) => (piece.kind === 'cell' ? [piece.cell] : []))
    const worlds = (list: readonly Cell[]) => list.filter((cell) => isRun(cell) || cell.kind === 'challenge')
    const at = cells.findIndex((cell) => cell.id === id)
    return (worlds(cells.slice(0, at + 1)).at(-1) ?? worlds(cells)[0])?.id ?? null
  }
}

/** The piece that has the text of another one; the same piece in another version of the lesson. */
function samePiece(piece: Piece | undefined, pieces: readonly Piece[]): string | null {
  if (piece === undefined) return null
  const text = textOf(piece)
  return text === null ? null : (pieces.find((one) => textOf(one) === text)?.id ?? null)
}

function textOf(piece: Piece): string | null {
  if (piece.kind === 'prose') return piece.markdown
  return piece.kind === 'cell' && !isNamed(piece.id) ? piece.cell.source : null
}
