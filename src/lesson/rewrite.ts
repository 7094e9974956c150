/** rewrite: a lesson's text with the output its cells give now. */
import type { View } from '../base/view.ts'
import { goldenText } from '../scenario/play.ts'
import { isRun } from './lesson.ts'
import type { Notebook } from './notebook.ts'

/** Every cell that ran gets what it printed behind `----`; all else stays to the letter. */
export function rewrite(source: string, notebook: Notebook): string {
  const lines = source.replace(/\r\n/g, '\n').split('\n')
  const ran = notebook.cells.filter(({ cell, status }) => isRun(cell) && status === 'done')
  for (const { cell, output } of [...ran].sort((a, b) => b.cell.line - a.cell.line)) {
    const start = cell.line
    const fence = /^(`{3,}|~{3,})/.exec(lines[start - 1] ?? '')?.[1]
    if (fence === undefined)
      throw new Error(`${notebook.lesson.file}:${cell.line}: no fence where the cell "${cell.id}" starts`)
    const end = lines.findIndex((line, i) => i >= start && line.trimEnd() === fence)
    const body = lines.slice(start, end)
    const bar = body.findIndex((line) => line.trimEnd() === '----')
    const commands = bar < 0 ? body : body.slice(0, bar)
    lines.splice(start, end - start, ...commands, '----', ...textOf(output))
  }
  return lines.join('\n')
}

function textOf(output: View | null): string[] {
  if (output === null) return []
  return goldenText(output.kind === 'stack' ? output.views : [output]).split('\n')
}
