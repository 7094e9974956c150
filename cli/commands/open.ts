/** `open`: the learner's answer in their editor. */
import { type CliCommand, EXIT, UsageProblem } from '../command.ts'
import { openAnswer, openWorkspace, workspaceFolder } from '../door.ts'
import { edit } from '../editor.ts'
import { exerciseCalled } from '../exerciseCalled.ts'
import { tilde } from '../tilde.ts'

export const open: CliCommand = {
  usage: 'open <exercise>',
  says: 'open your answer in $EDITOR',
  async run(io, [id]) {
    const exercise = await exerciseCalled(id!)
    const file = openAnswer(openWorkspace(workspaceFolder(io.workspace)), exercise)
    const problem = edit(file)
    if (problem !== null) throw new UsageProblem(problem, `your answer is ${tilde(file)}`)
    return EXIT.good
  },
}
