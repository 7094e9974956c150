/** What the bundle changes of libraries: they do the same, later or without asking twice. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import * as acorn from 'acorn'
import { build } from 'esbuild'
import stringWidth from 'string-width'
import { afterAll, expect, test, vi } from 'vitest'
import wrapAnsi from 'wrap-ansi'
import * as yaml from 'yaml'
import { late, madeLate } from '../../cli/late.mjs'
import InkOutput from '../../node_modules/ink/build/output.js'

const folder = mkdtempSync(join(tmpdir(), 'splitbrain-'))
afterAll(() => rmSync(folder, { recursive: true }))
const outfile = join(folder, 'late.mjs')
await build({
  stdin: {
    contents: `export { default as width } from 'string-width'
      export { default as wrap } from 'wrap-ansi'
      export { parseDocument, LineCounter } from 'yaml'
      export { parse } from 'acorn'
      export { default as Yoga } from 'yoga-layout'
      export { default as Output } from '../../node_modules/ink/build/output.js'`,
    resolveDir: import.meta.dirname,
  },
  bundle: true,
  outfile,
  format: 'esm',
  platform: 'node',
  plugins: [late()],
  banner: {
    js: "import { createRequire as createRequire_ } from 'node:module'; const require = createRequire_(import.meta.url);",
  },
})
const fetched = vi.spyOn(globalThis, 'fetch')
const { width, wrap, parseDocument, LineCounter, parse, Yoga, Output } = (await import(
  pathToFileURL(outfile).href
)) as {
  width: typeof stringWidth
  wrap: typeof wrapAnsi
  parseDocument: typeof yaml.parseDocument
  LineCounter: typeof yaml.LineCounter
  parse: typeof acorn.parse
  Yoga: {
    readonly Node: {
      create(): { setWidth(w: number): void; calculateLayout(): void; getComputedWidth(): number }
    }
  }
  Output: typeof InkOutput
}

test('the layout is there without fetching anything', () => {
  const node = Yoga.Node.create()
  node.setWidth(7)
  node.calculateLayout()
  expect(node.getComputedWidth()).toBe(7)
  expect(fetched).not.toHaveBeenCalled()
})

test('what is asked for late answers as the library does', () => {
  const text = 'title: x\nneeds: [a, b]\n'
  const counter = new LineCounter()
  expect(parseDocument(text, { lineCounter: counter }).toJS()).toEqual(yaml.parseDocument(text).toJS())
  expect(counter.linePos(9)).toEqual({ line: 2, col: 1 })
  const code = 'const a = [1, ...b]'
  const options = { ecmaVersion: 2022 } as const
  expect(JSON.stringify(parse(code, options))).toBe(JSON.stringify(acorn.parse(code, options)))
})

test('a frame is drawn as Ink draws it, whatever was drawn before', () => {
  const frames = Array.from({ length: 400 }, (_, i) => [
    `\u001b[1;36mline ${i}\u001b[0m \u001b[31m한글\u001b[39m`,
    `${i % 2 ? '\u001b[2m' : ''}│ the same │\u001b[0m`,
    'plain',
  ])
  const drawn = (Kind: typeof InkOutput, lines: readonly string[]): string => {
    const output = new Kind({ width: 30, height: lines.length })
    for (const [y, line] of lines.entries()) output.write(0, y, line, { transformers: [] })
    return output.get().output
  }
  for (const frame of frames) expect(drawn(Output, frame)).toBe(drawn(InkOutput, frame))
})

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
  for (const file of ['string-width/index.js', 'ink/build/output.js', 'yoga-layout/yoga-wasm-base64-esm.js'])
    expect(() => madeLate('export default 1', `node_modules/${file}`)).toThrow('another version')
})
