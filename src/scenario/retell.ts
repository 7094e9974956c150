/** retell: a run made again from what is kept of it: which cluster, and every choice since. */
import type { Json } from '../base/canonical.ts'
import type { Story } from '../run/token.ts'
import { isAnother } from '../run/worldHash.ts'
import type { Budgets } from '../world/budgets.ts'
import type { Alternative } from '../world/protocol.ts'
import { ScenarioProblem } from './command.ts'
import type { Kept, Origin, Session } from './session.ts'
import { nearest } from './words.ts'

/** What to keep of the run a session is in; null where there is no cluster. */
export function keep(session: Session): Kept | null {
  const { run } = session
  if (run === null) return null
  return { ...run.origin, budgets: run.budgets, trace: run.moments.map((moment) => moment.choice) }
}

/** Plays a story in a session, as far as it goes; answers why it could not go on, or null. */
export function retell(session: Session, story: Story): string | null {
  remake(session, story, story.budgets ?? {})
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

/** After a story was told to its end: one sentence if it is no longer the one that was told first, or null. */
export function changedSince(session: Session, story: Story): string | null {
  if (!isAnother(story, session.current.worlds)) return null
  return `${story.program} has changed since this story was told: the same choices lead elsewhere now`
}

/** Makes the cluster of a story, before its first step. Throws `ScenarioProblem` where its program is not known. */
export function remake(session: Session, origin: Origin, budgets: Partial<Budgets>): void {
  const protocol = session.protocols.find((one) => one.name === origin.program)
  if (protocol === undefined)
    throw new ScenarioProblem(
      0,
      `no protocol is called "${origin.program}"`,
      nearest(
        origin.program,
        session.protocols.map((one) => one.name),
      ),
    )
  session.make({
    protocol,
    names: origin.names,
    ...filledIn(origin),
    rules: origin.rules.map((rule) => ruleOf(session, origin.program, rule)),
    options: origin.options,
    budgets,
    ...(origin.clients !== undefined && { clients: origin.clients }),
  })
}

function ruleOf(session: Session, program: string, rule: string): Alternative {
  const found = session.alternatives.find(
    (one) => one.protocol === program && `${one.rule}=${one.name}` === rule,
  )
  if (found !== undefined) return found
  throw new ScenarioProblem(
    0,
    `this story needs ${rule}, which ${program} does not know: it may come from another version of splitbrain`,
  )
}

/** `votes` is a parameter of all, `n1.votes` one of n1. */
function filledIn({ params }: Origin) {
  const all: Record<string, Json> = {}
  const overrides: Record<string, Record<string, Json>> = {}
  for (const [name, value] of Object.entries(params)) {
    const [node, field] = name.split('.')
    if (field === undefined) all[name] = value
    else overrides[node!] = { ...overrides[node!], [field]: value }
  }
  return { params: all, overrides }
}
