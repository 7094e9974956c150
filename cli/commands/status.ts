/** `status`: where each exercise stands. */
import { type CliCommand, columnsOf, EXIT, print, printJson } from '../command.ts'
import {
  answerFile,
  cutLine,
  type Exercise,
  editionOf,
  hasAnswer,
  plain,
  toned,
  workspaceFolder,
} from '../door.ts'
import { exercisesOf } from '../exercises.ts'
import { Ledger } from '../ledger.ts'
import { NOT_TRIED, type Standing, standingOf } from '../progress.ts'
import { tilde } from '../tilde.ts'

export const status: CliCommand = {
  usage: 'status',
  says: 'show where each exercise stands',
  options: [['--json', 'one JSON object']],
  run(io, _, options) {
    const folder = workspaceFolder(io.workspace)
    const ledger = new Ledger(io.workspace)
    const all = exercisesOf().map((exercise) => entryOf(exercise, ledger, folder))
    if (options['json'] === true) {
      printJson(io, { workspace: folder, exercises: all })
      return EXIT.good
    }
    print(io, [toned('dim', `workspace  ${tilde(folder)}`), plain('')])
    const rows = all.map((one) => [one.number, one.id, wordsOf(one.standing, one)])
    print(
      io,
      columnsOf(rows).map((row) => cutLine(plain(row), io.columns)),
    )
    const next = all.find((one) => one.standing !== 'passed')
    if (next !== undefined) print(io, [plain(''), toned('dim', `next  splitbrain check ${next.id} --watch`)])
    if (ledger.problem !== null) io.err(`${ledger.problem}\n`)
    return EXIT.good
  },
}

function entryOf(exercise: Exercise, ledger: Ledger, folder: string) {
  const progress = ledger.progress.exercises[exercise.id]
  const edition = editionOf(exercise)
  const { held, earned, gaveUp } = progress ?? NOT_TRIED
  return {
    id: exercise.id,
    number: exercise.number,
    title: exercise.title,
    standing: standingOf(progress, edition, hasAnswer({ folder }, exercise)),
    held,
    checks: progress?.checks || exercise.checks.length,
    earned,
    points: progress?.points || exercise.checks.reduce((sum, check) => sum + check.points, 0),
    gaveUp,
    answer: answerFile({ folder }, exercise),
  }
}

function wordsOf(
  standing: Standing,
  { earned, points, gaveUp }: { readonly earned: number; readonly points: number; readonly gaveUp: boolean },
): string {
  const shown = gaveUp ? ', the reference was shown' : ''
  switch (standing) {
    case 'not started':
      return `not started${shown}`
    case 'started':
      return `${earned}/${points} points${shown}`
    case 'passed':
      return `passed${shown}`
    case 'stale':
      return `stale: passed, but its checks have changed since; check it again${shown}`
  }
}
