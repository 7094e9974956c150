/** A mistake in a scenario line: the line, a caret under the place, what was expected, the nearest valid word. */
import { type Line, type ScenarioProblem, textWidth, wrapLine } from '../door.ts'

/** What is wrong with a line, and where: columns count from 0. */
export type LineMistake = Pick<ScenarioProblem, 'column' | 'message' | 'suggestion'>

/** The lines that go under the line in which the mistake is; `indent` is where that line's text begins. */
export function problemLines(line: string, problem: LineMistake, width: number, indent = 0): Line[] {
  const at = indent + textWidth(line.slice(0, problem.column))
  const advice = problem.suggestion === null ? [] : [`Did you mean "${problem.suggestion}"?`]
  const pad = at > width / 2 ? indent : at
  const caret: Line = [
    { text: ' '.repeat(Math.min(at, Math.max(0, width - 1))), tone: 'plain' },
    { text: '^', tone: 'bad' },
  ]
  const margin = [{ text: ' '.repeat(pad), tone: 'plain' }] as const
  const says = [problem.message, ...advice]
  return [
    caret,
    ...says.flatMap((text) => wrapLine([{ text, tone: 'bad' }], width, { first: margin, rest: margin })),
  ]
}
