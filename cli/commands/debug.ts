/** `debug`: the world debugger, on the story of a token, of a file, or of the check of an exercise that fails first. */
import { type CliCommand, EXIT, type Io, type Options, print, UsageProblem } from '../command.ts'
import { WHOLE, ZOOMS, type Zoom } from '../components/timeline.ts'
import {
  answerFile,
  Checker,
  changedSince,
  checkExercise,
  checkOf,
  type Exercise,
  isTrace,
  newSession,
  openAnswer,
  openWorkspace,
  plain,
  workspaceFolder,
} from '../door.ts'
import { exerciseCalled } from '../exerciseCalled.ts'
import { ofScenario } from '../scenarioStory.ts'
import { type Looked, ofTrace } from '../servedStory.ts'
import { keepStory } from '../stories.ts'
import { readStoryFile, readToken, retell } from '../token.ts'
import { answerWalk, sessionWalk, type Walk } from '../walk.ts'
import {
  branchOf,
  othersThan,
  placeOf,
  printNext,
  printStory,
  printStoryJson,
  type Wanted,
} from '../walkText.ts'

export const debug: CliCommand = {
  usage: 'debug <story> [file]',
  says: 'walk a story: of a token, of a .story or .scenario file, or of the check of an exercise that fails first',
  options: [
    ['--at <step>', 'print what there is after this step (a number, start, end, fault or broken)'],
    ['--every', 'print what there is after every step'],
    ['--next', 'print what may happen next'],
    ['--take <numbers>', 'branch: go on from there with these of --next, such as 3 or 3,1'],
    ['--node <names>', 'only what these nodes take part in, such as n1,n2'],
    ['--type <types>', 'only messages of these types'],
    ['--faults', 'only faults'],
    ['--zoom <level>', 'overview, steps or detail'],
    ['--save <name>', 'save the story, or the branch, under a name'],
    ['--json', 'print it as data'],
  ],
  async run(io, [word, file], options) {
    const told = await storyOf(io, word!, file, lookedAt(io, options))
    if (told === null) return EXIT.good
    if (typeof told === 'number') return told
    try {
      if (isOnScreen(io, options)) {
        const { openWalk } = await import('../ui.tsx')
        return await openWalk(told, io.ascii, (name, text) => keepStory(io, name, text))
      }
      await printed(io, told, options)
    } finally {
      await told.close()
    }
    return told.stopped === null ? EXIT.good : EXIT.failed
  },
}

/** Whoever asks for these wants text. */
const PLAIN = ['at', 'every', 'next', 'take', 'node', 'type', 'faults', 'zoom', 'save', 'json']

function isOnScreen(io: Io, options: Options): boolean {
  return io.interactive && !PLAIN.some((option) => options[option] !== undefined)
}

/** What will be looked at of the story, as far as that is known before it is told. */
function lookedAt(io: Io, options: Options): Looked {
  const at = options['at'] ?? 'end'
  if (isOnScreen(io, options) || options['every'] === true) return null
  if (at === 'start' || at === 'end') return at === 'start' ? [0] : []
  return /^\d+$/.test(String(at)) ? [Number(at)] : null
}

/** A story, ready to be walked. */
export interface Told {
  readonly where: readonly string[]
  readonly walk: Walk
  /** Why it ends before its end, or null. */
  readonly stopped: string | null
  /** That it leads elsewhere than when it was told first; null where it does not, or nobody knows. */
  readonly changed: string | null
  /** Ends the processes that tell it. */
  close(): Promise<void>
}

