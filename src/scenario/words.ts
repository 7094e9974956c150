/** Words of a scenario line, and the small grammar all commands share. */
import type { Json } from '../base/canonical.ts'
import { ScenarioProblem, type Word } from './command.ts'

/** Splits a line at blanks; `"..."` keeps blanks together, also inside a word; `#` starts a comment. */
export function splitWords(line: string): Word[] {
  const words: Word[] = []
  const pattern = /(?:"[^"]*"|[^\s"]|"(?=[^"]*$))+/g
  const text = line.replace(/(^|\s)#.*$/, '')
  for (const match of text.matchAll(pattern)) words.push({ text: match[0], column: match.index })
  return words
}

/** A word of the form `name=value`, or null. */
export function setting(word: Word): { readonly name: string; readonly value: Word } | null {
  const at = word.text.indexOf('=')
  if (at <= 0) return null
  return {
    name: word.text.slice(0, at),
    value: { text: unquote(word.text.slice(at + 1)), column: word.column + at + 1 },
  }
}

/** A value as JSON: numbers, true, false and null as such, everything else as text. */
export function jsonOf(text: string): Json {
  if (/^-?\d+(\.\d+)?$/.test(text)) return Number(text)
  if (text === 'true' || text === 'false') return text === 'true'
  return text === 'null' ? null : text
}

/** A whole number that is not negative; `any` counts as infinity where allowed. */
export function countOf(word: Word, allowAny = false): number {
  if (allowAny && word.text === 'any') return Number.POSITIVE_INFINITY
  if (/^\d+$/.test(word.text)) return Number(word.text)
  throw new ScenarioProblem(
    word.column,
    `expected a number${allowAny ? ' or "any"' : ''}, found "${word.text}"`,
    allowAny ? 'any' : '1',
  )
}

/** Milliseconds from `500ms`, `2s` or `500`. */
export function millisOf(word: Word): number {
  const match = /^(\d+(?:\.\d+)?)(ms|s)?$/.exec(word.text)
  if (match === null)
    throw new ScenarioProblem(
      word.column,
      `expected a time such as 500ms or 2s, found "${word.text}"`,
      '500ms',
    )
  return Number(match[1]) * (match[2] === 's' ? 1000 : 1)
}

/** A chance from `0.1` or `10%`. */
export function chanceOf(word: Word): number {
  const match = /^(\d+(?:\.\d+)?)(%)?$/.exec(word.text)
  const chance = match === null ? Number.NaN : Number(match[1]) / (match[2] === '%' ? 100 : 1)
  if (!(chance >= 0 && chance <= 1))
    throw new ScenarioProblem(
      word.column,
      `expected a chance such as 0.1 or 10%, found "${word.text}"`,
      '0.1',
    )
  return chance
}

/** A fraction such as `1/10`. */
export function fractionOf(word: Word): readonly [number, number] {
  const match = /^(\d+)\/(\d+)$/.exec(word.text)
  if (match === null)
    throw new ScenarioProblem(word.column, `expected a fraction such as 1/10, found "${word.text}"`, '1/10')
  return [Number(match[1]), Number(match[2])]
}

/** The word, if it is one of the list; otherwise a problem that names the nearest. */
export function oneOf(word: Word | undefined, list: readonly string[], what: string, after: number): string {
  if (word === undefined)
    throw new ScenarioProblem(
      after,
      `expected ${what}: ${list.join(', ') || 'there is none'}`,
      list[0] ?? null,
    )
  if (list.includes(word.text)) return word.text
  throw new ScenarioProblem(
    word.column,
    `no ${what} is called "${word.text}"; there ${list.length === 1 ? 'is' : 'are'} ${list.join(', ') || 'none'}`,
    nearest(word.text, list),
  )
}

/** The word of the list with the smallest edit distance, if it is near enough to be meant. */
export function nearest(text: string, list: readonly string[]): string | null {
  let best: string | null = null
  let least = Math.max(2, Math.ceil(text.length / 2))
  for (const word of list) {
    const distance =
      word.startsWith(text) && text.length > 0
        ? 0.5
        : isFirstPart(word, text)
          ? 1
          : editDistance(text.toLowerCase(), word.toLowerCase())
    if (distance < least) [best, least] = [word, distance]
  }
  return best
}

/** `heal` of `heal-all` or `heal_all`. */
function isFirstPart(word: string, text: string): boolean {
  return text.startsWith(word) && /[-_]/.test(text[word.length] ?? '')
}

/** Column just behind the last word: where something is missing. */
export function endOf(words: readonly Word[]): number {
  const last = words.at(-1)
  return last === undefined ? 0 : last.column + last.text.length + 1
}

function unquote(text: string): string {
  return text.startsWith('"') && text.endsWith('"') && text.length > 1 ? text.slice(1, -1) : text
}

function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++)
      next.push(Math.min(next[j - 1]! + 1, row[j]! + 1, row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)))
    row = next
  }
  return row[b.length]!
}
