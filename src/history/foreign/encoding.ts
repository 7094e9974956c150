/** The text of a file: without the mark at its beginning, and told where it is none. */
import { problemAt } from './problem.ts'

/**
 * `text` is what a file holds, read as UTF-8. Throws `ForeignProblem` for bytes that are none: two of them would be read as
 * the same sign, and values that differ as equal.
 */
export function plainText(text: string): string {
  const what = BEGINNINGS.find(([beginning]) => beginning.test(text))?.[1]
  if (what !== undefined) throw problemAt('line 1', what)
  const odd = /[\0\ufffd]/.exec(text)
  if (odd === null) return text.replace(/^\ufeff/, '')
  const line = text.slice(0, odd.index).split('\n').length
  const why = odd[0] === '\0' ? 'a byte 0, so this is no text' : 'a byte that is no UTF-8'
  throw problemAt(`line ${line}`, `${why}; write the file as text in UTF-8`)
}

const UTF_16 = 'this is UTF-16; write it as UTF-8, such as with iconv -f UTF-16 -t UTF-8'
const PACKED = 'this file is compressed; unpack it first'

/** How other files begin, read as UTF-8. */
const BEGINNINGS: readonly (readonly [RegExp, string])[] = [
  [/^\ufffd\ufffd[^\0]?\0/, UTF_16],
  [/^\ufffd\ufffd\0/, UTF_16],
  [/^\s?\0\s?[^\0]\0/, UTF_16],
  [/^[\s[{:]\0[^\0]\0/, UTF_16],
  [/^\u001f\ufffd/, PACKED],
  [/^PK\u0003\u0004/, PACKED],
  [/^BZh\d/, PACKED],
  [/^\(\ufffd\/\ufffd/, PACKED],
]
