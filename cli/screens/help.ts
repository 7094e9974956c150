/** The page of keys, made from the one table. */
import { type Line, lineWidth, padLine, plain, toned, wrapLine } from '../door.ts'
import { type Binding, EVERYWHERE, KEYS, type Keyed } from '../keys.ts'
import { ReadingScreen } from './reading.ts'
import type { Host } from './screen.ts'

const TITLES: { readonly [screen in Keyed]: string } = {
  map: 'On the course map',
  find: 'While finding',
  lesson: 'In a lesson',
  search: 'While searching',
  found: 'At what was found',
  links: 'On the page of links',
  edit: 'While changing a cell',
  prompt: 'At the prompt',
  repl: 'On a cluster of your own',
  world: 'On the timeline',
  choose: 'In a list; letters look for something',
  filter: 'While choosing what to see',
  exercise: 'In an exercise',
  confirm: 'When asked',
  help: 'On this page',
}

export class HelpScreen extends ReadingScreen {
  constructor(about: readonly Keyed[], host: Host) {
    super('keys', host, (width) => linesOf(about, width))
  }
}

function linesOf(about: readonly Keyed[], width: number): Line[] {
  const tables: (readonly [string, readonly Binding[]])[] = [
    ...about.map((screen) => [TITLES[screen], inForce(screen, about)] as const),
    ['Everywhere', EVERYWHERE],
  ]
  return tables.flatMap(([title, bindings]) => [
    toned('strong', ` ${title}`),
    ...bindings.flatMap((binding) => row(binding, width)),
    plain(''),
  ])
}

/** Where the prompt is all there is, its own key for leaving is another one. */
function inForce(screen: Keyed, about: readonly Keyed[]): readonly Binding[] {
  const all: readonly Binding[] = KEYS[screen]
  return screen === 'prompt' && about.includes('repl') ? all.filter(({ action }) => action !== 'leave') : all
}

/** Below this width the column of keys is a small one, and keys that do not fit stand above what they do. */
const NARROW = 60

/** Every key of the binding, then what it does. */
function row(binding: Binding, width: number): Line[] {
  const keys =
    binding.keys.length > 3
      ? (binding.shown ?? binding.keys.slice(0, 3).join(' '))
      : binding.keys.map(name).join(' ')
  const shown: Line = [
    { text: '   ', tone: 'plain' },
    { text: keys, tone: 'accent' },
  ]
  const column = width < NARROW ? 13 : 25
  const margin = plain(' '.repeat(column))
  if (lineWidth(shown) < column)
    return wrapLine(plain(binding.says), width - 1, { first: padLine(shown, column), rest: margin })
  return [shown, ...wrapLine(plain(binding.says), width - 1, { first: margin, rest: margin })]
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
