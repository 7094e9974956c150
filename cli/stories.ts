/** Stories in the workspace: kept under a name, and found again by it. */
import type { Io } from './command.ts'
import { keepStoryFile, type Line, openWorkspace, toned, WorkspaceProblem, workspaceFolder } from './door.ts'
import { tilde } from './tilde.ts'

/** Keeps a story in the workspace; answers with what to tell the learner. */
export function keepStory(io: Pick<Io, 'workspace'>, name: string, text: string): Line {
  if (!/^[a-z0-9][\w-]*$/i.test(name))
    return toned('warn', 'A name is letters, digits and dashes, such as no-leader. Nothing was saved.')
  try {
    const file = keepStoryFile(openWorkspace(workspaceFolder(io.workspace)), name, text)
    return file === null
      ? toned('warn', `There is a story "${name}" already: choose another name. Nothing was saved.`)
      : toned('good', `Saved: splitbrain debug ${tilde(file)}`)
  } catch (error) {
    if (!(error instanceof WorkspaceProblem)) throw error
    return toned('warn', `${error.message}; ${error.next}. Nothing was saved.`)
  }
}
