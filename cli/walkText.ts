/** The debugger as plain text: a story, what there is at a place of it, what may happen there, and a branch. */
import { type Io, print, printJson, UsageProblem } from './command.ts'
import { sightPage, sightSentences } from './components/sight.ts'
import { isShown, type Look, timeRows } from './components/timeline.ts'
import {
  choiceText,
  type Line,
  nearest,
  plain,
  renderView,
  ScenarioProblem,
  toned,
  wrapLine,
} from './door.ts'
import { breakingPlace, StoryStops, type Walk } from './walk.ts'

export interface PlainStory {
  readonly walk: Walk
  /** Why it ends before its end, or null. */
  readonly stopped: string | null
  /** That it leads elsewhere than when it was told first, or null. */
  readonly changed: string | null
}

/** What is asked for besides the story. */
export interface Wanted {
  readonly look: Look
  /** The places to show; null for the last one. */
  readonly places: readonly number[]
  /** Also what may happen at the last of these places. */
  readonly next: boolean
}

/** The story at once, and what is there at its end. */
export function printStory(io: Io, story: PlainStory, wanted: Partial<Wanted> = {}): void {
  const { walk } = story
  const { look = null, places = [walk.steps.length] } = wanted
  print(io, pictureLines(io, walk, look))
  for (const at of places) print(io, [plain(''), ...placeLines(io, walk, at, look?.hiddenNodes ?? new Set())])
  const notice = story.stopped ?? story.changed
  if (notice !== null) print(io, [plain(''), ...wrapLine(toned('warn', notice), io.columns)])
}

function pictureLines(io: Io, { picture, steps }: Walk, look: Look | null): Line[] {
  if (look === null || io.aloud) {
    const shown = look === null ? picture.rows : picture.rows.filter((row) => isShown(steps[row.step]!, look))
    return renderView(
      { ...picture, rows: shown },
      { width: io.columns, ascii: io.ascii, sentences: io.aloud },
    )
  }
  return timeRows(picture, steps, look, io.columns, io.ascii).map((row) => row.line)
}

function placeLines(io: Io, walk: Walk, at: number, hidden: ReadonlySet<string>): Line[] {
  const sight = walk.sightAt(at)
  const head = at === 0 ? 'Before the first step' : `After step ${at} of ${walk.steps.length}`
  const says: Line = [
    { text: head, tone: 'strong' },
    { text: sight.says === '' ? '' : `: ${sight.says}`, tone: 'plain' },
    { text: ` (${sight.timeUs / 1000} ms)`, tone: 'dim' },
  ]
  return [
    ...wrapLine(says, io.columns),
    ...(io.aloud
      ? sightSentences(sight, walk.nodes, hidden, io.columns)
      : sightPage(sight, walk.nodes, hidden, io.columns, io.ascii).lines),
  ]
}

/** What may happen at a place, numbered from 1. */
export async function printNext(io: Io, walk: Walk, at: number): Promise<void> {
  const next = await walk.nextAt(at)
  print(io, [
    plain(''),
    toned('strong', next.length === 0 ? 'Nothing can happen any more.' : 'What may happen next:'),
    ...next.flatMap((choice, i) =>
      wrapLine(plain(choiceText(choice)), io.columns, {
        first: plain(`${String(i + 1).padStart(4)}  `),
        rest: plain('      '),
      }),
    ),
  ])
}

/** The story up to a place, and then the things with these numbers, one after the other. */
export async function branchOf(walk: Walk, at: number, numbers: readonly number[]): Promise<Walk> {
  let [now, place] = [walk, at]
  try {
    for (const number of numbers) {
      const next = await now.nextAt(place)
      const choice = next[number - 1]
      if (choice === undefined)
        throw new UsageProblem(
          `there are ${next.length} things that may happen after step ${place}, and no number ${number}`,
          '--next lists them',
        )
      now = await now.take(place, choice)
      place = now.steps.length
    }
  } catch (error) {
    if (error instanceof ScenarioProblem || error instanceof StoryStops) throw new UsageProblem(error.message)
    throw error
  }
  return now
}

/** `3`, `start`, `end`, `fault` or `broken` as a place of a story. */
export function placeOf(walk: Walk, word: string): number {
  const last = walk.steps.length
  const count = /^\d+$/.test(word) ? Number(word) : null
  if (count !== null && count <= last) return count
  if (count !== null)
    throw new UsageProblem(`this story has ${last} steps, and no step ${word}`, `--at ${last}`)
  switch (word) {
    case 'start':
      return 0
    case 'end':
      return last
    case 'fault': {
      const step = walk.steps.findIndex((one) => one.isFault)
      if (step < 0) throw new UsageProblem('nothing goes wrong in this story', '--at end')
      return step + 1
    }
    case 'broken': {
      const at = breakingPlace(walk)
      if (at === null) throw new UsageProblem('no property is broken at the end of this story', '--at end')
      return at
    }
    default:
      throw new UsageProblem(
        `a place is the number of a step, start, end, fault or broken, not "${word}"`,
        '--at broken',
      )
  }
}

/** Names out of a list, as a set of all the others. */
export function othersThan(words: string, all: readonly string[], what: string): ReadonlySet<string> {
  const names = words.split(',').filter(Boolean)
  for (const name of names)
    if (!all.includes(name)) {
      const near = nearest(name, all)
      throw new UsageProblem(
        `there is no ${what} "${name}" in this story; there are ${all.join(', ')}`,
        near === null ? null : `did you mean ${near}?`,
      )
    }
  return new Set(all.filter((name) => !names.includes(name)))
}

/** The same as data. */
export async function printStoryJson(
  io: Io,
  { walk, stopped, changed }: PlainStory,
  wanted: Wanted,
): Promise<void> {
  const { look, places, next } = wanted
  const at = places.at(-1)!
  printJson(io, {
    token: walk.token(walk.steps.length),
    nodes: walk.nodes,
    steps: walk.steps.map((step, i) => ({
      step: i + 1,
      says: walk.saysAt(i + 1),
      shown: isShown(step, look),
      ...step,
    })),
    places: places.map((place) => ({ at: place, ...walk.sightAt(place) })),
    next: next
      ? (await walk.nextAt(at)).map((choice, i) => ({ number: i + 1, says: choiceText(choice) }))
      : null,
    brokenAt: breakingPlace(walk),
    stopped,
    changed,
  })
}
