/** late: an esbuild plugin by which the widths of characters are known at once, and those of emoji looked up when one comes. */
import { readFileSync } from 'node:fs'

/**
 * string-width and wrap-ansi make a segmenter, and a pattern of every emoji, as they are loaded: 30 ms that most commands
 * have no use for. In the bundle they are made when they are used, and lines without anything but letters and the signs
 * of our pictures need neither.
 * @returns {import('esbuild').Plugin}
 */
export function late() {
  return {
    name: 'late',
    setup(bundle) {
      bundle.onLoad({ filter: /[\\/](?:string-width|wrap-ansi)[\\/]index\.js$/ }, ({ path }) => ({
        contents: madeLate(readFileSync(path, 'utf8'), path),
        loader: 'js',
      }))
    },
  }
}

const SEGMENTER = 'const segmenter = new Intl.Segmenter();'
const EMOJI = 'const rgiEmojiRegex = /^\\p{RGI_Emoji}$/v;'
const ASCII = '// Fast path: printable ASCII'

/** Each takes one column, and so does every one of a line of them. Escape sequences are not among them. */
const NARROW = '/^[ -~·»✗✓✎↻…●○◀▶▸─-╿]*$/'

/**
 * @param {string} text
 * @param {string} path
 */
export function madeLate(text, path) {
  const segmenter =
    'let segmenter_; const segmenter = { segment: text => (segmenter_ ??= new Intl.Segmenter()).segment(text) };'
  if (path.includes('wrap-ansi')) return changed(text, [[SEGMENTER, segmenter]], path)
  const emoji =
    "let emoji_; const rgiEmojiRegex = { test: text => (emoji_ ??= new RegExp('^\\\\p{RGI_Emoji}$', 'v')).test(text) };"
  const narrow = `if (ambiguousIsNarrow && ${NARROW}.test(string)) return string.length;\n\t${ASCII}`
  return changed(
    text,
    [
      [SEGMENTER, segmenter],
      [EMOJI, emoji],
      [ASCII, narrow],
    ],
    path,
  )
}

/**
 * @param {string} text
 * @param {readonly (readonly [from: string, to: string])[]} changes
 * @param {string} path
 */
function changed(text, changes, path) {
  let made = text
  for (const [from, to] of changes) {
    if (made.split(from).length !== 2)
      throw new Error(`${path} is another version than cli/late.mjs knows: "${from}" is not there once`)
    made = made.replace(from, () => to)
  }
  return made
}
