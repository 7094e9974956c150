/** audit: whether an exercise keeps its promises. Its own answers are run, and what is wrong is said in sentences. */
import { join } from 'node:path'
import type { Chance } from './chance.ts'
import { collectChecks } from './collect.ts'
import type { CheckReport, CheckResult, Exercise, ScenarioFile, ScenarioResult } from './exercise.ts'
import { checksFile } from './folders.ts'
import { inLanes } from './lanes.ts'
import { namedCheck } from './named.ts'
import { scenariosIn } from './scenarioFiles.ts'
import { SharedChecker } from './sharedChecker.ts'
import { solutionFiles } from './solution.ts'
import { startFiles } from './workspace.ts'

export interface Audit {
  readonly id: string
  /** How the start and the solution ended: `failed` and `passed` are right. */
  readonly start: CheckReport['verdict']
  readonly solution: CheckReport['verdict']
  /** The check that the first line names, and the first that was not passed; null where all were. */
  readonly wrong: readonly {
    readonly name: string
    readonly expected: string
    readonly actual: string | null
  }[]
  readonly right: readonly { readonly name: string; readonly verdict: CheckReport['verdict'] }[]
  /** What is wrong; empty if nothing is. */
  readonly problems: readonly string[]
  readonly ms: number
}

/** What links may lead to. */
export interface LinkedLesson {
  readonly id: string
  /** Its headings, as written. */
  readonly headings: readonly string[]
  /** Ids of the exercises it names. */
  readonly exercises: readonly string[]
}

export interface AuditOptions {
  /** The lessons that the exercise may lead to. */
  readonly lessons: readonly LinkedLesson[]
  /** How many answers are run at the same time. Default: 1. */
  readonly workers?: number
  /** Called before each answer that is run. */
  onAnswer?(file: string): void
}

/** An answer to run, and what of it to run again: all, the check that it fails, or nothing. */
interface Run {
  readonly file: string
  readonly types: boolean
  readonly stopAtFirst: boolean
  readonly twice: boolean
  readonly scenarios: readonly ScenarioFile[]
}

interface Outcome {
  readonly report: CheckReport
  /** With the same seed once more: only the check that failed, where one did. */
  readonly again: CheckReport | null
}

/**
 * `start.ts` compiles, types too, and fails; `solution.ts` and every `right/` pass; every `wrong/` fails by the
 * check that its first line names, the first that fails in the ladder's order; every check is so named, asks neither
 * clock nor dice, and with the same seed gives the same twice. Throws `ExerciseProblem` before anything is run, where a first line names no check.
 */
export async function audit(
  exercise: Exercise,
  { lessons, workers = 1, onAnswer = () => {} }: AuditOptions,
): Promise<Audit> {
  const began = performance.now()
  const named = exercise.wrong.map((name) => ({ name, expected: namedCheck(exercise, name) }))
  const scenarios = scenariosIn(exercise.folder)
  const inHidden = (...names: string[]) => join(exercise.folder, 'hidden', ...names)
  const run = (file: string, how: Partial<Run> = {}): Run => ({
    file,
    types: true,
    stopAtFirst: false,
    twice: false,
    scenarios: [],
    ...how,
  })
  // One of each: what breaks by a check breaks by it in the same story again.
  const isFirst = (i: number) => named.findIndex((one) => one.expected === named[i]!.expected) === i
  const { outcomes, chances } = await runAll(
    exercise,
    [
      run(startFiles(exercise)[0]!.path, { stopAtFirst: true, scenarios }),
      run(solutionFiles(exercise)[0]!.path, { twice: true, scenarios }),
      ...exercise.right.map((name) => run(inHidden('right', name))),
      ...named.map(({ name }, i) =>
        run(inHidden('wrong', name), { types: false, stopAtFirst: true, twice: isFirst(i) }),
      ),
    ],
    workers,
    onAnswer,
  )
  const [start, solution] = outcomes as [Outcome, Outcome]
  const right = exercise.right.map((name, i) => ({ name, ...outcomes[2 + i]! }))
  const broken = named.map((one, i) => ({ ...one, ...outcomes[2 + right.length + i]! }))
  return {
    id: exercise.id,
    start: start.report.verdict,
    solution: solution.report.verdict,
    wrong: broken.map(({ name, expected, report }) => ({ name, expected, actual: firstNotPassed(report) })),
    right: right.map(({ name, report }) => ({ name, verdict: report.verdict })),
    problems: [
      ...aboutStart(start.report),
      ...aboutRight('solution.ts', solution.report),
      ...aboutChance(exercise, chances),
      ...aboutTwice('solution.ts', solution),
      ...right.flatMap(({ name, report }) => aboutRight(join('right', name), report)),
      ...broken.flatMap(({ name, expected, report }) => aboutWrong(join('wrong', name), expected, report)),
      ...broken.flatMap(({ name, ...outcome }) => aboutTwice(join('wrong', name), outcome)),
      ...aboutChecks(
        exercise,
        named.map((one) => one.expected),
      ),
      ...aboutScenarios(exercise, start.report, solution.report),
      ...aboutLinks(exercise, lessons),
    ],
    ms: Math.round(performance.now() - began),
  }
}

