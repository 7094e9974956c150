/** What the commands and screens use of the rest. */
import type { Line, View } from '../src/base/view.ts'
import type { Cell, Lesson } from '../src/lesson/lesson.ts'
import type { Result } from '../src/scenario/command.ts'
import type { Session } from '../src/scenario/session.ts'

export type { Line, Span, TimelineView, Tone, View } from '../src/base/view.ts'
export { lineText, plain, toned } from '../src/base/view.ts'
export { renderMarkdown } from '../src/draw/markdown.ts'
export {
  cutLine,
  justify,
  lineWidth,
  type Margin,
  padLine,
  safeText,
  textWidth,
  wrapLine,
} from '../src/draw/wrap.ts'
export type { CheckInfo, CheckReport, CheckResult, Exercise } from '../src/exercise/exercise.ts'
export type {
  Cell,
  ChallengeCell,
  ClaimCell,
  Lesson,
  Part,
  PredictCell,
  ScenarioCell,
} from '../src/lesson/lesson.ts'

import type { ScenarioProblem } from '../src/scenario/command.ts'

export { type Command, type Result, ScenarioProblem } from '../src/scenario/command.ts'
export type { Run, Session } from '../src/scenario/session.ts'

export interface CellState {
  readonly cell: Cell
  readonly status: 'idle' | 'done' | 'failed'
  readonly output: View | null
  readonly matches: boolean | null
  readonly chosen: number | null
  readonly problem: string | null
}

export interface Notebook {
  readonly lesson: Lesson
  readonly cells: readonly CellState[]
  readonly session: Session
  run(id: string): CellState
  runAll(): unknown
  predict(id: string, answer: number): unknown
  prompt(line: string): Result
}

export interface ViewSize {
  readonly width: number
  readonly ascii: boolean
}

export function renderView(view: View, _size: ViewSize): Line[] {
  switch (view.kind) {
    case 'lines':
      return [...view.lines]
    case 'stack':
      return view.views.flatMap((v) => renderView(v, _size))
    case 'verdict':
      return [
        [{ text: view.headline, tone: 'strong' }],
        ...(view.picture ? renderView(view.picture, _size) : []),
      ]
    case 'table':
      return view.rows.map((row) => row.map((c) => ({ text: `${c.text}  `, tone: c.tone ?? 'plain' })))
    case 'timeline':
      return [
        [{ text: `      ${view.lanes.join('      ')}`, tone: 'strong' }],
        ...view.rows.map((row): Line => {
          const { what } = row
          const text =
            what.kind === 'message'
              ? `${what.from} ─${what.text}─▶ ${what.to}`
              : what.kind === 'mark'
                ? `${what.lane} ${what.mark} ${what.text}`
                : what.text
          return [{ text: `${row.label.padStart(5)} ${text}`, tone: 'plain' }]
        }),
      ]
  }
}

// STUB: until the scenario language is there.
export function nearest(text: string, list: readonly string[]): string | null {
  return list.find((word) => word.startsWith(text.slice(0, 3))) ?? null
}
export function play(
  _session: Session,
  _lines: readonly { text: string; line: number }[],
): { views: readonly View[]; verdicts: Result['verdicts'] } {
  throw new Error('stub')
}
export function parseScenario(_source: string): {
  commands: { text: string; line: number }[]
  expected: string | null
} {
  throw new Error('stub')
}
export class LineProblem extends Error {
  readonly line = 0
  readonly text = ''
  readonly problem = null as unknown as ScenarioProblem
}
export function goldenText(_views: readonly View[]): string {
  throw new Error('stub')
}
export function newSession(): Session {
  throw new Error('stub')
}
export function newNotebook(_lesson: Lesson): Notebook {
  throw new Error('stub')
}
export function loadCourse(): {
  lessons: readonly Lesson[]
  problems: readonly { readonly message: string }[]
} {
  return { lessons: [], problems: [] }
}
export { packageRoot } from '../src/base/home.ts'
export { Checker, checkExercise } from '../src/exercise/check.ts'
export { ExerciseProblem, loadExercises } from '../src/exercise/load.ts'
export type { Workspace } from '../src/exercise/workspace.ts'
export {
  answerFile,
  openAnswer,
  openWorkspace,
  resetAnswer,
  WorkspaceProblem,
  workspaceFolder,
  writeAtomically,
} from '../src/exercise/workspace.ts'
