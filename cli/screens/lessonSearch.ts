/** Search in a lesson: words typed below the page, the places where they stand, one of them current. */
import { type Match, matchesIn, shownIn } from '../components/searching.ts'
import { type Line, plain, textWidth, toned } from '../door.ts'
import { actionFor } from '../keys.ts'
import type { Press } from '../presses.ts'
import type { Decorate, LessonPage } from './lessonPage.ts'

/** A place on the page. */
interface Found {
  readonly piece: string
  readonly match: Match
}

export class LessonSearch {
  #query: string | null = null
  #typing = false
  #at = 0
  /** Where the page was when the search began. */
  #from = 0

  constructor(
    readonly page: LessonPage,
    readonly notice: (line: Line) => void,
  ) {}

  get keyed(): 'search' | 'found' | null {
    return this.#typing ? 'search' : this.#query === null ? null : 'found'
  }

  begin(): void {
    this.#typing = true
    this.#query = ''
    this.#from = this.page.top
  }

  /** False for a key that means nothing here. */
  press(key: Press): boolean {
    return this.#typing ? this.#type(key) : this.#walk(key)
  }

  paste(text: string): void {
    if (this.#typing) this.#look((this.#query ?? '') + text.replace(/[\u0000-\u001f\u007f]+/g, ' '))
  }

  /** What is typed, with the column of the cursor; null while nothing is. */
  get bar(): { readonly line: Line; readonly cursor: number } | null {
    if (!this.#typing) return null
    const query = this.#query ?? ''
    return { line: [...toned('accent', ' / '), ...plain(query)], cursor: 3 + textWidth(query) }
  }

  /** `match 3 of 7`, or null. */
  get status(): string | null {
    if (this.#query === null || this.#query.trim() === '') return null
    const { length } = this.#found()
    return length === 0 ? 'no match' : `match ${Math.min(this.#at, length - 1) + 1} of ${length}`
  }

  /** How the lines of the page look: what was found stands out, and the current one is pointed at. */
  get decorate(): Decorate {
    const found = this.#query === null ? [] : this.#found()
    const current = found[Math.min(this.#at, found.length - 1)]
    return (piece, at, line) => {
      const here = found.filter((one) => one.piece === piece && one.match.some((range) => range.line === at))
      if (here.length === 0) return { lead: ' ', line }
      const others = here.filter((one) => one !== current).flatMap((one) => rangesAt(one, at))
      const mine = here.filter((one) => one === current).flatMap((one) => rangesAt(one, at))
      const marked = shownIn(shownIn(line, others, 'warn'), mine, 'accent')
      return { lead: mine.length > 0 ? '›' : ' ', line: marked }
    }
  }

  #type(key: Press): boolean {
    const query = this.#query ?? ''
    switch (actionFor('search', key.name)) {
      case 'go':
        this.#typing = false
        if (query.trim() === '') this.#query = null
        else if (this.#found().length === 0) {
          this.notice(toned('warn', `Nothing in this lesson says "${query.trim()}".`))
          this.#query = null
        }
        return true
      case 'erase':
        if (query === '') this.#end()
        else this.#look([...query].slice(0, -1).join(''))
        return true
      case 'eraseAll':
        this.#look('')
        return true
      case 'clear':
        this.page.scroll(this.#from - this.page.top)
        this.#end()
        return true
      case null:
        if (key.text !== '') this.#look(query + key.text)
        return true
    }
  }

  #walk(key: Press): boolean {
    switch (actionFor('found', key.name)) {
      case 'next':
        this.#go(1)
        return true
      case 'previous':
        this.#go(-1)
        return true
      case 'again':
        this.begin()
        return true
      case 'clear':
        this.#end()
        return true
      case null:
        return false
    }
  }

  #end(): void {
    this.#typing = false
    this.#query = null
  }

  /** Other words: the first place from where the search began is current. */
  #look(query: string): void {
    this.#query = query
    const found = this.#found()
    const below = found.findIndex((one) => this.page.rowOf(one.piece, one.match[0]!.line) >= this.#from)
    this.#at = Math.max(0, below)
    this.#show(found)
  }

  /** To the next place or the one before, around the ends. */
  #go(by: 1 | -1): void {
    const found = this.#found()
    if (found.length === 0) return
    this.#at = (Math.min(this.#at, found.length - 1) + by + found.length) % found.length
    this.#show(found)
  }

  #show(found: readonly Found[]): void {
    const one = found[this.#at]
    if (one !== undefined) this.page.showLine(one.piece, one.match[0]!.line)
  }

  #found(): Found[] {
    const query = this.#query ?? ''
    return this.page.pieces.flatMap((piece) =>
      matchesIn(this.page.linesOf(piece), query).map((match) => ({ piece: piece.id, match })),
    )
  }
}

function rangesAt({ match }: Found, line: number): Match {
  return match.filter((range) => range.line === line)
}
