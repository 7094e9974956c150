/** audit: whether an exercise keeps its promises. Its own answers are run, and what is wrong is said in sentences. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Checker } from './check.ts'
import type { CheckReport, Exercise } from './exercise.ts'
import { startFiles } from './workspace.ts'

export interface Audit {
  readonly exercise: string
  /** What is wrong; empty if nothing is. */
  readonly problems: readonly string[]
  /** How many answers were run. */
  readonly answers: number
}

/**
 * `start.ts` compiles, types too, and fails; `solution.ts` and every `right/` pass; every `wrong/` fails by the
 * check that its first line names, the first that fails in the ladder's order; every check is so named.
 */
export async function audit(exercise: Exercise, onAnswer: (file: string) => void = () => {}): Promise<Audit> {
  const checker = new Checker(exercise)
  const hidden = join(exercise.folder, 'hidden')
  const problems: string[] = []
  let answers = 0
  const run = (file: string, options: { types: boolean; stopAtFirst: boolean }) => {
    answers++
    onAnswer(file)
    return checker.check(file, options)
  }
  try {
    problems.push(...aboutStart(await run(startFiles(exercise)[0]!.path, { types: true, stopAtFirst: true })))
    for (const name of ['solution.ts', ...exercise.right.map((file) => join('right', file))])
      problems.push(...aboutRight(name, await run(join(hidden, name), { types: true, stopAtFirst: false })))
    const named = new Set<string>()
    for (const file of exercise.wrong) {
      const path = join(hidden, 'wrong', file)
      const names = namedCheck(path)
      if (names !== null) named.add(names)
      const report = await run(path, { types: false, stopAtFirst: true })
      problems.push(...aboutWrong(exercise, join('wrong', file), names, report))
    }
    for (const { name } of exercise.checks)
      if (!named.has(name))
        problems.push(`no wrong answer fails by "${name}": nobody knows whether it can fail`)
  } finally {
    await checker.close()
  }
  return { exercise: exercise.id, problems, answers }
}

function aboutStart(report: CheckReport): string[] {
  const problems = aboutTypes('start.ts', report)
  if (report.problem !== null) problems.push(`start.ts does not compile: ${report.problem.message}`)
  else if (report.verdict === 'passed') problems.push('start.ts passes: there is nothing to do')
  else if (report.verdict !== 'failed')
    problems.push(
      `start.ts ends as ${report.verdict}: ${report.checks.find((check) => check.verdict === 'error')?.happened ?? ''}`,
    )
  return problems
}

function aboutRight(name: string, report: CheckReport): string[] {
  const problems = aboutTypes(name, report)
  if (report.problem !== null) problems.push(`${name} does not compile: ${report.problem.message}`)
  const first = report.checks.find((check) => check.verdict !== 'passed')
  if (report.problem === null && first !== undefined)
    problems.push(`${name} must pass, but "${first.name}" ends as ${first.verdict}: ${first.happened}`)
  return problems
}

function aboutWrong(exercise: Exercise, name: string, names: string | null, report: CheckReport): string[] {
  if (names === null) return [`${name} does not say which check it fails: begin it with // fails: NAME`]
  if (!exercise.checks.some((check) => check.name === names))
    return [`${name} names "${names}", which is no check`]
  if (report.problem !== null) return [`${name} does not compile: ${report.problem.message}`]
  const first = report.checks.find((check) => check.verdict !== 'passed')
  if (first === undefined) return [`${name} passes, and should fail "${names}"`]
  if (first.verdict !== 'failed')
    return [`${name}: "${first.name}" ends as ${first.verdict}: ${first.happened}`]
  return first.name === names
    ? []
    : [`${name} should fail "${names}" first, and fails "${first.name}": ${first.happened}`]
}

function aboutTypes(name: string, { types }: CheckReport): string[] {
  return types.slice(0, 1).map(({ place, message }) => `${name} has a type error at ${place}: ${message}`)
}

function namedCheck(file: string): string | null {
  return /^\/\/ fails: (.+)/.exec(readFileSync(file, 'utf8'))?.[1]?.trim() ?? null
}
