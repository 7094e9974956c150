/** A scenario file as a story to walk: of an exercise on the learner's answer, any other on the reference protocols. */
import { basename, dirname, join, resolve } from 'node:path'
import { EXIT, type Io, UsageProblem } from './command.ts'
import type { Told } from './commands/debug.ts'
import {
  Checker,
  type Exercise,
  LineProblem,
  newSession,
  parseScenario,
  play,
  type ScenarioResult,
  workspaceFolder,
} from './door.ts'
import { exercisesOf } from './exercises.ts'
import { sayLineProblem } from './lineProblem.ts'
import { answerWalk, sessionWalk } from './walk.ts'

/** `answer` is the file to play it on, if not the one beside it. An exit code where there is nothing to walk. */
export async function ofScenario(io: Io, word: string, answer: string | undefined): Promise<Told | number> {
  const { path, text } = readScenario(io, word)
  const folder = basename(dirname(path))
  const exercise = exercisesOf().find(({ id, number }) => [id, `${number}-${id}`].includes(folder))
  if (exercise === undefined) return onReference(io, word, text)
  const checker = new Checker(exercise)
  try {
    const told = await checker.walk(answer ?? join(dirname(path), 'start.ts'), { name: basename(path), text })
    if (told.kind === 'problem') {
      const { message, place, next } = told.problem
      throw new UsageProblem(place === null ? message : `${place}: ${message}`, next)
    }
    if (told.result.verdict === 'invalid') return invalid(io, word, told.result)
    if (told.walked === null || told.walked.steps.length === 0)
      throw nothingToWalk(word, exercise, told.result)
    const where = ['Splitbrain', `${exercise.number} ${exercise.title}`, basename(path)]
    const walk = answerWalk(told.walked, null, null)
    return { where, walk, stopped: told.walked.stopped, changed: null, close: async () => {} }
  } finally {
    await checker.close()
  }
}

/** As it is named, or as it is named below the answers of the workspace: `outbox/first.scenario`. */
function readScenario(io: Io, word: string): { readonly path: string; readonly text: string } {
  const own = join(workspaceFolder(io.workspace), 'answers', word)
  for (const path of [resolve(word), own]) {
    const read = io.readFile(path)
    if ('text' in read) return { path, text: read.text }
  }
  const read = io.readFile(word)
  throw new UsageProblem(
    'problem' in read ? read.problem : word,
    'give the path of a scenario file, such as answers/outbox/first.scenario',
  )
}

function onReference(io: Io, word: string, text: string): Told | number {
  const session = newSession()
  try {
    play(session, parseScenario(text).commands)
  } catch (error) {
    if (!(error instanceof LineProblem)) throw error
    sayLineProblem(io, `${word}:${error.line}:${error.problem.column + 1}`, error.text, error.problem)
    return EXIT.usage
  }
  const walk = sessionWalk(session)
  if (walk === null || walk.steps.length === 0)
    throw new UsageProblem(
      `${word}: it has no steps to walk`,
      'begin it with cluster, then request and deliver',
    )
  return {
    where: ['Splitbrain', session.current.origin.program, basename(word)],
    walk,
    stopped: null,
    changed: null,
    close: async () => {},
  }
}

function invalid(io: Io, word: string, { line, column, text, happened, suggestion }: ScenarioResult): number {
  const mistake = { column: (column ?? 1) - 1, message: happened ?? '', suggestion }
  sayLineProblem(io, `${word}:${line}:${column}`, text ?? '', mistake)
  return EXIT.usage
}

function nothingToWalk(
  word: string,
  { id }: Exercise,
  { happened, line, place }: ScenarioResult,
): UsageProblem {
  const at = line === null ? word : `${word}:${line}`
  const where = place === null ? '' : ` (${place})`
  return new UsageProblem(
    `${at}: ${happened ?? 'it has no steps to walk'}${where}`,
    happened === null
      ? `begin it with cluster ${id}, then request and deliver`
      : `splitbrain check ${id} shows it beside the checks`,
  )
}
