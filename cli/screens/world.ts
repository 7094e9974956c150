/** Time, walked both ways: the timeline with a cursor, and what every node holds at that step. */
import { frame, type Picture, type Size } from '../components/frame.ts'
import { pictureHeight, pictureSteps, walkTimeline } from '../components/timeline.ts'
import {
  choiceText,
  type Line,
  plain,
  renderView,
  type Session,
  toned,
  type View,
  type Walked,
  wireView,
  wrapLine,
} from '../door.ts'
import { actionFor, KEYS, type Press } from '../keys.ts'
import { HelpScreen } from './help.ts'
import type { Host, Screen } from './screen.ts'

/** Something that can be walked: a run of a session, or the story of a failed check. */
export interface Walk {
  /** A timeline, or a list of one line a step. */
  readonly picture: View
  /** The last place: after all steps. 0 is before the first. */
  readonly last: number
  /** What every node holds at a place; null where only the picture is known. */
  stateAt(at: number): View | null
  /** One sentence on the step that led to a place. */
  sayAt(at: number): string
}

export class WorldScreen implements Screen {
  readonly keyed = 'world'
  #at: number
  #scroll = 0

  constructor(
    readonly where: readonly string[],
    readonly walk: Walk,
    readonly host: Host,
    /** Why the story ends where it does, or null. */
    readonly stopped: string | null = null,
  ) {
    this.#at = walk.last
  }

  draw(size: Size): Picture {
    return frame(size, {
      where: this.where,
      status: toned('dim', `step ${this.#at} of ${this.walk.last}`),
      body: (width, height) => this.#body(width, height),
      keys: KEYS.world,
      notice: this.stopped === null ? null : toned('warn', this.stopped),
    })
  }

  press(key: Press): void {
    const action = actionFor('world', key.name)
    switch (action) {
      case 'left':
        return this.#go(this.#at - 1)
      case 'right':
        return this.#go(this.#at + 1)
      case 'pageUp':
        return this.#go(this.#at - 10)
      case 'pageDown':
        return this.#go(this.#at + 10)
      case 'first':
        return this.#go(0)
      case 'last':
        return this.#go(this.walk.last)
      case 'up':
        this.#scroll = Math.max(0, this.#scroll - 1)
        return
      case 'down':
        this.#scroll++
        return
      case 'back':
        return this.host.back()
      case 'help':
        return this.host.open(new HelpScreen(['world'], this.host))
      case null:
    }
  }

  #go(at: number): void {
    this.#at = Math.max(0, Math.min(this.walk.last, at))
  }

  #body(width: number, height: number): Line[] {
    return width >= 110 ? this.#beside(width, height) : this.#stacked(width, height)
  }

  /** Timeline above, state below. The rule between them stays where it is while time is walked. */
  #stacked(width: number, height: number): Line[] {
    const { ascii } = this.host
    const says = this.#says(width - 2)
    const state = this.#state(width - 2)
    const share = this.walk.stateAt(0) === null ? height - 3 : Math.floor(height / 2)
    const upperHeight = Math.max(3, Math.min(share, pictureHeight(this.walk.picture, width, ascii)))
    const upper = walkTimeline(this.walk.picture, this.#at, width, upperHeight, ascii)
    const room = Math.max(0, height - upper.length - says.length - 1)
    return [...upper, toned('dim', '─'.repeat(width)), ...margin(says), ...margin(this.#window(state, room))]
  }

  /** Timeline at the left, state at the right, a rule between. */
  #beside(width: number, height: number): Line[] {
    const left = Math.floor(width * 0.56)
    const right = width - left - 3
    const upper = walkTimeline(this.walk.picture, this.#at, left, height, this.host.ascii)
    const says = this.#says(right)
    const state = [
      ...says,
      plain(''),
      ...this.#window(this.#state(right), Math.max(0, height - says.length - 1)),
    ]
    return Array.from({ length: height }, (_, i) => [
      ...padded(upper[i] ?? [], left),
      { text: '│ ', tone: 'dim' },
      ...(state[i] ?? []),
    ])
  }

  #window(lines: readonly Line[], room: number): readonly Line[] {
    this.#scroll = Math.max(0, Math.min(this.#scroll, lines.length - room))
    const shown = lines.slice(this.#scroll, this.#scroll + room)
    const hidden = lines.length - this.#scroll - shown.length
    return hidden > 0 && shown.length > 0
      ? [...shown.slice(0, -1), toned('dim', `${hidden + 1} more lines: ↓`)]
      : shown
  }

  #says(width: number): Line[] {
    const said = this.walk.sayAt(this.#at)
    const [head, tail] =
      this.#at === 0
        ? ['Before the first step', '']
        : [`After step ${this.#at}`, said === '' ? '' : `: ${said}`]
    return wrapLine(
      [
        { text: head, tone: 'strong' },
        { text: tail, tone: 'plain' },
      ],
      width,
    )
  }

  #state(width: number): Line[] {
    const view = this.walk.stateAt(this.#at)
    return view === null ? [] : renderView(view, { width, ascii: this.host.ascii })
  }
}

/** A story of which only the picture is known. */
export function pictureWalk(picture: View): Walk {
  return { picture, last: pictureSteps(picture), stateAt: () => null, sayAt: () => '' }
}

/** A story of an answer, told again with the state at each step. */
export function walkedWalk({ picture, steps }: Walked): Walk {
  return {
    picture,
    last: steps.length - 1,
    stateAt: (at) => steps[at]?.state ?? null,
    sayAt: (at) => steps[at]?.says ?? '',
  }
}

/** The run of a session as something to walk; null where there is none, or nothing has happened. */
export function sessionWalk(session: Session): Walk | null {
  const { run } = session
  if (run === null) return null
  return {
    picture: session.timelineView(),
    last: run.moments.length,
    stateAt: (at) => ({ kind: 'stack', views: [session.stateView(at), wireView(run.worlds[at]!)] }),
    sayAt: (at) => (at === 0 ? '' : choiceText(run.moments[at - 1]!.choice)),
  }
}

function padded(line: Line, width: number): Line {
  const used = line.reduce((sum, span) => sum + span.text.length, 0)
  return used >= width ? line : [...line, { text: ' '.repeat(width - used), tone: 'plain' }]
}

function margin(lines: readonly Line[]): Line[] {
  return lines.map((line) => [{ text: ' ', tone: 'plain' }, ...line])
}
