/** A scenario line that makes no sense, said on standard error: its place, the line, a caret, the nearest word. */
import type { Io } from './command.ts'
import { type LineMistake, problemLines } from './components/problem.ts'
import { paint } from './theme.ts'

export function sayLineProblem(io: Io, where: string, text: string, mistake: LineMistake): void {
  io.err(`${where}\n  ${text}\n`)
  for (const one of problemLines(text, mistake, io.columns, 2)) io.err(`${paint(one, io.theme)}\n`)
}
