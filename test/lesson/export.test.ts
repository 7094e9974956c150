/** Exports: whole, self-contained, and safe to open. */
import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { kitFile } from '../../src/exercise/warmVitest.ts'
import { exportHtml } from '../../src/lesson/export/html.ts'
import { exportMarkdown } from '../../src/lesson/export/markdown.ts'
import { exportPictures } from '../../src/lesson/export/pictures.ts'
import { Notebook } from '../../src/lesson/notebook.ts'
import { parseLesson } from '../../src/lesson/parse.ts'
import { takeLesson } from '../../src/lesson/take.ts'
import { alternatives, protocols } from '../../src/protocols/index.ts'
import { commands } from '../../src/scenario/commands/index.ts'

const FILE = '09-two-phase-commit.md'

function taken(file: string, source: string) {
  const lesson = parseLesson(file, source)
  const notebook = new Notebook(lesson, { protocols, alternatives, commands })
  notebook.runAll()
  return { lesson, cells: notebook.cells }
}

/** It has TypeScript, so a kernel runs it. */
const real = await takeLesson(
  parseLesson(FILE, readFileSync(`lessons/${FILE}`, 'utf8')),
  { protocols, alternatives, commands },
  kitFile('kernel.js'),
)

function small(body: string) {
  return taken(
    '01-small.md',
    `---\ntitle: Small & <odd>\nunit: Tools\nminutes: 5\nneeds: []\nexercises: []\nsources:\n  - A paper\n---\n\n${body}\n`,
  )
}

describe('as a page', () => {
  test('it holds every cell and what each run printed', () => {
    const html = exportHtml(real)
    for (const { cell } of real.cells) {
      if (cell.kind === 'scenario') expect(html).toContain(`id="run-${cell.id}"`)
      if (cell.kind === 'claim') expect(html).toContain(`id="claim-${cell.id}"`)
    }
    expect(html.match(/class="predict"/g)).toHaveLength(
      real.cells.filter((c) => c.cell.kind === 'predict').length,
    )
    expect(html).toContain('held in all 56,726 worlds up to depth 19')
    expect(html).toContain('Proven by the runs')
    expect(html).not.toContain('Not proven')
  })

  test('it needs nothing but itself: no script, no file, no server', () => {
    const html = exportHtml(real)
    expect(html).not.toMatch(/<script|<link|<img|<iframe|@import|url\(|\bsrc=|\bon[a-z]+=/i)
    expect(html.startsWith('<!doctype html>\n<html lang="en">')).toBe(true)
  })

  test('what a lesson may not do is shown as it was written', () => {
    const html = exportHtml(
      small(
        'Look: <script>alert(1)</script> <b onclick="x()">b</b> [here](javascript:alert(1)) [there](https://example.org/a?b="c")\n\n<!-- not shown -->\n\n<iframe src="x"></iframe>',
      ),
    )
    expect(html).toContain('&lt;script&gt;')
    expect(html).toContain('&lt;iframe src=&quot;x&quot;&gt;')
    expect(html).not.toMatch(/<script|<iframe|<b onclick|href="javascript|not shown/)
    expect(html).toContain('<title>Small &amp; &lt;odd&gt; · Splitbrain</title>')
  })

  test('folded sections stay folded, and answers too', () => {
    const html = exportHtml(
      small(
        '<details><summary>Also said</summary>\n\nmore\n\n</details>\n\n```predict\nWhich?\n- [x] this :: because\n- [ ] that :: no\n```',
      ),
    )
    expect(html).toContain('<details><summary>Also said</summary>')
    expect(html).toContain(
      '<details><summary>this</summary><p><b class="good">Yes.</b> because</p></details>',
    )
  })
})

describe('as Markdown', () => {
  test('it holds the words of every run with what it printed', () => {
    const text = exportMarkdown(real)
    for (const { cell } of real.cells)
      if (cell.kind === 'scenario') {
        expect(text).toContain(cell.commands.map((command) => `> ${command.text}`).join('\n'))
        if (cell.expected !== null) expect(text).toContain(cell.expected)
      }
    expect(text).toMatch(/^# Two-phase commit\n/)
  })

  test('fences are longer than what they hold', () => {
    const text = exportMarkdown(small('```scenario\ncluster nobody ```\n```'))
    expect(text).toContain('````text\n> cluster nobody ```')
  })
})

test('pictures are those of the runs that drew any, and are named after them', () => {
  const pictures = exportPictures(real)
  expect(pictures.map((one) => one.name)).toContain('in-doubt.svg')
  expect(new Set(pictures.map((one) => one.name)).size).toBe(pictures.length)
  for (const { svg } of pictures) expect(svg).toMatch(/^<svg [^>]*role="img"[\s\S]*<\/svg>\n$/)
})

test('a cell that has not run is shown without output, and its claim as one to be proven', () => {
  const lesson = parseLesson(FILE, readFileSync(`lessons/${FILE}`, 'utf8'))
  const idle = { lesson, cells: new Notebook(lesson, { protocols, alternatives, commands }).cells }
  expect(exportPictures(idle)).toEqual([])
  expect(exportHtml(idle)).toContain('To be proven by the runs')
})
