/** What `serve` runs and what a trace was made from: a protocol filled in by the words of a scenario, or an answer. */
import { type Io, UsageProblem } from './command.ts'
import {
  AnswerProblem,
  answerFile,
  type Exercise,
  exerciseFolders,
  type Model,
  nearest,
  newSession,
  openAnswer,
  openWorkspace,
  type Protocol,
  packageRoot,
  protocols,
  ScenarioProblem,
  ServedAnswer,
  workspaceFolder,
} from './door.ts'
import { exerciseCalled } from './exerciseCalled.ts'

/** The protocol filled in for these nodes, with real signatures. Throws `UsageProblem`, or `RangeError` for too few nodes. */
export function servedModel(program: string, names: readonly string[], settings: string): Model {
  const session = newSession()
  const signed = /\bsignatures=/.test(settings) ? '' : ' signatures=ed25519'
  try {
    session.execute(`cluster ${program} ${names.join(' ')} ${settings}${signed}`)
  } catch (error) {
    if (!(error instanceof ScenarioProblem)) throw error
    throw new UsageProblem(
      error.message,
      error.suggestion === null ? null : `did you mean ${error.suggestion}?`,
    )
  }
  return session.current.model
}

export function protocolCalled(name: string): Protocol | undefined {
  return protocols.find((one) => one.name === name)
}

/** The protocol that was perhaps meant. */
export function nearestProtocol(name: string): string | null {
  return nearest(
    name,
    protocols.map((one) => one.name),
  )
}

/** The exercise that is called like a protocol, by its number and name; null where none is. */
export function exerciseLike(protocol: string): string | null {
  const found = allExercises().find(({ id }) => id === protocol)
  return found === undefined ? null : `${found.number}-${found.id}`
}

function allExercises() {
  return exerciseFolders(`${packageRoot()}/exercises`)
}

/** An answer to an exercise, or a file of its own. */
export interface WantedAnswer {
  /** `exercise:ID` or `file`. */
  readonly program: string
  readonly exercise: Exercise | null
  readonly file: string
  readonly role: string | null
}

/** What is meant by the name of an exercise, with or without another file, or by a file; null for neither. */
export async function servedAnswerOf(
  io: Io,
  what: string,
  file: string | undefined,
  role: string | null,
): Promise<WantedAnswer | null> {
  if (file === undefined && /[./]/.test(what)) return { program: 'file', exercise: null, file: what, role }
  const isExercise = allExercises().some(
    ({ id, number }) =>
      [id, `${number}-${id}`].includes(what.toLowerCase()) || Number(number) === Number(what),
  )
  if (file === undefined && !isExercise) return null
  const exercise = await exerciseCalled(what)
  if (role !== null)
    throw new UsageProblem(
      '--role is for a file of its own',
      `${exercise.id} says itself which node is which`,
    )
  return { program: `exercise:${exercise.id}`, exercise, file: file ?? ownAnswer(io, exercise), role: null }
}

/** Throws `UsageProblem` where it cannot run. */
export async function openServedAnswer(
  { file, exercise, role }: WantedAnswer,
  settings: string,
): Promise<ServedAnswer> {
  try {
    return await ServedAnswer.open(file, exercise, role, settings)
  } catch (error) {
    if (error instanceof AnswerProblem) throw new UsageProblem(error.message, error.next)
    throw error
  }
}

function ownAnswer(io: Io, exercise: Exercise): string {
  const folder = workspaceFolder(io.workspace)
  openAnswer(openWorkspace(folder), exercise)
  return answerFile({ folder }, exercise)
}
