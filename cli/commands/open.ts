/** `open`: the learner's answer in their editor. */
import { type CliCommand, EXIT, named, UsageProblem } from '../command.ts'
import { openAnswer, openWorkspace, workspaceFolder } from '../door.ts'
import { edit } from '../editor.ts'
import { exercisesOf } from '../library.ts'
import { tilde } from '../tilde.ts'

export const open: CliCommand = {
  usage: 'open <exercise>',
  says: 'open your answer in $EDITOR',
  run(io, [id]) {
    const exercise = named(exercisesOf(), id!, 'exercise')
    const file = openAnswer(openWorkspace(workspaceFolder(io.workspace)), exercise)
    const problem = edit(file)
    if (problem !== null) throw new UsageProblem(problem, `your answer is ${tilde(file)}`)
    return EXIT.good
  },
}
