/** play: several lines of the scenario language, and what they print together. */
import type { View } from '../base/view.ts'
import { viewText } from '../draw/text.ts'
import { type Result, ScenarioProblem } from './command.ts'
import type { Session } from './session.ts'

/** A line that made no sense, with its number. */
export class LineProblem extends Error {
  override readonly name = 'LineProblem'
  constructor(
    readonly line: number,
    readonly text: string,
    readonly problem: ScenarioProblem,
  ) {
    super(explainProblem(text, problem))
  }
}

export interface Played {
  readonly views: readonly View[]
  readonly verdicts: Result['verdicts']
}

/** Plays lines in order. Throws `LineProblem` at the first that makes no sense. */
export function play(
  session: Session,
  lines: readonly { readonly text: string; readonly line: number }[],
): Played {
  const views: View[] = []
  const verdicts: Result['verdicts'][number][] = []
  for (const { text, line } of lines) {
    try {
      const result = session.execute(text)
      if (result.view !== null) views.push(result.view)
      verdicts.push(...result.verdicts)
    } catch (error) {
      if (error instanceof ScenarioProblem) throw new LineProblem(line, text, error)
      throw error
    }
  }
  return { views, verdicts }
}

/** Golden text: width 80, no colour, one blank line between views. */
export function goldenText(views: readonly View[]): string {
  return views.map((view) => viewText(view)).join('\n\n')
}

/** The line, a caret, what was expected, and the nearest valid word. */
export function explainProblem(text: string, problem: ScenarioProblem): string {
  const advice = problem.suggestion === null ? '' : ` Try: ${problem.suggestion}`
  return `${text}\n${' '.repeat(problem.column)}^ ${problem.message}.${advice}`
}

/** A scenario file: commands, and behind `----` what they print. */
export function parseScenario(source: string): {
  commands: { text: string; line: number }[]
  expected: string | null
} {
  const lines = source.replace(/\r\n/g, '\n').split('\n')
  const bar = lines.findIndex((line) => line.trimEnd() === '----')
  const head = bar < 0 ? lines : lines.slice(0, bar)
  const commands = head
    .map((text, i) => ({ text, line: i + 1 }))
    .filter(({ text }) => text.trim() !== '' && !text.trim().startsWith('#'))
  const expected =
    bar < 0
      ? null
      : lines
          .slice(bar + 1)
          .map((line) => line.trimEnd())
          .join('\n')
          .trimEnd()
  return { commands, expected }
}
