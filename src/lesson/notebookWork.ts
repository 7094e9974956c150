/** The work of a notebook: steps that ask for TypeScript to be run, done with or without someone who runs it. */
import type { LineProblem, Played } from '../scenario/play.ts'
import type { Session } from '../scenario/session.ts'
import type { TypedCell } from './lesson.ts'

/** Someone who runs TypeScript. */
export interface Typist {
  /** Forgets the names that were declared: a world begins. */
  begin(): void
  /** Runs a cell on the world of a session. */
  type(source: string, session: Session): Promise<Played | LineProblem>
}

/** What running a cell asks for on its way. Everything else it does by itself. */
type Deed =
  | { readonly kind: 'begin' }
  | { readonly kind: 'type'; readonly cell: TypedCell; readonly session: Session }

export type Work<T> = Generator<Deed, T, Played | LineProblem | null>

/** Throws `RangeError` where there is TypeScript to run. */
export function finished<T>(work: Work<T>): T {
  let next = work.next(null)
  while (!next.done) {
    const { value: deed } = next
    if (deed.kind === 'type')
      throw new RangeError(`the cell "${deed.cell.id}" is TypeScript, which runs on a kernel: ask one`)
    next = work.next(null)
  }
  return next.value
}

export async function finishedWith<T>(typist: Typist, work: Work<T>): Promise<T> {
  let next = work.next(null)
  while (!next.done) {
    const { value: deed } = next
    if (deed.kind === 'begin') typist.begin()
    next = work.next(deed.kind === 'type' ? await typist.type(deed.cell.source, deed.session) : null)
  }
  return next.value
}
