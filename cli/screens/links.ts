/** Where a lesson leads: other lessons to open, sources to read and copy. */
import { bodyHeight, frame, type Picture, type Size } from '../components/frame.ts'
import { type Lesson, type Line, type Link, linksOf, plain, toned, wrapLine } from '../door.ts'
import { actionFor, KEYS } from '../keys.ts'
import type { Press } from '../presses.ts'
import type { Course } from './course.ts'
import { HelpScreen } from './help.ts'
import type { Host, Screen } from './screen.ts'

export class LinksScreen implements Screen {
  readonly keyed = 'links'
  #at = 0
  #top = 0
  #notice: Line | null = null
  readonly #links: readonly Link[]

  constructor(
    readonly lesson: Lesson,
    course: Course,
    readonly host: Host,
  ) {
    this.#links = linksOf(lesson, course.lessons)
  }

  draw(size: Size): Picture {
    return frame(size, {
      where: ['Splitbrain', `${this.lesson.number} ${this.lesson.title}`, 'links'],
      status: [],
      body: (width, height) => this.#body(width, height),
      keys: KEYS.links,
      notice: this.#notice,
    })
  }

  press(key: Press, size: Size): void {
    this.#notice = null
    const page = bodyHeight(size) >> 1
    switch (actionFor('links', key.name)) {
      case 'follow':
        return this.#follow()
      case 'up':
        return this.#go(this.#at - 1)
      case 'down':
        return this.#go(this.#at + 1)
      case 'pageUp':
        return this.#go(this.#at - page)
      case 'pageDown':
        return this.#go(this.#at + page)
      case 'copy':
        return this.#copy()
      case 'back':
        return this.host.back()
      case 'help':
        return this.host.open(new HelpScreen(['links'], this.host))
      case null:
    }
  }

  /** Opens a lesson; a source is shown here already, and copied for a browser or a library. */
  #follow(): void {
    const link = this.#links[this.#at]
    if (link?.kind === 'lesson') this.host.visit({ kind: 'lesson', id: link.lesson.id })
    else this.#copy()
  }

  #copy(): void {
    const link = this.#links[this.#at]
    if (link === undefined) return
    const text = link.kind === 'source' ? link.text : `${link.lesson.number} ${link.lesson.title}`
    this.#notice = this.host.copy(text, link.kind === 'source' ? 'the source' : 'the name of the lesson')
  }

  #go(at: number): void {
    this.#at = Math.max(0, Math.min(this.#links.length - 1, at))
  }

  #body(width: number, height: number): Line[] {
    if (this.#links.length === 0) return [plain(' This lesson leads nowhere else.')]
    const blocks = this.#links.map((link, i) => this.#block(link, i, width))
    const before = blocks.slice(0, this.#at).reduce((sum, lines) => sum + lines.length, 0)
    const end = before + blocks[this.#at]!.length
    const all = blocks.flat()
    if (before < this.#top + 1) this.#top = this.#at === 0 ? 0 : before
    if (end > this.#top + height) this.#top = end - height
    this.#top = Math.max(0, Math.min(this.#top, all.length - height))
    return all.slice(this.#top, this.#top + height)
  }

  #block(link: Link, i: number, width: number): Line[] {
    const marked = i === this.#at
    const mark = marked ? (this.host.ascii ? ' > ' : ' ▸ ') : '   '
    const tone = marked ? 'accent' : 'plain'
    const margin = { first: toned('accent', mark), rest: plain('   ') }
    const title = this.#links[i - 1]?.kind === link.kind ? [] : [titleOf(link)]
    const first = i > 0 && title.length > 0 ? [plain(''), ...title] : title
    if (link.kind === 'source') {
      const words: Line = link.words === null ? [] : [...toned(tone, link.words), ...plain('   ')]
      const address: Line = [{ text: link.text, tone: link.words === null ? tone : 'dim' }]
      return [...first, ...wrapLine([...words, ...address], width - 1, margin)]
    }
    const { number, title: name } = link.lesson
    const words: Line = [
      ...toned('dim', `${number} `),
      ...toned(tone, name),
      ...toned('dim', `   ${link.why}`),
    ]
    return [...first, ...wrapLine(words, width - 1, margin)]
  }
}

function titleOf({ kind }: Link): Line {
  return toned('strong', kind === 'lesson' ? ' Lessons: Enter opens one' : ' Sources: Enter copies one')
}