/** All runs, each in the next worker that is free; the outcomes in the order of the runs, and what the checks asked. */
async function runAll(
  exercise: Exercise,
  runs: readonly Run[],
  workers: number,
  onAnswer: (file: string) => void,
): Promise<{ readonly outcomes: readonly Outcome[]; readonly chances: readonly Chance[] }> {
  const checkers = Array.from({ length: Math.min(workers, runs.length) }, () => new SharedChecker(exercise))
  try {
    const outcomes = await inLanes(runs, checkers, async ({ file, twice, ...how }, checker) => {
      onAnswer(file)
      const report = await checker.check(file, how)
      if (!twice || report.problem !== null) return { report, again: null }
      const only = firstNotPassed(report)
      const again = await checker.check(file, { types: false, ...(only !== null && { only }) })
      return { report, again }
    })
    return { outcomes, chances: checkers.flatMap((checker) => checker.chances) }
  } finally {
    await Promise.all(checkers.map((checker) => checker.close()))
  }
}

function aboutStart(report: CheckReport): string[] {
  const problems = aboutTypes('start.ts', report)
  if (report.problem !== null) problems.push(cannotRun('start.ts', report.problem))
  else if (report.verdict === 'passed') problems.push('start.ts passes: there is nothing to do')
  else if (report.verdict !== 'failed')
    problems.push(
      `start.ts ends as ${report.verdict}: ${report.checks.find((check) => check.verdict === 'error')?.happened ?? ''}`,
    )
  return problems
}

function aboutRight(name: string, report: CheckReport): string[] {
  const problems = aboutTypes(name, report)
  if (report.problem !== null) problems.push(cannotRun(name, report.problem))
  const first = report.checks.find((check) => check.verdict !== 'passed')
  if (report.problem === null && first !== undefined)
    problems.push(`${name} must pass, but "${first.name}" ends as ${first.verdict}: ${first.happened}`)
  return problems
}

function aboutWrong(name: string, expected: string, report: CheckReport): string[] {
  if (report.problem !== null) return [cannotRun(name, report.problem)]
  const first = report.checks.find((check) => check.verdict !== 'passed')
  if (first === undefined) return [`${name} passes, and should fail "${expected}"`]
  if (first.verdict !== 'failed')
    return [`${name}: "${first.name}" ends as ${first.verdict}: ${first.happened}`]
  return first.name === expected
    ? []
    : [`${name} should fail "${expected}" first, and fails "${first.name}": ${first.happened}`]
}

/** Checks that are called otherwise when they are read again, and those that ask clock or dice while they run. */
function aboutChance(exercise: Exercise, chances: readonly Chance[]): string[] {
  const again = collectChecks(checksFile(exercise))
  const moved = exercise.checks.find(({ name }) => !again.some((check) => check.name === name))
  const advice = 'the same seed must give the same: write the numbers down, or give the library a seed'
  const asked = [undefined, ...exercise.checks].flatMap((check) =>
    distinct(chances.filter((chance) => chance.check === (check?.name ?? null)).map(({ asks }) => asks)).map(
      (asks) =>
        `${check === undefined ? 'hidden/checks.test.ts' : `"${check.name}"`} asks ${asks}: ${advice}`,
    ),
  )
  return moved === undefined
    ? asked
    : [
        `"${moved.name}" is not there when the checks are read again: a name must not depend on clock or chance`,
      ]
}

