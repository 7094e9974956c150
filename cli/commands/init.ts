/** `init`: makes a workspace, and remembers it as the one to use. */
import { resolve } from 'node:path'
import { type CliCommand, EXIT } from '../command.ts'
import { openAnswer, openScenarios, openWorkspace, workspaceFolder } from '../door.ts'
import { exercisesOf } from '../exercises.ts'
import { rememberWorkspace } from '../remembered.ts'
import { tilde } from '../tilde.ts'

export const init: CliCommand = {
  usage: 'init [folder]',
  says: 'make your workspace, or say where it is now; nothing of yours is overwritten',
  run(io, [folder]) {
    const exercises = exercisesOf()
    const workspace = openWorkspace(workspaceFolder(folder === undefined ? undefined : resolve(folder)))
    for (const exercise of exercises) {
      openAnswer(workspace, exercise)
      openScenarios(workspace, exercise)
    }
    const remembered = rememberWorkspace(workspace.folder)
    io.out(`Your workspace is ${tilde(workspace.folder)}\n`)
    io.out('  answers/        one folder for each exercise; start.ts in it is yours to write,\n')
    io.out('                  and first.scenario a scenario of your own to begin with\n')
    io.out('  tsconfig.json   for your editor: completion and types\n')
    if (!remembered)
      io.out('It cannot be remembered on this machine: name it with --workspace or SPLITBRAIN_WORKSPACE.\n')
    const first = exercises[0]
    if (first !== undefined) io.out(`Next: splitbrain check ${first.id} --watch\n`)
    return EXIT.good
  },
}
