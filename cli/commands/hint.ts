/** `hint`: the hints of the check that failed first the last time, one at a time. */
import { type CliCommand, EXIT, print, UsageProblem } from '../command.ts'
import { plain, toned, wrapLine } from '../door.ts'
import { exerciseCalled } from '../exerciseCalled.ts'
import { Ledger } from '../ledger.ts'
import { withExercise } from '../progress.ts'

export const hint: CliCommand = {
  usage: 'hint <exercise> [n]',
  says: 'show the next hint for the check that failed first, or the one with this number',
  async run(io, [id, word]) {
    const exercise = await exerciseCalled(id!)
    const ledger = new Ledger(io.workspace)
    const result = ledger.progress.exercises[exercise.id]
    if (result === undefined || result.checks === 0)
      throw new UsageProblem(
        `${exercise.id} was not checked yet, so nothing is known that a hint could help with`,
        `splitbrain check ${exercise.id}`,
      )
    if (result.failing === null) {
      io.out(`Nothing failed when ${exercise.id} was checked last: there is nothing to hint at.\n`)
      return EXIT.good
    }
    const check = exercise.checks.find((one) => one.name === result.failing)
    if (check === undefined)
      throw new UsageProblem(
        `"${result.failing}" is no check of ${exercise.id} any more`,
        `splitbrain check ${exercise.id}`,
      )
    const n = numberOf(word, check.hints.length, result.hints + 1)
    ledger.record((p) => withExercise(p, exercise.id, { hints: Math.max(n, result.hints) }))
    const label = `hint ${n} of ${check.hints.length}   `
    print(io, [
      toned('strong', check.name),
      plain(''),
      ...wrapLine(plain(check.hints[n - 1]!), io.columns, {
        first: toned('accent', label),
        rest: plain(' '.repeat(label.length)),
      }),
    ])
    if (n < check.hints.length)
      print(io, [
        plain(''),
        toned('dim', `the next one  splitbrain hint ${exercise.id}${n < result.hints ? ` ${n + 1}` : ''}`),
      ])
    return EXIT.good
  },
}

/** Without a word the next, or the last once all were shown. */
function numberOf(word: string | undefined, hints: number, next: number): number {
  if (hints === 0) throw new UsageProblem('this check has no hint', 'read what it expected, and its story')
  const n = word === undefined ? Math.min(next, hints) : Number(word)
  if (Number.isInteger(n) && n >= 1 && n <= hints) return n
  throw new UsageProblem(
    `there is no hint "${word}"`,
    hints === 1 ? 'this check has one' : `this check has hints 1 to ${hints}`,
  )
}
