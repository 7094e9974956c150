/** The life of a served node as a story to be walked: what `serve --trace` wrote, on the program as it is now. */
import { InvalidFiles, type Io, UsageProblem } from './command.ts'
import type { Told } from './commands/debug.ts'
import {
  AnswerProblem,
  readTrace,
  type ServedTrace,
  type ServedWalk,
  servedWalk,
  TraceProblem,
} from './door.ts'
import { openServedAnswer, servedAnswerOf, servedModel } from './served.ts'
import { StoryStops, type Walk } from './walk.ts'

/** The places of a story that will be looked at, besides its end: null for all. */
export type Looked = readonly number[] | null

/** The story in a trace; one of an answer is told on the answer as it is now, or on `answer`. Rejects with `InvalidFiles` that names the file. */
export async function ofTrace(
  io: Io,
  file: string,
  text: string,
  answer: string | undefined,
  looked: Looked,
): Promise<Told> {
  const { head, events } = traceIn(file, text)
  const { program, node, names, settings } = head
  const told =
    program.includes(':') || program === 'file'
      ? await onAnswer(io, head, events, answer, looked)
      : servedWalk(servedModel(program, names, settings), node, events, looked && [...looked, events.length])
  const { changedAt } = told
  return {
    where: ['Splitbrain', program, node],
    walk: walkOf(node, told),
    stopped: null,
    changed:
      changedAt === null
        ? null
        : `${program} has changed since this was written down: it does something else from step ${changedAt} on.`,
    close: async () => {},
  }
}

async function onAnswer(
  io: Io,
  { program, node, names, settings, role }: ServedTrace['head'],
  events: ServedTrace['events'],
  answer: string | undefined,
  looked: Looked,
): Promise<ServedWalk> {
  if (program === 'file' && answer === undefined)
    throw new UsageProblem('this is the life of a node of a file', 'splitbrain replay TRACE FILE')
  const wanted =
    program === 'file'
      ? { program, exercise: null, file: answer!, role }
      : await servedAnswerOf(io, program.slice('exercise:'.length), answer, null)
  if (wanted === null)
    throw new UsageProblem(`there is no exercise "${program.slice('exercise:'.length)}" here`)
  const served = await openServedAnswer(wanted, settings)
  try {
    const places = looked === null ? null : [...new Set([...looked, events.length])]
    const { sights, says, ...walk } = await served.retell(names, node, settings, events, places)
    const sightOf = new Map(sights)
    return { ...walk, sightAt: (at) => sightOf.get(at)!, saysAt: (at) => says[at]! }
  } catch (error) {
    if (error instanceof AnswerProblem) throw new UsageProblem(error.message, error.next)
    throw error
  } finally {
    await served.close()
  }
}

function traceIn(file: string, text: string): ServedTrace {
  try {
    return readTrace(text)
  } catch (error) {
    if (error instanceof TraceProblem) throw new InvalidFiles([`${file}: ${error.message}`])
    throw error
  }
}

/** Nothing else can happen to a node that is alone. */
function walkOf(node: string, { picture, steps, sightAt, saysAt }: ServedWalk): Walk {
  const alone = 'This is the life of one node, written down as it was: nothing else can happen in it'
  return {
    picture,
    nodes: [node],
    steps,
    sightAt,
    saysAt,
    token: () => null,
    nextAt: async () => [],
    take: async () => {
      throw new StoryStops(alone)
    },
    text() {
      throw new StoryStops(alone)
    },
  }
}
