/** A lesson as one HTML file that holds all it needs, and can be read without scripts. */
import { Marked, type Tokens } from 'marked'
import type { Line, View } from '../../base/view.ts'
import { highlight } from '../../draw/highlight.ts'
import { isPicture, SVG_STYLE, svgElement } from '../../draw/svg.ts'
import { escapeXml } from '../../draw/svgParts.ts'
import { renderView, viewText } from '../../draw/text.ts'
import {
  type Cell,
  type ChallengeCell,
  type ClaimCell,
  isNamed,
  type PredictCell,
  type RunCell,
} from '../lesson.ts'
import { partsOf, proofWords, stateOf, type TakenLesson, VERDICT_WORDS } from './page.ts'
import { PAGE_STYLE } from './style.ts'

export function exportHtml(taken: TakenLesson): string {
  const { lesson } = taken
  const body = lesson.parts.map((part) =>
    part.kind === 'prose' ? prose(part.markdown) : cellHtml(part.cell, taken),
  )
  const sources = lesson.sources.map((source) => `<li>${inline(source)}</li>`).join('\n')
  return `${[
    '<!doctype html>',
    '<html lang="en">',
    '<head>',
    '<meta charset="utf-8">',
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    `<title>${escapeXml(lesson.title)} · Splitbrain</title>`,
    `<style>\n${PAGE_STYLE}\n${SVG_STYLE}\n</style>`,
    '</head>',
    '<body>',
    '<main>',
    '<header>',
    `<h1>${escapeXml(lesson.title)}</h1>`,
    `<p class="facts">Splitbrain ${lesson.number} · ${escapeXml(lesson.unit)} · ${lesson.minutes} minutes</p>`,
    '</header>',
    ...body,
    ...(lesson.exercises.length === 0
      ? []
      : [
          `<p class="facts">Exercise: ${lesson.exercises.map((id) => `<code>${escapeXml(id)}</code>`).join(', ')}</p>`,
        ]),
    ...(sources === ''
      ? []
      : ['<section>', '<h2>Sources</h2>', `<ul class="sources">\n${sources}\n</ul>`, '</section>']),
    '</main>',
    '</body>',
    '</html>',
  ].join('\n')}\n`
}

function cellHtml(cell: Cell, taken: TakenLesson): string {
  switch (cell.kind) {
    case 'scenario':
    case 'ts':
      return runHtml(cell, taken)
    case 'predict':
      return predictHtml(cell)
    case 'claim':
      return claimHtml(cell, taken)
    case 'challenge':
      return challengeHtml(cell)
  }
}

function runHtml(cell: RunCell, taken: TakenLesson): string {
  const { output, problem } = stateOf(taken, cell.id)
  const parts =
    output === null ? [] : partsOf(output).map((view) => viewHtml(view, `${taken.lesson.title}: ${cell.id}`))
  const name = isNamed(cell.id) ? `<figcaption>${escapeXml(cell.id)}</figcaption>` : ''
  const text =
    cell.kind === 'ts'
      ? `<pre class="code">${linesHtml(highlight(cell.source, 'ts'))}</pre>`
      : commands(cell.commands)
  const wrong = problem === null ? '' : `<pre class="bad">${escapeXml(problem)}</pre>`
  return `<figure class="run" id="run-${escapeXml(cell.id)}">${name}\n${text}\n${parts.join('\n')}${wrong}</figure>`
}

/** A picture with the same as text behind it, for who cannot see or wants to copy; text as it is. */
function viewHtml(view: View, title: string): string {
  if (!isPicture(view)) return `<pre class="output">${linesHtml(renderView(view, { width: 80 }))}</pre>`
  const text = escapeXml(viewText(view, { width: 100 }))
  const aloud = escapeXml(viewText(view, { width: 10_000, sentences: true }))
  return [
    `<div class="picture">${svgElement(view, title)}</div>`,
    `<details class="text"><summary>as text</summary>\n<pre class="output" aria-hidden="true">${text}</pre>`,
    `<p class="aloud">${aloud.replace(/\n/g, '<br>')}</p></details>`,
  ].join('\n')
}

function predictHtml(cell: PredictCell): string {
  const answers = cell.answers.map(({ text, right, reason }) => {
    const verdict = right ? '<b class="good">Yes.</b>' : '<b class="bad">No.</b>'
    return `<li><details><summary>${inline(text)}</summary><p>${verdict} ${inline(reason)}</p></details></li>`
  })
  return `<section class="predict"><p class="kind">What do you expect?</p>\n${prose(cell.question)}\n<ol>\n${answers.join('\n')}\n</ol></section>`
}

function claimHtml(cell: ClaimCell, taken: TakenLesson): string {
  return [
    `<section class="claim" id="claim-${escapeXml(cell.id)}"><p class="kind">Claim ${escapeXml(cell.id)}</p>`,
    `<blockquote>${prose(cell.statement)}</blockquote>`,
    `<p><b class="${cell.verdict}">${VERDICT_WORDS[cell.verdict]}</b> ${escapeXml(proofWords(stateOf(taken, cell.id)))}</p></section>`,
  ].join('\n')
}

function challengeHtml(cell: ChallengeCell): string {
  const solution = commands(cell.solution.map((text) => ({ text })))
  return [
    `<section class="challenge"><p class="kind">Challenge: break ${escapeXml(cell.property)} in at most ${cell.steps} steps</p>`,
    prose(cell.says),
    commands(cell.commands),
    `<details><summary>one way</summary>${solution}</details></section>`,
  ].join('\n')
}

function commands(lines: readonly { readonly text: string }[]): string {
  if (lines.length === 0) return ''
  return `<pre class="commands">${lines.map(({ text }) => `<span class="dim">&gt; </span>${escapeXml(text)}`).join('\n')}</pre>`
}

function linesHtml(lines: readonly Line[]): string {
  return lines
    .map((line) =>
      line
        .map(({ text, tone }) =>
          tone === 'plain' ? escapeXml(text) : `<span class="${tone}">${escapeXml(text)}</span>`,
        )
        .join('')
        .trimEnd(),
    )
    .join('\n')
}

/** Tags a lesson may use, without attributes; anything else is shown as it was written. */
const ALLOWED = /^<\/?(details|summary|br|sub|sup|kbd)>$/i

const markdown = new Marked({
  gfm: true,
  renderer: {
    html: ({ raw }: Tokens.HTML | Tokens.Tag) =>
      raw.replace(/<!--[\s\S]*?-->|<[^>]*>|[^<]+|</g, (piece) => {
        if (piece.startsWith('<!--')) return ''
        return ALLOWED.test(piece.trim()) ? piece : escapeXml(piece)
      }),
    code: ({ text, lang }: Tokens.Code) =>
      `<pre class="code">${linesHtml(highlight(text, (lang ?? '').split(/[\s{]/)[0] ?? ''))}</pre>\n`,
    link({ href, tokens }: Tokens.Link) {
      const words = this.parser.parseInline(tokens)
      return /^(https?:|#)/i.test(href) ? `<a href="${escapeXml(href)}">${words}</a>` : words
    },
    image: ({ text }: Tokens.Image) => escapeXml(text),
  },
})

function prose(text: string): string {
  return markdown.parse(text, { async: false }).trim()
}

function inline(text: string): string {
  return markdown.parseInline(text.replace(/\s+/g, ' ').trim(), { async: false })
}
