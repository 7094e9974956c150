/** The course map: what there is, what is done, what comes next. */
import { frame, type Picture, type Size } from '../components/frame.ts'
import { type MapItem, mapDetail, mapItems, mapLines, matching, nextItem } from '../components/map.ts'
import { type Line, padLine, plain, toned } from '../door.ts'
import { type ActionOf, actionFor, KEYS } from '../keys.ts'
import type { Press } from '../presses.ts'
import type { Course } from './course.ts'
import { GlossaryScreen } from './glossary.ts'
import { HelpScreen } from './help.ts'
import type { Host, Place, Screen } from './screen.ts'

export class MapScreen implements Screen {
  #at = 0
  #top = 0
  #query: string | null = null
  #notice: Line | null = null

  constructor(
    readonly course: Course,
    readonly host: Host,
  ) {
    const items = this.#items()
    this.#at = Math.max(0, items.indexOf(nextItem(items)!))
    const problem = course.problems[0] ?? course.unkept
    if (problem !== null && problem !== undefined) this.#notice = toned('warn', problem)
  }

  get keyed(): 'find' | 'map' {
    return this.#query === null ? 'map' : 'find'
  }

  /** Goes to a lesson or exercise; stays here if it is not there. */
  resume(place: Place | null): void {
    const at = this.#items().findIndex((one) => one.kind === place?.kind && one.id === place.id)
    if (place === null || at < 0) return
    this.#at = at
    this.host.visit(place)
  }

  draw(size: Size): Picture {
    const query = this.#query
    return frame(size, {
      where: ['Splitbrain'],
      status: toned('dim', this.#status()),
      body: (width, height) => this.#body(width, height),
      bar: query === null ? [] : [[{ text: ' / ', tone: 'accent' }, plain(query)[0]!]],
      cursor: query === null ? null : 3 + query.length,
      keys: KEYS[this.keyed],
      notice: this.#notice,
    })
  }

  press(key: Press): void {
    this.#notice = null
    if (this.#query !== null) return this.#find(key)
    const action = actionFor('map', key.name)
    if (action !== null) return this.#act(action)
    if (/^[0-9]$/.test(key.text)) this.#setQuery(key.text)
  }

  #act(action: ActionOf<'map'>): void {
    switch (action) {
      case 'open':
        return this.#openCurrent()
      case 'up':
        return this.#go(this.#at - 1)
      case 'down':
        return this.#go(this.#at + 1)
      case 'pageUp':
        return this.#go(this.#at - 10)
      case 'pageDown':
        return this.#go(this.#at + 10)
      case 'first':
        return this.#go(0)
      case 'last':
        return this.#go(this.#items().length - 1)
      case 'find':
        return this.#setQuery('')
      case 'quit':
        return this.host.quit()
      case 'glossary':
        return this.host.open(new GlossaryScreen(this.course, this.host))
      case 'help':
        return this.host.open(new HelpScreen(['map', 'find'], this.host))
    }
  }

  #find(key: Press): void {
    const query = this.#query ?? ''
    switch (actionFor('find', key.name)) {
      case 'open':
        return this.#openCurrent()
      case 'up':
        return this.#go(this.#at - 1)
      case 'down':
        return this.#go(this.#at + 1)
      case 'erase':
        return this.#setQuery(query === '' ? null : query.slice(0, -1))
      case 'clear':
        return this.#setQuery(null)
      case null:
        if (key.text !== '') this.#setQuery(query + key.text)
    }
  }

  /** Changes the filter; what was marked stays marked if it is still shown. */
  #setQuery(query: string | null): void {
    const before = this.#items()[this.#at]
    this.#query = query
    const items = this.#items()
    this.#at = Math.max(
      0,
      items.findIndex((item) => item.kind === before?.kind && item.id === before.id),
    )
  }

  #go(at: number): void {
    this.#at = Math.max(0, Math.min(this.#items().length - 1, at))
  }

  #openCurrent(): void {
    const item = this.#items()[this.#at]
    if (item === undefined) {
      this.#notice = toned('warn', 'Nothing has that number or name. Esc shows everything.')
      return
    }
    this.#setQuery(null)
    this.host.visit(item)
  }

  #items(): MapItem[] {
    return matching(mapItems(this.course), this.#query ?? '')
  }

  #body(width: number, height: number): Line[] {
    const items = this.#items()
    const wide = width >= 110
    const listWidth = wide ? Math.floor(width * 0.5) : width
    const list = mapLines(items, this.#at, listWidth, this.host.ascii)
    const detailWidth = wide ? width - listWidth - 4 : width - 2
    const detail = items.length === 0 ? [] : mapDetail(items[this.#at]!, this.course, detailWidth)
    if (wide) return beside(this.#window(list.lines, list.current, height), detail, listWidth, height)
    const room = Math.max(Math.min(list.lines.length, height), height - detail.length - 1)
    const upper = this.#window(
      list.lines,
      list.current,
      Math.max(4, Math.min(room, height - Math.min(6, detail.length) - 1)),
    )
    const lower = detail.slice(0, Math.max(0, height - upper.length - 1))
    return [
      ...upper,
      toned('dim', '─'.repeat(width)),
      ...lower.map((line) => [{ text: ' ', tone: 'plain' as const }, ...line]),
    ]
  }

  #window(lines: readonly Line[], current: number, height: number): Line[] {
    if (current < this.#top + 1) this.#top = Math.max(0, current - 1)
    if (current >= this.#top + height) this.#top = current - height + 1
    this.#top = Math.max(0, Math.min(this.#top, lines.length - height))
    return lines.slice(this.#top, this.#top + height)
  }

  #status(): string {
    const done = this.course.lessons.filter((l) => this.course.progress.lessons[l.id]?.finished === true)
    const left = this.course.lessons.filter((l) => !done.includes(l)).reduce((sum, l) => sum + l.minutes, 0)
    const time =
      left === 0
        ? 'all done'
        : left < 60
          ? `${left} min left`
          : `${Math.floor(left / 60)} h ${left % 60} min left`
    return `${done.length} of ${this.course.lessons.length} ${this.course.lessons.length === 1 ? 'lesson' : 'lessons'} · ${time}`
  }
}

function beside(left: readonly Line[], right: readonly Line[], width: number, height: number): Line[] {
  return Array.from({ length: height }, (_, i) => [
    ...padLine(left[i] ?? [], width),
    { text: '│ ', tone: 'dim' },
    ...(right[i] ?? []),
  ])
}
