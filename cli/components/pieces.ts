/** A lesson cut into the pieces a page is made of: prose, cells, and folded sections such as *Also said*. */
import type { Cell, KeptCell, Lesson } from '../door.ts'

export type Piece =
  | { readonly kind: 'intro'; readonly id: string; readonly fold: null }
  | { readonly kind: 'prose'; readonly id: string; readonly markdown: string; readonly fold: string | null }
  | { readonly kind: 'cell'; readonly id: string; readonly cell: Cell; readonly fold: string | null }
  | { readonly kind: 'fold'; readonly id: string; readonly title: string; readonly fold: null }
  /** What is kept of a cell that the lesson no longer has. */
  | { readonly kind: 'older'; readonly id: string; readonly kept: KeptCell; readonly fold: string }
  | { readonly kind: 'end'; readonly id: string; readonly fold: null }

const TAG = /<details[^>]*>\s*(?:<summary>([\s\S]*?)<\/summary>)?|<\/details>/gi

/** The pieces of a lesson, from top to bottom. What stands in a folded section carries the id of its fold. */
export function piecesOf(lesson: Lesson, older: readonly KeptCell[] = []): Piece[] {
  const pieces: Piece[] = [{ kind: 'intro', id: '#intro', fold: null }]
  let fold: string | null = null
  let folds = 0
  const prose = (markdown: string): void => {
    if (markdown.trim() !== '') pieces.push({ kind: 'prose', id: `#prose-${pieces.length}`, markdown, fold })
  }
  for (const part of lesson.parts) {
    if (part.kind === 'cell') {
      pieces.push({ kind: 'cell', id: part.cell.id, cell: part.cell, fold })
      continue
    }
    let at = 0
    for (const tag of part.markdown.matchAll(TAG)) {
      prose(part.markdown.slice(at, tag.index))
      at = tag.index + tag[0].length
      if (tag[0].startsWith('</')) {
        fold = null
        continue
      }
      fold = `#fold-${++folds}`
      pieces.push({
        kind: 'fold',
        id: fold,
        title: (tag[1] ?? 'More').replace(/<[^>]*>|\*/g, '').trim(),
        fold: null,
      })
    }
    prose(part.markdown.slice(at))
  }
  pieces.push(...olderPieces(older), { kind: 'end', id: '#end', fold: null })
  return pieces
}

/** The fold that holds what belongs to older texts. */
export const OLDER = '#older'

function olderPieces(older: readonly KeptCell[]): Piece[] {
  if (older.length === 0) return []
  const title = `From an older text of this lesson (${older.length})`
  return [
    { kind: 'fold', id: OLDER, title, fold: null },
    ...older.map((kept, i) => ({ kind: 'older' as const, id: `${OLDER}-${i + 1}`, kept, fold: OLDER })),
  ]
}

/** The cells that count for having done a lesson: claims prove themselves, folded sections are extra. */
export function countedCells(lesson: Lesson): string[] {
  return piecesOf(lesson).flatMap((piece) =>
    piece.kind === 'cell' && piece.fold === null && piece.cell.kind !== 'claim' ? [piece.id] : [],
  )
}
