/** The page of keys, made from the one table. */
import { bodyHeight, frame, type Picture, type Size } from '../components/frame.ts'
import { type Line, padLine, plain, toned, wrapLine } from '../door.ts'
import { actionFor, type Binding, EVERYWHERE, KEYS, type Keyed, type Press } from '../keys.ts'
import type { Host, Screen } from './screen.ts'

const TITLES: { readonly [screen in Keyed]: string } = {
  map: 'On the course map',
  find: 'While finding',
  lesson: 'In a lesson',
  prompt: 'At the prompt',
  world: 'On the timeline',
  exercise: 'In an exercise',
  confirm: 'When asked',
  help: 'On this page',
}

export class HelpScreen implements Screen {
  readonly keyed = 'help'
  #top = 0

  constructor(
    readonly about: readonly Keyed[],
    readonly host: Host,
  ) {}

  draw(size: Size): Picture {
    return frame(size, {
      where: ['Splitbrain', 'keys'],
      status: [],
      body: (width, height) => {
        const lines = this.#lines(width)
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

  #lines(width: number): Line[] {
    const tables: (readonly [string, readonly Binding[]])[] = [
      ...this.about.map((screen) => [TITLES[screen], KEYS[screen]] as const),
      ['Everywhere', EVERYWHERE],
    ]
    return tables.flatMap(([title, bindings]) => [
      toned('strong', ` ${title}`),
      ...bindings.flatMap((binding) => row(binding, width)),
      plain(''),
    ])
  }
}

/** Every key of the binding, then what it does. */
function row(binding: Binding, width: number): Line[] {
  const keys =
    binding.keys.length > 3
      ? (binding.shown ?? binding.keys.slice(0, 3).join(' '))
      : binding.keys.map(name).join(' ')
  const first: Line = [{ text: '   ', tone: 'plain' }, ...padLine([{ text: keys, tone: 'accent' }], 22)]
  return wrapLine(plain(binding.says), width - 1, { first, rest: plain(' '.repeat(25)) })
}

const NAMES: { readonly [name: string]: string } = {
  up: '↑',
  down: '↓',
  left: '←',
  right: '→',
  pgup: 'PgUp',
  pgdn: 'PgDn',
  home: 'Home',
  end: 'End',
  enter: 'Enter',
  esc: 'Esc',
  tab: 'Tab',
  'shift-tab': 'Shift-Tab',
  space: 'Space',
  backspace: 'Backspace',
  delete: 'Del',
}

function name(key: string): string {
  return (
    NAMES[key] ??
    key.replace(
      /^(ctrl|alt)-(.*)$/,
      (_, mod: string, rest: string) =>
        `${mod === 'ctrl' ? 'Ctrl' : 'Alt'}-${NAMES[rest] ?? rest.toUpperCase()}`,
    )
  )
}
