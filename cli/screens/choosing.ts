/** A list to choose one thing from; what is typed narrows it down. */
import { bodyHeight, frame, type Picture, type Size } from '../components/frame.ts'
import { cutLine, type Line, plain, toned } from '../door.ts'
import { actionFor, KEYS } from '../keys.ts'
import type { Press } from '../presses.ts'
import type { Host, Screen } from './screen.ts'

export class ChoosingScreen implements Screen {
  readonly keyed = 'choose'
  #typed = ''
  #at = 0

  constructor(
    readonly where: readonly string[],
    /** What is being chosen, one sentence. */
    readonly says: string,
    readonly items: readonly string[],
    readonly host: Host,
    readonly chosen: (index: number) => void,
  ) {}

  draw(size: Size): Picture {
    const found = this.#found()
    return frame(size, {
      where: this.where,
      status: toned('dim', `${found.length} of ${this.items.length}`),
      body: (width, height) => this.#body(found, width, height),
      keys: KEYS.choose,
    })
  }

  press(key: Press, size: Size): void {
    const page = bodyHeight(size) - 2
    switch (actionFor('choose', key.name)) {
      case 'pick': {
        const index = this.#found()[this.#at]
        if (index === undefined) return
        this.host.back()
        return this.chosen(index)
      }
      case 'up':
        return this.#go(-1)
      case 'down':
        return this.#go(1)
      case 'pageUp':
        return this.#go(-page)
      case 'pageDown':
        return this.#go(page)
      case 'close':
        return this.host.back()
      case 'erase':
        this.#typed = [...this.#typed].slice(0, -1).join('')
        this.#at = 0
        return
      case null:
        if (key.text === '') return
        this.#typed += key.text
        this.#at = 0
    }
  }

  #go(by: number): void {
    this.#at = Math.max(0, Math.min(this.#found().length - 1, this.#at + by))
  }

  /** The items that have every word that was typed. */
  #found(): number[] {
    const words = this.#typed.toLowerCase().split(/\s+/).filter(Boolean)
    return this.items.flatMap((item, i) =>
      words.every((word) => item.toLowerCase().includes(word)) ? [i] : [],
    )
  }

  #body(found: readonly number[], width: number, height: number): Line[] {
    const room = height - 2
    const start = Math.max(0, Math.min(this.#at - Math.floor(room / 2), found.length - room))
    const rows = found.slice(start, start + room).map((index, i): Line => {
      const isMarked = start + i === this.#at
      return [
        { text: isMarked ? ' ▸ ' : '   ', tone: 'accent' },
        { text: this.items[index]!, tone: isMarked ? 'strong' : 'plain' },
      ]
    })
    const none =
      this.items.length === 0 ? 'There is nothing to choose.' : 'Nothing has these letters. Backspace.'
    const typed: Line =
      this.#typed === ''
        ? toned('dim', ' / type letters to narrow the list down')
        : [
            { text: ' / ', tone: 'accent' },
            { text: this.#typed, tone: 'plain' },
          ]
    return [toned('strong', ` ${this.says}`), typed, ...(rows.length > 0 ? rows : [plain(`   ${none}`)])].map(
      (line) => cutLine(line, width),
    )
  }
}