function distinct(list: readonly string[]): readonly string[] {
  return [...new Set(list)].sort()
}

/** What may differ between two runs of a check, in the order in which it is told. */
const SEEN: readonly (readonly [string, (check: CheckResult) => unknown])[] = [
  ['its verdict', ({ verdict }) => verdict],
  ['what happened', ({ happened, why }) => [happened, why]],
  ['what was looked at', ({ bound }) => bound],
  ['its story', ({ trace }) => trace],
  ['its cost', ({ cost }) => cost],
]

/** The first check that differs between two runs of one answer with one seed, and in what. */
function aboutTwice(name: string, { report, again }: Outcome): string[] {
  for (const first of report.checks) {
    const second = again?.checks.find((check) => check.name === first.name)
    if (second === undefined || second.verdict === 'skipped') continue
    const differs = SEEN.find(([, of]) => JSON.stringify(of(first)) !== JSON.stringify(of(second)))
    if (differs !== undefined)
      return [
        `${name} run twice with the same seed differs in "${first.name}", in ${differs[0]}: the check must not depend on clock or chance`,
      ]
  }
  return []
}

function aboutChecks(exercise: Exercise, named: readonly string[]): string[] {
  return exercise.checks.flatMap(({ name, hints }) => [
    ...(named.includes(name)
      ? []
      : [`nothing shows that "${name}" can fail: write a wrong answer that it is the first to catch`]),
    ...(hints.length > 0 ? [] : [`"${name}" has no hint`]),
  ])
}

/** A first scenario holds on the solution, and on the start each of its lines makes sense. */
function aboutScenarios(
  { scenarios, noScenarios }: Exercise,
  start: CheckReport,
  solution: CheckReport,
): string[] {
  const at = ({ file, line }: ScenarioResult) => (line === null ? file : `${file}:${line}`)
  return [
    ...(scenarios.length > 0 && noScenarios !== null
      ? [`task.md says that scenarios make no sense, and there is ${scenarios[0]}: leave out one of the two`]
      : []),
    ...solution.scenarios
      .filter(({ verdict }) => verdict !== 'passed')
      .map((one) => `${at(one)} does not hold on the solution: ${one.happened}`),
    ...start.scenarios
      .filter(({ verdict }) => verdict === 'invalid' || verdict === 'error')
      .map(
        (one) => `${at(one)} cannot be carried out on the start: ${one.happened}; expect something before it`,
      ),
  ]
}

/** The lesson is there and names the exercise; what a check is about is a heading in it. */
function aboutLinks(exercise: Exercise, lessons: readonly LinkedLesson[]): string[] {
  const lesson = lessons.find((one) => one.id === exercise.lesson)
  if (lesson === undefined)
    return [
      `task.md belongs to the lesson "${exercise.lesson}", which is not there: correct "lesson:" at its top`,
    ]
  return [
    ...(lesson.exercises.includes(exercise.id)
      ? []
      : [`the lesson "${lesson.id}" does not name it: add ${exercise.id} to "exercises" at its top`]),
    ...exercise.checks.flatMap(({ name, section }) =>
      section === null || lesson.headings.includes(section)
        ? []
        : [`"${name}" leads to the section "${section}", which the lesson "${lesson.id}" does not have`],
    ),
  ]
}

function firstNotPassed(report: CheckReport): string | null {
  return (
    report.checks.find((check) => check.verdict !== 'passed' && check.verdict !== 'skipped')?.name ?? null
  )
}

function cannotRun(name: string, { message, place }: NonNullable<CheckReport['problem']>): string {
  return `${name} cannot be run: ${message}${place === null ? '' : ` (${place})`}`
}

function aboutTypes(name: string, { types }: CheckReport): string[] {
  return types.slice(0, 1).map(({ place, message }) => `${name} has a type error at ${place}: ${message}`)
}
