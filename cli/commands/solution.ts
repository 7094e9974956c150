/** `solution`: the reference, once the exercise was passed or given up. */
import { type CliCommand, EXIT, UsageProblem } from '../command.ts'
import { solutionText } from '../door.ts'
import { exerciseCalled } from '../exerciseCalled.ts'
import { Ledger } from '../ledger.ts'
import { withExercise } from '../progress.ts'

export const solution: CliCommand = {
  usage: 'solution <exercise>',
  says: 'print the reference, once you have passed or with --give-up',
  options: [['--give-up', 'show it before you have passed; this is kept in your progress']],
  async run(io, [id], options) {
    const exercise = await exerciseCalled(id!)
    const ledger = new Ledger(io.workspace)
    const passed = ledger.progress.exercises[exercise.id]?.passed === true
    if (!passed && options['giveUp'] !== true)
      throw new UsageProblem(
        `${exercise.id} is not passed yet, and the reference takes the exercise away`,
        `a hint may do: splitbrain hint ${exercise.id}; or see it all the same with --give-up`,
      )
    if (!passed) ledger.record((progress) => withExercise(progress, exercise.id, { gaveUp: true }))
    io.out(solutionText(exercise))
    return EXIT.good
  },
}
