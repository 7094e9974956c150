/** What stands on the page of an exercise: the task, or the verdict, also while it is still coming. */
import {
  type CheckReport,
  type CheckResult,
  cutLine,
  type Exercise,
  type Line,
  plain,
  renderMarkdown,
  toned,
  wrapLine,
} from '../door.ts'
import { firstFailure, reportLines } from './report.ts'

const SPIN = ['|', '/', '-', '\\']

export interface PageLook {
  readonly width: number
  readonly ascii: boolean
  readonly exercise: Exercise
}

/** The task, below the place of the learner's file. */
export function taskLines(file: string, hasEditor: boolean, { width, exercise }: PageLook): Line[] {
  const how = hasEditor
    ? 'e opens it; every save checks it.'
    : 'Open it in your editor ($EDITOR is not set); every save checks it.'
  return [
    ...wrapLine(
      [
        { text: 'Your answer  ', tone: 'dim' },
        { text: file, tone: 'code' },
      ],
      width,
    ),
    ...wrapLine(toned('dim', how), width),
    plain(''),
    ...renderMarkdown(exercise.task, width),
  ]
}

/** A verdict that is complete. */
export function verdictLines(report: CheckReport, hints: number, look: PageLook): Line[] {
  const next = report.verdict === 'passed' ? wrapLine(PASSED_KEYS, look.width) : []
  return reportLines(report, { ...look, aloud: false, hints, brief: true, keys: true, next })
}

/**
 * What is known while the checks still run. A failure is shown as soon as it is there; until then what was said
 * last stays where it is, so that nothing jumps.
 */
export function runningLines(
  results: readonly CheckResult[],
  spin: number,
  before: CheckReport | null,
  hints: number,
  look: PageLook,
): Line[] {
  const { width, exercise } = look
  const going: Line = [
    { text: `${SPIN[spin % SPIN.length]} `, tone: 'accent' },
    { text: `Checking: ${results.length} of ${exercise.checks.length}`, tone: 'strong' },
    { text: '   Ctrl-C stops', tone: 'dim' },
  ]
  const soFar: CheckReport = {
    exercise: exercise.id,
    verdict: 'failed',
    problem: null,
    checks: results,
    scenarios: [],
    types: [],
    seed: 0,
    ms: 0,
  }
  const known = firstFailure(soFar) === null ? before : soFar
  const lines =
    known === null
      ? [plain(''), ...results.map(heldLine)]
      : verdictLines(known, known === before ? hints : 0, look).slice(1)
  return [going, ...lines].map((line) => cutLine(line, width))
}

function heldLine(check: CheckResult): Line {
  return [
    { text: '✓ ', tone: 'good' },
    { text: check.name, tone: 'plain' },
  ]
}

const PASSED_KEYS: Line = [
  { text: 'n', tone: 'accent' },
  { text: ' goes on, ', tone: 'dim' },
  { text: 'q', tone: 'accent' },
  { text: ' goes back; nothing else happens by itself.', tone: 'dim' },
]
