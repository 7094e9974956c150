/** Tones as colours of a terminal: the sixteen everybody has, readable on dark and on light. */
import type { Line, Tone } from './door.ts'

/** `null` draws a tone as it is. */
export interface Theme {
  readonly name: 'colour' | 'plain'
  /** The numbers of an SGR sequence for each tone; empty where nothing is set. */
  readonly tones: { readonly [tone in Tone]: string }
  /** Whether words can lead somewhere: the terminal opens the address (OSC 8). */
  readonly links: boolean
}

export const COLOUR: Theme = {
  name: 'colour',
  links: false,
  tones: {
    plain: '',
    dim: '2',
    good: '32',
    bad: '1;31',
    accent: '1;36',
    warn: '33',
    strong: '1',
    code: '36',
  },
}

/** No sequences at all: words and shapes say everything. */
export const PLAIN: Theme = {
  name: 'plain',
  links: false,
  tones: { plain: '', dim: '', good: '', bad: '', accent: '', warn: '', strong: '', code: '' },
}

/** A line as the terminal takes it. Every tone is closed again before the next begins. */
export function paint(line: Line, theme: Theme, ascii = false): string {
  return line
    .map(({ text: full, tone, href }) => {
      const text = ascii ? asciiText(full) : full
      if (text === '') return text
      const underline = href !== undefined && theme.name === 'colour' ? ['4'] : []
      const sgr = [theme.tones[tone], ...underline].filter((part) => part !== '').join(';')
      const shown = sgr === '' ? text : `\u001b[${sgr}m${text}\u001b[0m`
      return href !== undefined && theme.links ? linkTo(href, shown) : shown
    })
    .join('')
}

/** OSC 8, as most terminals of today take it: https://gist.github.com/egmontkob/eb114294efbcd5adb1944c9f3cb5feda */
function linkTo(href: string, text: string): string {
  return `\u001b]8;;${href.replace(/[^!-~]/g, '')}\u0007${text}\u001b]8;;\u0007`
}

/** What stands for each character that is not ASCII; one for one, so that nothing moves. */
const ASCII: { readonly [character: string]: string } = Object.fromEntries(
  [
    ['─━═—–', '-'],
    ['│┃╎', '|'],
    ['┼●', 'o'],
    ['○', '@'],
    ['▶▸›→»', '>'],
    ['◀←', '<'],
    ['✓', '+'],
    ['✗', 'x'],
    ['↑↻', '^'],
    ['↓▾', 'v'],
    ['•■◇', '*'],
    ['▷', '>'],
    ['≡', '='],
    ['…·', '.'],
    ['“”', '"'],
    ['‘’', "'"],
  ].flatMap(([from, to]) => [...from!].map((character) => [character, to!])),
)

export function asciiText(text: string): string {
  return text.replace(/[^\u0000-\u007f]/g, (character) => ASCII[character] ?? character)
}

/** https://no-color.org, `FORCE_COLOR`, and whether the stream is a terminal that shows colour. */
export function themeFor(
  stream: { readonly isTTY?: boolean },
  env: { readonly [name: string]: string | undefined },
): Theme {
  const colours = coloursFor(stream, env)
  return { ...colours, links: stream.isTTY === true && hasLinks(env) }
}

function coloursFor(
  stream: { readonly isTTY?: boolean },
  env: { readonly [name: string]: string | undefined },
): Theme {
  const forced = env['FORCE_COLOR']
  if (env['NO_COLOR'] !== undefined && env['NO_COLOR'] !== '') return PLAIN
  if (forced !== undefined && forced !== '') return forced === '0' || forced === 'false' ? PLAIN : COLOUR
  return stream.isTTY === true && env['TERM'] !== 'dumb' ? COLOUR : PLAIN
}

/**
 * Whether the terminal says of itself that it is one of those that open links. What it is inside of tmux or screen is not
 * known. `FORCE_HYPERLINK=1` says so, 0 that it is none.
 */
function hasLinks(env: { readonly [name: string]: string | undefined }): boolean {
  const forced = env['FORCE_HYPERLINK']
  if (forced !== undefined && forced !== '') return forced !== '0' && forced !== 'false'
  if (env['TMUX'] !== undefined || env['STY'] !== undefined || env['TERM'] === 'dumb') return false
  return (
    env['WT_SESSION'] !== undefined ||
    Number(env['VTE_VERSION'] ?? 0) >= 5000 ||
    Number(env['KONSOLE_VERSION'] ?? 0) >= 201200 ||
    /^(?:iTerm\.app|WezTerm|vscode|ghostty|Hyper|Tabby)$/.test(env['TERM_PROGRAM'] ?? '') ||
    /^(?:xterm-kitty|xterm-ghostty|foot|alacritty)/.test(env['TERM'] ?? '')
  )
}