async function printed(io: Io, told: Told, options: Options): Promise<void> {
  const text = (name: string): string | null => (typeof options[name] === 'string' ? options[name] : null)
  const taken = text('take')
  const from = placeOf(told.walk, text('at') ?? 'end')
  const numbers = taken === null ? [] : taken.split(',').map(numberOf)
  const walk = await branchOf(told.walk, from, numbers)
  const at = taken === null ? from : walk.steps.length
  const zoom = text('zoom') ?? 'steps'
  if (!ZOOMS.some((one) => one === zoom))
    throw new UsageProblem(`zoom is ${ZOOMS.join(', ')}, not "${zoom}"`, '--zoom detail')
  const [nodes, types] = [text('node'), text('type')]
  const allTypes = [...new Set(walk.steps.flatMap((step) => step.types))].sort()
  const wanted: Wanted = {
    look: {
      ...WHOLE,
      zoom: zoom as Zoom,
      faultsOnly: options['faults'] === true,
      ...(nodes !== null && { hiddenNodes: othersThan(nodes, walk.nodes, 'node') }),
      ...(types !== null && { hiddenTypes: othersThan(types, allTypes, 'message') }),
    },
    places: options['every'] === true ? [...Array(walk.steps.length + 1).keys()] : [at],
    next: options['next'] === true,
  }
  const story = { ...told, walk }
  if (options['json'] === true) await printStoryJson(io, story, wanted)
  else {
    printStory(io, story, wanted)
    if (wanted.next) await printNext(io, walk, at)
    if (taken !== null) print(io, [plain(''), plain(walk.token(walk.steps.length) ?? '')])
  }
  const name = text('save')
  if (name !== null) {
    const said = keepStory(io, name, walk.text())
    const sentence = said.map((span) => span.text).join('')
    if (said[0]?.tone !== 'good') throw new UsageProblem(sentence)
    io.err(`${sentence}\n`)
  }
}

function numberOf(word: string): number {
  if (/^[1-9]\d*$/.test(word)) return Number(word)
  throw new UsageProblem(
    `--take wants numbers such as 3 or 3,1, not "${word}"`,
    '--next lists what they mean',
  )
}

/** By a token, the name of an exercise, or a file; an exit code or null where there is nothing to walk. */
async function storyOf(
  io: Io,
  word: string,
  file: string | undefined,
  looked: Looked,
): Promise<Told | number | null> {
  if (/^sb\d/.test(word)) return ofToken(io, word, file)
  if (word.endsWith('.scenario')) return ofScenario(io, word, file)
  const read = io.readFile(word)
  if ('problem' in read) {
    if (/[./]/.test(word))
      throw new UsageProblem(read.problem, 'give a token, a story file, or the name of an exercise')
    return ofExercise(io, word, file)
  }
  const { text } = read
  if (isTrace(text)) return ofTrace(io, word, text, file, looked)
  if (/^\s*sb\d/.test(text)) return ofToken(io, text.trim(), file)
  return ofToken(io, null, undefined, readStoryFile(word, text))
}

/** The story of a token, or one that was read already: on the learner's answer, if an answer told it. */
export async function ofToken(
  io: Io,
  token: string | null,
  file: string | undefined,
  read?: ReturnType<typeof readToken>,
): Promise<Told> {
  const story = read ?? readToken(token!)
  const from = checkOf(story.program)
  if (from !== null && token !== null) {
    const exercise = await exerciseCalled(from.exercise)
    return onAnswer(io, exercise, token, file)
  }
  const session = newSession()
  const stopped = retell(session, story)
  const walk = sessionWalk(session)
  if (walk === null) throw new UsageProblem('this story has no steps')
  const changed = stopped === null ? changedSince(session, story) : null
  return { where: ['Splitbrain', story.program, 'story'], walk, stopped, changed, close: async () => {} }
}

async function ofExercise(io: Io, word: string, file: string | undefined): Promise<Told | null> {
  const exercise = await exerciseCalled(word)
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
  const answer = answerOf(io, exercise, file)
  const checker = new Checker(exercise)
  const told = await checker.retell(answer, token)
  if (told.kind === 'problem') {
    await checker.close()
    throw new UsageProblem(
      told.problem.place === null ? told.problem.message : `${told.problem.place}: ${told.problem.message}`,
      told.problem.next,
    )
  }
  const { stopped, changed } = told.walked
  return {
    where: ['Splitbrain', `${exercise.number} ${exercise.title}`, 'story'],
    walk: answerWalk(told.walked, token, (next) => checker.retell(answer, next)),
    stopped,
    changed,
    close: () => checker.close(),
  }
}

function answerOf(io: Io, exercise: Exercise, file: string | undefined): string {
  if (file !== undefined) return file
  const folder = workspaceFolder(io.workspace)
  openAnswer(openWorkspace(folder), exercise)
  return answerFile({ folder }, exercise)
}
