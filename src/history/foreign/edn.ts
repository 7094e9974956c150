/** EDN, the notation of Jepsen's histories, read strictly: what is damaged is a problem at its place. */
import { byText, canonicalText, type Json } from '../../base/canonical.ts'
import { exactNumber } from './number.ts'

/** How deep forms may lie in forms; what is deeper is no history. */
export const DEEPEST = 200

/** Text that is no EDN: at which place of the text, counted from 0, and why. */
export class EdnProblem extends Error {
  override readonly name = 'EdnProblem'
  constructor(
    readonly at: number,
    message: string,
  ) {
    super(message)
  }
}

/**
 * Reads forms one after the other. Keywords, symbols, characters and ratios become text without their marks, lists arrays,
 * sets arrays in one order; tags and what is said about a form are left out; keys of maps that are not text become their
 * text. A number that a double cannot hold stays text.
 */
export class EdnReader {
  #at: number
  #depth = 0

  constructor(
    private readonly text: string,
    from = 0,
  ) {
    this.#at = from
  }

  /** Where the next form begins, or the end of the text. */
  get at(): number {
    this.#skip()
    return this.#at
  }

  get done(): boolean {
    return this.at >= this.text.length
  }

  /** The next form. Throws `EdnProblem`. */
  next(): Json {
    if (this.#depth >= DEEPEST) throw new EdnProblem(this.#at, `forms lie more than ${DEEPEST} deep in forms`)
    this.#depth++
    const form = this.#form()
    this.#depth--
    return form
  }

  #form(): Json {
    this.#skip()
    const mark = this.text[this.#at]
    switch (mark) {
      case undefined:
        throw new EdnProblem(this.#at, 'the text ends in the middle')
      case '{':
        return this.#map()
      case '[':
        return this.#many(1, ']')
      case '(':
        return this.#many(1, ')')
      case '"':
        return this.#string()
      case '\\':
        return this.#character()
      case '#':
        return this.#dispatch()
      case '^':
        this.#at++
        this.next()
        return this.next()
      case '}':
      case ']':
      case ')':
        throw new EdnProblem(this.#at, `"${mark}" closes nothing`)
      default:
        return this.#atom()
    }
  }

  /** Blanks, commas, comments, and forms that are to be ignored. */
  #skip(): void {
    for (;;) {
      BLANKS.lastIndex = this.#at
      this.#at += BLANKS.exec(this.text)![0].length
      if (!this.text.startsWith('#_', this.#at)) return
      this.#at += 2
      this.next()
    }
  }

  #many(marks: number, end: string): Json[] {
    const from = this.#at
    this.#at += marks
    const items: Json[] = []
    while (!this.done && this.text[this.#at] !== end) items.push(this.next())
    if (this.done) throw new EdnProblem(from, `"${this.text[from]}" is never closed`)
    this.#at++
    return items
  }

  #map(): Json {
    const from = this.#at
    const items = this.#many(1, '}')
    if (items.length % 2 === 1) throw new EdnProblem(from, 'a map with a key that has no value')
    const entries = Array.from({ length: items.length / 2 }, (_, i) => [
      textOf(items[2 * i]!),
      items[2 * i + 1]!,
    ])
    return Object.fromEntries(entries) as Json
  }

  #string(): string {
    const from = this.#at
    let text = ''
    for (this.#at++; this.text[this.#at] !== '"'; this.#at++) {
      const letter = this.text[this.#at]
      if (letter === undefined) throw new EdnProblem(from, 'a text that is never closed')
      if (letter !== '\\') text += letter
      else text += this.#escape()
    }
    this.#at++
    return text
  }

  #escape(): string {
    const escaped = this.text[++this.#at] ?? ''
    if (escaped === 'u') {
      const digits = this.text.slice(this.#at + 1, this.#at + 5)
      if (!/^[\da-f]{4}$/i.test(digits)) throw new EdnProblem(this.#at, '"\\u" is followed by four digits')
      this.#at += 4
      return String.fromCharCode(Number.parseInt(digits, 16))
    }
    const letter = ESCAPES[escaped]
    if (letter === undefined) throw new EdnProblem(this.#at, `"\\${escaped}" stands for nothing`)
    return letter
  }

  #character(): string {
    this.#at++
    const name = this.#word() || this.text[this.#at++] || ''
    return CHARACTERS[name] ?? name
  }

  /** A set, or a tag before a form. */
  #dispatch(): Json {
    if (this.text[this.#at + 1] === '{')
      return this.#many(2, '}').sort((a, b) => byText(canonicalText(a), canonicalText(b)))
    this.#at++
    if (this.text[this.#at] === '#') return this.#symbolic()
    if (this.#word() === '')
      throw new EdnProblem(this.#at - 1, '"#" is followed by a set or the name of a tag')
    return this.next()
  }

  #atom(): Json {
    const from = this.#at
    const word = this.#word()
    if (word === '') throw new EdnProblem(from, `${JSON.stringify(this.text[from])} begins nothing`)
    if (word === 'nil') return null
    if (word === 'true' || word === 'false') return word === 'true'
    if (word.startsWith(':')) return word.slice(1)
    if (!/^[+-]?\d/.test(word) || /^[+-]?\d+\/\d+$/.test(word)) return word
    const number = exactNumber(word.replace(/[NM]$/, ''))
    if (number === null) throw new EdnProblem(from, `"${word}" is no number`)
    return number
  }

  /** `##Inf` and its like: text, since no other number is equal to it. */
  #symbolic(): string {
    this.#at++
    return `##${this.#word()}`
  }

  #word(): string {
    WORD.lastIndex = this.#at
    const [word] = WORD.exec(this.text)!
    this.#at += word.length
    return word
  }
}

const BLANKS = /(?:[\s,]|;.*)*/y
const WORD = /[^\s,;"()[\]{}\\#^]*/y
const ESCAPES: { readonly [letter: string]: string } = {
  t: '\t',
  r: '\r',
  n: '\n',
  b: '\b',
  f: '\f',
  '\\': '\\',
  '"': '"',
}
const CHARACTERS: { readonly [name: string]: string } = { newline: '\n', return: '\r', space: ' ', tab: '\t' }

function textOf(key: Json): string {
  return typeof key === 'string' ? key : JSON.stringify(key)
}
