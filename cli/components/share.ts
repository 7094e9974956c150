/** A verdict as text to post: what failed, its story, and what it takes to see the same. No colour, 72 columns. */
import { type CheckReport, type Exercise, type Line, lineText, plain } from '../door.ts'
import { firstFailure, reportLines } from './report.ts'

export const SHARE_WIDTH = 72

/** Without the learner's own scenarios, which nobody else has. `versions` is `splitbrain 0.1.0, Node 24.1.0, linux`. The token stands alone on its line, however long it is. */
export function shareText(report: CheckReport, exercise: Exercise, versions: string): string {
  const token = firstFailure(report)?.trace?.token
  const how: Line[] = [
    plain(`exercise ${exercise.number}-${exercise.id}, seed ${report.seed}`),
    plain(versions),
    ...(token === undefined
      ? []
      : [plain('The same story, on your own answer:'), plain(`splitbrain debug ${token}`)]),
  ]
  const lines = reportLines(
    { ...report, scenarios: [] },
    {
      width: SHARE_WIDTH,
      ascii: false,
      aloud: false,
      hints: 0,
      brief: true,
      keys: false,
      exercise: null,
      next: report.verdict === 'passed' ? [] : how,
    },
  )
  const all = report.verdict === 'passed' ? [...lines, plain(''), ...how] : lines
  return `${all.map((line) => lineText(line).trimEnd()).join('\n')}\n`
}
