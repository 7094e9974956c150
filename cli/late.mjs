/** late: an esbuild plugin by which libraries of the screen put off what takes long until somebody needs it. */
import { readFileSync } from 'node:fs'

/**
 * Ink forgets after each frame what it knows of the texts in it, and most of them are there again in the next one. What
 * stands here keeps that, up to a limit. yoga-layout fetches the program inside of its own file as if it were far away, for
 * which Node loads all that speaks HTTP.
 *
 * string-width and wrap-ansi make a segmenter, and a pattern of every emoji, as they are loaded: 30 ms that most commands
 * have no use for. In the bundle they are made when they are used, and lines without anything but letters and the signs
 * of our pictures need neither.
 * @returns {import('esbuild').Plugin}
 */
export function late() {
  return {
    name: 'late',
    setup(bundle) {
      bundle.onLoad({ filter: CHANGED }, ({ path }) => ({
        contents: madeLate(readFileSync(path, 'utf8'), path),
        loader: 'js',
      }))
      for (const [library, names] of Object.entries(ASKED)) {
        bundle.onResolve({ filter: new RegExp(`^${library}$`) }, ({ kind, resolveDir }) =>
          kind === 'import-statement'
            ? { path: library, namespace: 'late', pluginData: resolveDir }
            : undefined,
        )
        bundle.onLoad({ filter: new RegExp(`^${library}$`), namespace: 'late' }, ({ pluginData }) => ({
          contents: askedLate(library, names),
          loader: 'js',
          resolveDir: pluginData,
        }))
      }
    },
  }
}

/**
 * Libraries that most commands do not come to use, with what is used of them: functions, and classes by a capital letter.
 * They are made at the first call.
 * @type {{ readonly [library: string]: readonly string[] }}
 */
const ASKED = { yaml: ['isMap', 'isScalar', 'parseDocument', 'LineCounter'], acorn: ['parse'] }

/**
 * @param {string} library
 * @param {readonly string[]} names
 */
function askedLate(library, names) {
  const all = names.map((name) =>
    /^[A-Z]/.test(name)
      ? `export function ${name}(...given) { return new (made().${name})(...given) }`
      : `export function ${name}(...given) { return made().${name}(...given) }`,
  )
  return [`const made = () => require('${library}')`, ...all].join('\n')
}

const CHANGED =
  /[\\/](?:string-width[\\/]index|wrap-ansi[\\/]index|ink[\\/]build[\\/]output|yoga-wasm-base64-esm)\.js$/

const FETCHED = 'w||"function"!=typeof fetch?Promise.resolve()'
const FORGOTTEN = 'caches = new OutputCaches();'
/** As many as are on some ten screens after each other. */
const MOST_TEXTS = 600

/** The same for all frames. Nothing changes what it holds. */
const KEPT = `caches = (OutputCaches.kept?.styledChars.size < ${MOST_TEXTS} ? OutputCaches.kept : (OutputCaches.kept = new OutputCaches()));`

const SEGMENTER = 'const segmenter = new Intl.Segmenter();'
const EMOJI = 'const rgiEmojiRegex = /^\\p{RGI_Emoji}$/v;'
const ASCII = '// Fast path: printable ASCII'

/** Each takes one column, and so does every one of a line of them. Escape sequences are not among them. */
const NARROW = '/^[ -~·»–—‖“”‘’…›←↑→↓↵↻≠≡─-╿■▶▷▸▾◀◇○●✎✓✗•]*$/'

/**
 * @param {string} text
 * @param {string} path
 */
export function madeLate(text, path) {
  if (path.includes('yoga')) return changed(text, [[FETCHED, 'true?Promise.resolve()']], path)
  if (/ink[\\/]build/.test(path)) return changed(text, [[FORGOTTEN, KEPT]], path)
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
