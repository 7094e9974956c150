/** Tokens on the command line: read, and their stories played in a session. */
import { UsageProblem } from './command.ts'
import {
  alternatives,
  nearest,
  protocols,
  ScenarioProblem,
  type Session,
  type Story,
  storyOf,
  TokenProblem,
} from './door.ts'

/** Plays a story in a session; answers where it could not go on, or null. */
export function retell(session: Session, story: Story): string | null {
  const protocol = protocols.find((one) => one.name === story.program)
  if (protocol === undefined) throw unknownProgram(story.program)
  const rules = story.rules.map((rule) => {
    const found = alternatives.find(
      (one) => one.protocol === protocol.name && `${one.rule}=${one.name}` === rule,
    )
    if (found === undefined)
      throw new UsageProblem(
        `this story needs ${rule}, which ${protocol.name} does not know`,
        'it may come from another version of splitbrain',
      )
    return found
  })
  const params: Record<string, Story['params'][string]> = {}
  const overrides: Record<string, Record<string, Story['params'][string]>> = {}
  for (const [name, value] of Object.entries(story.params)) {
    const [node, field] = name.split('.')
    if (field === undefined) params[name] = value
    else overrides[node!] = { ...overrides[node!], [field]: value }
  }
  session.make({
    protocol,
    names: story.names,
    params,
    overrides,
    rules,
    options: story.options,
    budgets: {},
  })
  for (const [i, choice] of story.trace.entries()) {
    try {
      session.take(choice)
    } catch (error) {
      if (!(error instanceof ScenarioProblem)) throw error
      return `The story stops at step ${i + 1} of ${story.trace.length}: ${error.message}.`
    }
  }
  return null
}

export function readToken(token: string): Story {
  try {
    return storyOf(token)
  } catch (error) {
    if (error instanceof TokenProblem) throw new UsageProblem(error.message)
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
