/** Tones as colours of a terminal: the sixteen everybody has, readable on dark and on light. */
import type { Line, Tone } from './door.ts'

/** `null` draws a tone as it is. */
export interface Theme {
  readonly name: 'colour' | 'plain'
  /** The numbers of an SGR sequence for each tone; empty where nothing is set. */
  readonly tones: { readonly [tone in Tone]: string }
}

export const COLOUR: Theme = {
  name: 'colour',
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
  tones: { plain: '', dim: '', good: '', bad: '', accent: '', warn: '', strong: '', code: '' },
}

/** A line as the terminal takes it. Every tone is closed again before the next begins. */
export function paint(line: Line, theme: Theme, ascii = false): string {
  return line
    .map(({ text: full, tone }) => {
      const text = ascii ? asciiText(full) : full
      const sgr = theme.tones[tone]
      return sgr === '' || text === '' ? text : `\u001b[${sgr}m${text}\u001b[0m`
    })
    .join('')
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
  const forced = env['FORCE_COLOR']
  if (env['NO_COLOR'] !== undefined && env['NO_COLOR'] !== '') return PLAIN
  if (forced !== undefined && forced !== '') return forced === '0' || forced === 'false' ? PLAIN : COLOUR
  return stream.isTTY === true && env['TERM'] !== 'dumb' ? COLOUR : PLAIN
}
