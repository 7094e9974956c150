/** `check`: an answer against the hidden checks of its exercise. */
import { join } from 'node:path'
import { jsonOf } from '../checkJson.ts'
import { type CliCommand, EXIT, type Io, type Options, print, printJson, UsageProblem } from '../command.ts'
import { reportLines } from '../components/report.ts'
import { shareText } from '../components/share.ts'
import {
  type CheckOptions,
  type CheckReport,
  checkExercise,
  type Exercise,
  exerciseFolders,
  type Line,
  lessonNames,
  openAnswer,
  openWorkspace,
  packageRoot,
  toned,
  workspaceFolder,
} from '../door.ts'
import { exerciseCalled } from '../exerciseCalled.ts'
import { recordCheck } from '../ledger.ts'

export const check: CliCommand = {
  usage: 'check [exercise] [file]',
  says: 'check your answer, or another file',
  options: [
    ['--watch', 'check again after every save'],
    ['--all', 'check every exercise that has an answer'],
    ['--deep', 'thousands of random runs and larger searches; takes minutes'],
    ['--seed <n>', 'the seed of the random runs'],
    ['--hints', 'show all hints of the check that failed'],
    ['--share', 'text to post: no colour, 72 columns, no code, no scenarios of your own'],
    ['--json', 'one JSON object'],
  ],
  async run(io, [id, given], options) {
    const how: CheckOptions = {
      seed: seedOf(options['seed']),
      deep: options['deep'] === true,
      // A text to post is about the checks that others have, too.
      scenarios: options['share'] !== true || options['json'] === true,
    }
    mustFit(options, id)
    if (options['all'] === true) {
      const { checkAll } = await import('../checkAll.ts')
      return checkAll(io, how, options['json'] === true)
    }
    const exercise = await exerciseCalled(id!)
    if (given !== undefined) mustBeThere(io, given)
    const file = given ?? openAnswer(openWorkspace(workspaceFolder(io.workspace)), exercise)
    const done = (report: CheckReport): void => {
      const unkept = given === undefined ? recordCheck(io.workspace, exercise, report) : null
      if (unkept !== null) io.err(`${unkept}\n`)
      show(io, exercise, report, file, given, options)
    }
    if (options['watch'] === true) {
      if (!io.interactive || given !== undefined) {
        const { watchPlain } = await import('../checkWatch.ts')
        return watchPlain(io, exercise, file, how, done)
      }
      const { openShelf } = await import('../shelf.ts')
      const { openExercise } = await import('../ui.tsx')
      return openExercise(openShelf(io), exercise, io.ascii)
    }
    const report = await checkExercise(exercise, file, how)
    done(report)
    return exitOf(report)
  },
}

function show(
  io: Io,
  exercise: Exercise,
  report: CheckReport,
  file: string,
  given: string | undefined,
  options: Options,
): void {
  if (options['json'] === true) return printJson(io, jsonOf(report))
  if (options['share'] === true) return io.out(shareText(report, exercise, io.versions))
  print(
    io,
    reportLines(report, {
      width: io.columns,
      ascii: io.ascii,
      aloud: io.aloud,
      hints: options['hints'] === true ? Number.MAX_SAFE_INTEGER : 0,
      brief: false,
      keys: false,
      exercise,
      next: nextSteps(report, exercise, file, given),
    }),
  )
}

function exitOf(report: CheckReport): number {
  switch (report.verdict) {
    case 'passed':
      return EXIT.good
    case 'failed':
    case 'error':
      return EXIT.failed
    case 'gaveUp':
      return EXIT.gaveUp
  }
}

function nextSteps(report: CheckReport, exercise: Exercise, file: string, given: string | undefined): Line[] {
  if (report.verdict === 'passed')
    return [
      ...(given === undefined ? [toned('dim', `the reference   splitbrain solution ${exercise.id}`)] : []),
      toned('dim', `what to take next   ${afterwards(exercise)}`),
    ]
  const again = `splitbrain check ${exercise.id}${given === undefined ? '' : ` ${given}`}`
  const token = report.checks.find((one) => one.verdict === 'failed')?.trace?.token
  return [
    toned('dim', `your answer   ${file}`),
    toned('dim', `check again   ${again}`),
    ...(report.problem === null ? [toned('dim', `a hint        splitbrain hint ${exercise.id}`)] : []),
    ...(token === undefined
      ? []
      : [
          toned('dim', 'walk this story, or hand it to a friend'),
          toned('dim', `splitbrain debug ${token}${given === undefined ? '' : ` ${given}`}`),
        ]),
  ]
}

/** The next exercise of the course, or the next lesson. */
function afterwards({ number, id }: Exercise): string {
  const lesson = lessonNames(join(packageRoot(), 'lessons')).find(
    (one) => Number(one.number) > Number(number),
  )
  if (lesson !== undefined) return `splitbrain learn ${lesson.id}`
  const exercises = exerciseFolders()
  const next = exercises[exercises.findIndex((one) => one.id === id) + 1]
  return next === undefined ? 'you have done all there is so far' : `splitbrain check ${next.id} --watch`
}

function mustFit(options: Options, id: string | undefined): void {
  const all = options['all'] === true
  if (id === undefined && !all)
    throw new UsageProblem('check what?', 'splitbrain check EXERCISE, or --all; splitbrain status lists them')
  if (id !== undefined && all)
    throw new UsageProblem(`--all checks every answer, so "${id}" says too much`, `leave out one of the two`)
  for (const other of ['all', 'json', 'share'])
    if (options['watch'] === true && options[other] === true)
      throw new UsageProblem(`--watch and --${other} do not go together`, 'leave out one of the two')
  if (all && options['share'] === true)
    throw new UsageProblem('--share is about one exercise', 'splitbrain check EXERCISE --share')
}

function seedOf(word: string | boolean | undefined): number {
  if (word === undefined || typeof word === 'boolean') return 1
  if (/^\d{1,15}$/.test(word)) return Number(word)
  throw new UsageProblem(`a seed is a whole number, not "${word}"`, 'such as --seed 7')
}

function mustBeThere(io: Io, file: string): void {
  const read = io.readFile(file)
  if ('problem' in read) throw new UsageProblem(read.problem, 'give the file of an answer')
}
