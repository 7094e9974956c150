/** `reset`: the start of an exercise again; the answer so far is kept as a dated copy. */
import { type CliCommand, EXIT } from '../command.ts'
import { answerFile, openWorkspace, resetAnswer, workspaceFolder } from '../door.ts'
import { exerciseCalled } from '../exerciseCalled.ts'
import { now } from '../ledger.ts'

export const reset: CliCommand = {
  usage: 'reset <exercise>',
  says: 'start an exercise over; your answer is kept as a dated copy',
  async run(io, [id]) {
    const exercise = await exerciseCalled(id!)
    const workspace = openWorkspace(workspaceFolder(io.workspace))
    const kept = resetAnswer(workspace, exercise, now())
    io.out(`The start is in ${answerFile(workspace, exercise)}\n`)
    if (kept !== null) io.out(`Your answer is kept in ${kept}\n`)
    return EXIT.good
  },
}
