/** `reset`: the start of an exercise again; the answer so far is kept as a dated copy. */
import { type CliCommand, EXIT, named } from '../command.ts'
import { answerFile, openWorkspace, resetAnswer, workspaceFolder } from '../door.ts'
import { now } from '../ledger.ts'
import { exercisesOf } from '../library.ts'

export const reset: CliCommand = {
  usage: 'reset <exercise>',
  says: 'start an exercise over; your answer is kept as a dated copy',
  run(io, [id]) {
    const exercise = named(exercisesOf(), id!, 'exercise')
    const workspace = openWorkspace(workspaceFolder(io.workspace))
    const kept = resetAnswer(workspace, exercise, now())
    io.out(`The start is in ${answerFile(workspace, exercise)}\n`)
    if (kept !== null) io.out(`Your answer is kept in ${kept}\n`)
    return EXIT.good
  },
}
