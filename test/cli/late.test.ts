/** Widths in the bundle are those of the library. */
import { createRequire } from 'node:module'
import { build } from 'esbuild'
import stringWidth from 'string-width'
import { expect, test } from 'vitest'
import wrapAnsi from 'wrap-ansi'
import { late, madeLate } from '../../cli/late.mjs'

const { outputFiles } = await build({
  stdin: {
    contents: "export { default as width } from 'string-width'\nexport { default as wrap } from 'wrap-ansi'",
    resolveDir: import.meta.dirname,
  },
  bundle: true,
  write: false,
  format: 'cjs',
  platform: 'node',
  plugins: [late()],
})
const bundled = { exports: {} as { width: typeof stringWidth; wrap: typeof wrapAnsi } }
new Function('module', 'require', outputFiles[0]!.text)(bundled, createRequire(import.meta.url))
const { width, wrap } = bundled.exports

test('of letters, signs and arrows, alone, after a letter and before a selector of emoji', () => {
  const wrong: string[] = []
  const codes = Array.from({ length: 0x3000 }, (_, code) => code).filter(
    (code) => code < 0x100 || code >= 0x2000,
  )
  for (const one of codes.map((code) => String.fromCharCode(code)))
    for (const text of [one, `a${one}`, `${one}\ufe0f`, `${one}\u20e3`])
      if (width(text) !== stringWidth(text)) wrong.push(JSON.stringify(text))
  expect(wrong).toEqual([])
})

test.each(['👩‍👩‍👧', '🇩🇪 ok', '1️⃣', 'ｶﾞ', '한글', '\u001b[31mred\u001b[39m', ''])('of %j', (text) => {
  for (const options of [{}, { countAnsiEscapeCodes: true }, { ambiguousIsNarrow: false }])
    expect(width(text, options)).toBe(stringWidth(text, options))
})

test('where what is ambiguous is wide, our signs are', () => {
  const options = { ambiguousIsNarrow: false }
  expect(width('─●─▶│', options)).toBe(stringWidth('─●─▶│', options))
})

test.each(['●──prepare─▶│ 👩‍👩‍👧👩‍👩‍👧 aaaaaaaaaaaaa', 'plain words only', '한글한글한글'])(
  'wrapped as the library does: %j',
  (text) => {
    expect(wrap(text, 8, { hard: true })).toBe(wrapAnsi(text, 8, { hard: true }))
  },
)

test('another version of the library is told by the build, not found out by its users', () => {
  expect(() => madeLate('export default 1', 'node_modules/string-width/index.js')).toThrow('another version')
})
