/** A long document of blocks, of which only the visible lines are ever handed out. */
import type { Line } from '../door.ts'

/** A part of a document that is drawn as a whole. */
export interface Block {
  readonly id: string
  /** Changes whenever the lines would; lines are kept per version and width. */
  readonly version: string
  lines(width: number): readonly Line[]
}

/** A line of a document, and where it comes from. */
export interface Row {
  readonly block: string
  readonly at: number
  readonly line: Line
}

interface Kept {
  readonly version: string
  readonly width: number
  readonly lines: readonly Line[]
}

/** Keeps the drawn lines of blocks, and answers which of them are visible. */
export class Pages {
  readonly #kept = new Map<string, Kept>()
  #blocks: readonly Block[] = []
  #width = 80
  /** How many blocks were drawn anew; tests read it. */
  drawn = 0

  /** Takes the blocks of the document as they are now, for a width. */
  lay(blocks: readonly Block[], width: number): void {
    this.#blocks = blocks
    this.#width = width
  }

  get height(): number {
    return this.#blocks.reduce((sum, block) => sum + this.linesOf(block).length, 0)
  }

  /** The first line of a block and the line after its last; null if there is no such block. */
  extent(id: string): { readonly top: number; readonly bottom: number } | null {
    let top = 0
    for (const block of this.#blocks) {
      const bottom = top + this.linesOf(block).length
      if (block.id === id) return { top, bottom }
      top = bottom
    }
    return null
  }

  /** Which block a line belongs to. */
  blockAt(line: number): string | null {
    let top = 0
    for (const block of this.#blocks) {
      top += this.linesOf(block).length
      if (line < top) return block.id
    }
    return null
  }

  /** `height` lines from `top` on, each with its block and its number in it; fewer at the end. */
  rows(top: number, height: number): Row[] {
    const out: Row[] = []
    let at = 0
    for (const block of this.#blocks) {
      const lines = this.linesOf(block)
      const from = Math.max(0, top - at)
      if (at + lines.length > top)
        for (const [i, line] of lines.slice(from, top + height - at).entries())
          out.push({ block: block.id, at: from + i, line })
      at += lines.length
      if (at >= top + height) break
    }
    return out
  }

  /** The same without their blocks. */
  slice(top: number, height: number): Line[] {
    return this.rows(top, height).map(({ line }) => line)
  }

  /** The nearest top that leaves no empty lines at the end. No more is drawn for it than that many lines. */
  clamp(top: number, height: number): number {
    let below = 0
    for (const block of this.#blocks) {
      below += this.linesOf(block).length
      if (below >= top + height) return Math.max(0, top)
    }
    return Math.max(0, below - height)
  }

  /** The lines of a block, whether it is laid out or not. */
  linesOf(block: Block): readonly Line[] {
    const kept = this.#kept.get(block.id)
    if (kept !== undefined && kept.version === block.version && kept.width === this.#width) return kept.lines
    const lines = block.lines(this.#width)
    this.drawn++
    this.#kept.set(block.id, { version: block.version, width: this.#width, lines })
    return lines
  }
}

/** A top from which a block can be seen: whole if it fits, its start otherwise; unchanged if it already can be. */
export function reveal(
  top: number,
  height: number,
  extent: { readonly top: number; readonly bottom: number },
): number {
  const size = extent.bottom - extent.top
  if (size >= height) return extent.top
  if (extent.top < top) return Math.max(0, extent.top - 1)
  if (extent.bottom > top + height) return extent.bottom - height
  return top
}
