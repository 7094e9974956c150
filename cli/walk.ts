/** A story to be walked: a run of a session, or what an answer did, with what else could have happened at each place. */
import {
  type Choice,
  goldenText,
  newSession,
  nextChoices,
  type RetoldAnswer,
  retellRun,
  type Session,
  type SessionRun,
  type Sight,
  type Step,
  saysOf,
  sightOf,
  stepsOf,
  storyOf,
  type TimelineView,
  tokenOf,
  type View,
  type Walked,
  writeStory,
} from './door.ts'

export interface Walk {
  readonly picture: TimelineView
  readonly nodes: readonly string[]
  readonly steps: readonly Step[]
  /** All there is to see at a place: 0 is before the first step, `steps.length` after the last. */
  sightAt(at: number): Sight
  /** What `sightAt` says of the step that led there, and nothing else: quick, however much there is to see. */
  saysAt(at: number): string
  /** The story up to a place as one word; null where none tells it. */
  token(at: number): string | null
  /** Whatever may happen at a place. */
  nextAt(at: number): Promise<readonly Choice[]>
  /** The story up to a place, and then this. Rejects with a sentence where it is not possible. */
  take(at: number, choice: Choice): Promise<Walk>
  /** As a file that tells it again. Throws a sentence where none does. */
  text(): string
}

/** The run of a session; null where there is no cluster. */
export function sessionWalk(session: Session): Walk | null {
  return session.run === null ? null : new RunWalk(session.run)
}

/** The line that brings a prompt to the end of a run. */
export function replayLine(walk: Walk): string {
  return `replay ${walk.token(walk.steps.length)}`
}

class RunWalk implements Walk {
  readonly picture: TimelineView
  readonly nodes: readonly string[]
  readonly steps: readonly Step[]
  readonly #sights = new Map<number, Sight>()

  constructor(readonly run: SessionRun) {
    this.picture = this.#session(run.moments.length).timelineView()
    this.nodes = run.model.cluster.names
    this.steps = stepsOf(run.model, run.moments)
  }

  sightAt(at: number): Sight {
    const { model, worlds, moments } = this.run
    const known = this.#sights.get(at)
    if (known !== undefined) return known
    const sight = sightOf(model, worlds[at]!, worlds[at - 1] ?? null, moments[at - 1] ?? null)
    this.#sights.set(at, sight)
    return sight
  }

  saysAt(at: number): string {
    return saysOf(this.run.moments[at - 1] ?? null)
  }

  token(at: number): string {
    return this.#session(at).token()
  }

  async nextAt(at: number): Promise<readonly Choice[]> {
    return nextChoices(this.run.model, this.run.worlds[at]!)
  }

  async take(at: number, choice: Choice): Promise<Walk> {
    const session = this.#session(at)
    session.take(choice)
    return new RunWalk(session.run!)
  }

  text(): string {
    return storyText(this.#session(this.steps.length))
  }

  #session(at: number): Session {
    const { worlds, moments } = this.run
    const session = newSession()
    session.run = { ...this.run, worlds: worlds.slice(0, at + 1), moments: moments.slice(0, at) }
    return session
  }
}

/** A run as a story file, with the first property that it breaks. Throws `StoryProblem` where it cannot be told again. */
export function storyText(session: Session): string {
  const { model, worlds, moments, origin } = session.current
  const trace = moments.map((moment) => moment.choice)
  const property =
    session.execute('check').verdicts.find((verdict) => verdict.kind === 'broken')?.property ?? null
  const view = property === null ? null : session.execute(`check ${property}`).view
  const why = view?.kind === 'table' ? (view.rows[0]?.[2]?.text ?? null) : null
  const timeline = goldenText([session.timelineView()])
  return writeStory({ ...origin, trace, property, why, timeline }, model, worlds[0]!)
}

/** A story that cannot go on this way: one sentence. */
export class StoryStops extends Error {
  override readonly name = 'StoryStops'
}

/** Tells the story of a token on an answer. */
export type Retell = (token: string) => Promise<RetoldAnswer>

/**
 * The story of an answer, which only a process of its own can go on with: `retell` asks it. The story of a scenario has
 * no token, and goes on by lines of its file.
 */
export function answerWalk(walked: Walked, token: string | null, retell: Retell | null): Walk {
  const { picture, nodes, steps, sights } = walked
  const { met: _, ...story } = token === null ? { trace: [] } : storyOf(token)
  const told = (trace: readonly Choice[]): { token: string; retell: Retell } => {
    if (retell === null || !('program' in story))
      throw new StoryStops('This is the story of a scenario: lines of its file make it go another way')
    return { token: tokenOf({ ...story, trace }), retell }
  }
  const upTo = (at: number): readonly Choice[] => story.trace.slice(0, at)
  return {
    picture,
    nodes,
    steps,
    sightAt: (at) => sights[at]!,
    saysAt: (at) => sights[at]!.says,
    token: (at) => (token === null ? null : told(upTo(at)).token),
    async nextAt(at) {
      const here = told(upTo(at))
      return at === steps.length ? walked.next : (await walkedAgain(here)).next
    },
    async take(at, choice) {
      const next = told([...upTo(at), choice])
      return answerWalk(await walkedAgain(next), next.token, retell)
    },
    text: () => `${told(upTo(steps.length)).token}\n`,
  }
}

async function walkedAgain({ token, retell }: { token: string; retell: Retell }): Promise<Walked> {
  const told = await retell(token)
  if (told.kind === 'problem') throw new StoryStops(told.problem.message)
  if (told.walked.stopped !== null) throw new StoryStops(told.walked.stopped)
  return told.walked
}

/** The stories that a view tells of broken properties, first the first. */
export function brokenStories(view: View | null): { readonly name: string; readonly walk: Walk }[] {
  switch (view?.kind) {
    case 'stack':
      return view.views.flatMap(brokenStories)
    case 'verdict': {
      const session = newSession()
      if (view.token === null || retellRun(session, storyOf(view.token)) !== null) return []
      return [{ name: `the story that breaks ${view.property}`, walk: sessionWalk(session)! }]
    }
    default:
      return []
  }
}

/** The first place from which on some property stays broken to the end; null where none is at the end. */
export function breakingPlace(walk: Walk): number | null {
  const last = walk.steps.length
  const atEnd = walk.sightAt(last).properties.filter((now) => now.kind === 'broken')
  if (atEnd.length === 0) return null
  const isBroken = (at: number): boolean =>
    walk
      .sightAt(at)
      .properties.some(
        ({ kind, property }) => kind === 'broken' && atEnd.some((now) => now.property === property),
      )
  let at = last
  while (at > 0 && isBroken(at - 1)) at--
  return at
}
