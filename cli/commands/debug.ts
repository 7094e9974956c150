/** `debug`: walks a story step by step, both ways, with the state of every node. */
import { type CliCommand, EXIT, type Io, named, print, UsageProblem } from '../command.ts'
import {
  answerFile,
  Checker,
  changedSince,
  checkExercise,
  checkOf,
  type Exercise,
  newSession,
  openAnswer,
  openWorkspace,
  plain,
  renderView,
  toned,
  type Walked,
  workspaceFolder,
  wrapLine,
} from '../door.ts'
import { exercisesOf } from '../library.ts'
import { ofScenario } from '../scenarioStory.ts'
import { sessionWalk, type Walk, walkedWalk } from '../screens/world.ts'
import { readToken, retell } from '../token.ts'

export const debug: CliCommand = {
  usage: 'debug <story> [file]',
  says: 'walk a story: of a token, of a .scenario file, or of the check of an exercise that fails first',
  async run(io, [word, file]) {
    const told = await storyOf(io, word!, file)
    if (told === null) return EXIT.good
    if (typeof told === 'number') return told
    if (!io.interactive) printWalk(io, told)
    else {
      const { openWalk } = await import('../ui.tsx')
      await openWalk(told, io.ascii)
    }
    return told.stopped === null ? EXIT.good : EXIT.failed
  },
}

function storyOf(io: Io, word: string, file: string | undefined): Promise<Told | number | null> {
  if (/^sb\d/.test(word)) return ofToken(io, word, file)
  return word.endsWith('.scenario') ? ofScenario(io, word, file) : ofExercise(io, word, file)
}

/** A story, ready to be walked. */
export interface Told {
  readonly where: readonly string[]
  readonly walk: Walk
  /** Why it ends before its end, or null. */
  readonly stopped: string | null
  /** That it leads elsewhere than when it was told first; null where it does not, or nobody knows. */
  readonly changed: string | null
}

/** The story of a token: on the learner's answer, if an answer told it. */
export async function ofToken(io: Io, token: string, file: string | undefined): Promise<Told> {
  const story = readToken(token)
  const from = checkOf(story.program)
  if (from !== null) {
    const exercise = named(exercisesOf(), from.exercise, 'exercise')
    return onAnswer(io, exercise, token, file)
  }
  const session = newSession()
  const stopped = retell(session, story)
  const walk = sessionWalk(session)
  if (walk === null) throw new UsageProblem('this story has no steps')
  const changed = stopped === null ? changedSince(session, story) : null
  return { where: ['Splitbrain', story.program, 'story'], walk, stopped, changed }
}

async function ofExercise(io: Io, word: string, file: string | undefined): Promise<Told | null> {
  const exercise = named(exercisesOf(), word, 'exercise')
  const answer = answerOf(io, exercise, file)
  const report = await checkExercise(exercise, answer, { stopAtFirst: true, types: false })
  if (report.problem !== null) throw new UsageProblem(report.problem.message, report.problem.next)
  const failed = report.checks.find((check) => check.verdict === 'failed')
  if (failed === undefined) {
    io.out(`Nothing fails: there is no story to walk. splitbrain check ${exercise.id} says what was shown.\n`)
    return null
  }
  if (failed.trace === null)
    throw new UsageProblem(
      `"${failed.name}" fails without a story: ${failed.happened ?? 'it was stopped'}`,
      `splitbrain check ${exercise.id} says more`,
    )
  return onAnswer(io, exercise, failed.trace.token, file)
}

async function onAnswer(io: Io, exercise: Exercise, token: string, file: string | undefined): Promise<Told> {
  const checker = new Checker(exercise)
  try {
    const told = await checker.retell(answerOf(io, exercise, file), token)
    if (told.kind === 'problem')
      throw new UsageProblem(
        told.problem.place === null ? told.problem.message : `${told.problem.place}: ${told.problem.message}`,
        told.problem.next,
      )
    return toldOf(exercise, told.walked)
  } finally {
    await checker.close()
  }
}

export function toldOf(exercise: Exercise, walked: Walked): Told {
  const where = ['Splitbrain', `${exercise.number} ${exercise.title}`, 'story']
  return { where, walk: walkedWalk(walked), stopped: walked.stopped, changed: walked.changed }
}

function answerOf(io: Io, exercise: Exercise, file: string | undefined): string {
  if (file !== undefined) return file
  const folder = workspaceFolder(io.workspace)
  openAnswer(openWorkspace(folder), exercise)
  return answerFile({ folder }, exercise)
}

/** The whole story at once, and what is there at its end. */
export function printWalk(io: Io, { walk, stopped, changed }: Told): void {
  const look = { width: io.columns, ascii: io.ascii }
  const end = walk.stateAt(walk.last)
  print(io, renderView(walk.picture, look))
  if (end !== null) print(io, [plain(''), ...renderView(end, look)])
  const notice = stopped ?? changed
  if (notice !== null) print(io, [plain(''), ...wrapLine(toned('warn', notice), io.columns)])
}
