/** What the terminal sends, as keys with names. */
import { charactersIn } from './components/caret.ts'

/** One key as screens see it: its name, and the text it types (empty for keys that type nothing). */
export interface Press {
  readonly name: string
  readonly text: string
}

/** What the terminal library says about a key. */
export type Flags = {
  readonly [flag in
    | 'upArrow'
    | 'downArrow'
    | 'leftArrow'
    | 'rightArrow'
    | 'pageUp'
    | 'pageDown'
    | 'home'
    | 'end'
    | 'return'
    | 'escape'
    | 'tab'
    | 'backspace'
    | 'delete'
    | 'ctrl'
    | 'shift'
    | 'meta']?: boolean
}

const FLAG_NAMES = {
  upArrow: 'up',
  downArrow: 'down',
  leftArrow: 'left',
  rightArrow: 'right',
  pageUp: 'pgup',
  pageDown: 'pgdn',
  home: 'home',
  end: 'end',
  return: 'enter',
  tab: 'tab',
  backspace: 'backspace',
  delete: 'delete',
} as const

/** What one call of the input hook stands for: several keys when they came in one write. */
export function pressesOf(input: string, flags: Flags): Press[] {
  for (const [flag, name] of Object.entries(FLAG_NAMES))
    if (flags[flag as keyof typeof FLAG_NAMES]) return [{ name: modified(name, flags), text: '' }]
  if (flags.escape) return [{ name: 'esc', text: '' }]
  if (flags.ctrl) return input === '' ? [] : [{ name: `ctrl-${input.toLowerCase()}`, text: '' }]
  if (flags.meta) return input === '' ? [] : [{ name: `alt-${input}`, text: '' }]
  return charactersIn(input).map(typed)
}

function modified(name: string, flags: Flags): string {
  if (name === 'tab') return flags.shift ? 'shift-tab' : 'tab'
  if (flags.ctrl) return `ctrl-${name}`
  return flags.meta ? `alt-${name}` : name
}

function typed(text: string): Press {
  switch (text) {
    case ' ':
      return { name: 'space', text }
    case '\r':
    case '\r\n':
    case '\n': // so Enter comes if it was pressed before the terminal was in raw mode
      return { name: 'enter', text: '' }
    case '\t':
      return { name: 'tab', text: '' }
    case '\u007f':
    case '\b':
      return { name: 'backspace', text: '' }
    default:
      return text < ' '
        ? { name: `ctrl-${String.fromCharCode(text.charCodeAt(0) + 96)}`, text: '' }
        : { name: text, text }
  }
}
