/** Tokens and stories on the command line: read, and played in a session. */
import { InvalidFiles, UsageProblem } from './command.ts'
import {
  nearest,
  protocols,
  readStory,
  retellRun,
  ScenarioProblem,
  type Session,
  type Story,
  type StoryFile,
  StoryProblem,
  storyOf,
  TokenProblem,
} from './door.ts'

/** Plays a story in a session; answers where it could not go on, or null. */
export function retell(session: Session, story: Story): string | null {
  if (!protocols.some((one) => one.name === story.program)) throw unknownProgram(story.program)
  try {
    return retellRun(session, story)
  } catch (error) {
    if (error instanceof ScenarioProblem || error instanceof RangeError)
      throw new UsageProblem(error.message, 'it may come from another version of splitbrain')
    throw error
  }
}

export function readToken(token: string): Story {
  try {
    return storyOf(token)
  } catch (error) {
    if (error instanceof TokenProblem) throw new UsageProblem(error.message)
    throw error
  }
}

/** The story in a file's text. Throws `InvalidFiles` that names the file. */
export function readStoryFile(file: string, text: string): StoryFile {
  try {
    return readStory(text)
  } catch (error) {
    if (error instanceof StoryProblem) throw new InvalidFiles([`${file}: ${error.message}`])
    throw error
  }
}

function unknownProgram(program: string): UsageProblem {
  const near = nearest(
    program,
    protocols.map((one) => one.name),
  )
  return new UsageProblem(
    `no protocol is called "${program}"`,
    near === null ? null : `did you mean ${near}?`,
  )
}
