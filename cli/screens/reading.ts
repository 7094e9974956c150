/** A page that is only read: lines that scroll, and a key that closes it. */
import { bodyHeight, frame, type Picture, type Size } from '../components/frame.ts'
import type { Line } from '../door.ts'
import { actionFor, KEYS } from '../keys.ts'
import type { Press } from '../presses.ts'
import type { Host, Screen } from './screen.ts'

export class ReadingScreen implements Screen {
  readonly keyed = 'help'
  #top = 0

  constructor(
    readonly title: string,
    readonly host: Host,
    readonly lines: (width: number) => readonly Line[],
  ) {}

  draw(size: Size): Picture {
    return frame(size, {
      where: ['Splitbrain', this.title],
      status: [],
      body: (width, height) => {
        const lines = this.lines(width)
        this.#top = Math.max(0, Math.min(this.#top, lines.length - height))
        return lines.slice(this.#top, this.#top + height)
      },
      keys: KEYS.help,
    })
  }

  press(key: Press, size: Size): void {
    switch (actionFor('help', key.name)) {
      case 'close':
        return this.host.back()
      case 'up':
        this.#top -= key.name === 'pgup' ? bodyHeight(size) : 1
        return
      case 'down':
        this.#top += key.name === 'down' || key.name === 'j' ? 1 : bodyHeight(size)
        return
      case null:
    }
  }
}
