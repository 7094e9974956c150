/** The world debugger: a story walked both ways, with all there is to see at each step, and branches from any. */
import { frame, type Picture, type Size } from '../components/frame.ts'
import { EMPTY_PROMPT, type Prompt, press as pressPrompt, promptLine } from '../components/prompt.ts'
import { isShown, stopsOf } from '../components/timeline.ts'
import {
  type Choice,
  choiceText,
  type Line,
  plain,
  ScenarioProblem,
  StoryProblem,
  toned,
  wrapLine,
} from '../door.ts'
import { actionFor, KEYS, type Keyed } from '../keys.ts'
import type { Press } from '../presses.ts'
import { breakingPlace, StoryStops, type Walk } from '../walk.ts'
import { ChoosingScreen } from './choosing.ts'
import { FilteringScreen } from './filtering.ts'
import { HelpScreen } from './help.ts'
import { ReadingScreen } from './reading.ts'
import type { Host, Screen } from './screen.ts'
import { type Cursor, WorldPage } from './worldPage.ts'

/** What the footer offers while a name is typed: nothing is run, completed or recalled there. */
const NAMING = [
  { ...KEYS.prompt.find(({ action }) => action === 'submit')!, label: 'save' },
  KEYS.prompt.find(({ action }) => action === 'leave')!,
]

/** A story among others: the original, or a branch of it. */
export interface Telling {
  readonly name: string
  readonly walk: Walk
}

export class WorldScreen implements Screen {
  readonly #told: Telling[]
  /** Where one was in each when it was left. */
  readonly #places: number[]
  #current = 0
  #branches = 0
  #at: number
  readonly #page: WorldPage
  #notice: Line | null
  /** The name that is being typed, or null. */
  #name: Prompt | null = null

  constructor(
    readonly where: readonly string[],
    /** The first is where it opens. */
    stories: readonly [Telling, ...Telling[]],
    readonly host: Host,
    notice: string | null = null,
    /** Told when one leaves while a branch is shown: whoever opened this can go on from there. */
    readonly leftOn: (branch: Walk) => void = () => {},
  ) {
    this.#told = [...stories]
    this.#page = new WorldPage(host.ascii)
    this.#places = stories.map(({ walk }) => walk.steps.length)
    this.#at = this.#places[0]!
    this.#notice = notice === null ? null : toned('warn', notice)
  }

  get keyed(): Keyed {
    return this.#name === null ? 'world' : 'prompt'
  }

  get #walk(): Walk {
    return this.#told[this.#current]!.walk
  }

  get #cursor(): Cursor {
    const name = this.#told.length > 1 ? this.#told[this.#current]!.name : null
    return { walk: this.#walk, at: this.#at, name }
  }

  /** Whether it was made here. */
  get #isBranch(): boolean {
    return this.#current >= this.#told.length - this.#branches
  }

  get #last(): number {
    return this.#walk.steps.length
  }

  draw(size: Size): Picture {
    const typed = this.#name === null ? null : promptLine(this.#name, ' save as: ', size.columns)
    return frame(size, {
      where: this.where,
      status: toned('dim', `step ${this.#at} of ${this.#last}`),
      body: (width, height) => this.#page.draw(this.#cursor, width, height),
      keys: this.#name === null ? KEYS.world : NAMING,
      notice: this.#notice,
      ...(typed !== null && { bar: [typed.line], cursor: typed.cursor }),
    })
  }

  paste(text: string): void {
    if (this.#name !== null)
      for (const letter of text.replace(/\s/g, '')) this.press({ name: letter, text: letter })
  }

  press(key: Press): void {
    this.#notice = null
    if (this.#name !== null) return this.#naming(key, this.#name)
    switch (actionFor('world', key.name)) {
      case 'left':
        return this.#walkBy(-1)
      case 'right':
        return this.#walkBy(1)
      case 'pageUp':
        return this.#walkBy(-10)
      case 'pageDown':
        return this.#walkBy(10)
      case 'first':
        return this.#go(0)
      case 'last':
        return this.#go(this.#last)
      case 'fault':
        return this.#find(1, (i) => this.#walk.steps[i]!.isFault, 'No fault comes after this step.')
      case 'faultBack':
        return this.#find(-1, (i) => this.#walk.steps[i]!.isFault, 'No fault comes before this step.')
      case 'own':
        return this.#findOwn(1)
      case 'ownBack':
        return this.#findOwn(-1)
      case 'breaking':
        return this.#toBreaking()
      case 'branch':
        return this.#branch()
      case 'branches':
        return this.#chooseBranch()
      case 'original':
        return this.#turnTo(0)
      case 'save':
        this.#name = EMPTY_PROMPT
        return
      case 'copy':
        return this.#copy(this.#last, 'the token of this story')
      case 'copyHere':
        return this.#copy(this.#at, `the token of this story up to step ${this.#at}`)
      case 'filter':
        return this.host.open(
          new FilteringScreen([...this.where, 'filter'], this.#walk, this.#page.look, this.host, (look) => {
            this.#page.look = look
          }),
        )
      case 'faultsOnly':
        this.#page.look = { ...this.#page.look, faultsOnly: !this.#page.look.faultsOnly }
        return
      case 'zoomIn':
        return this.#page.zoom(1)
      case 'zoomOut':
        return this.#page.zoom(-1)
      case 'split':
        return this.#page.turn()
      case 'section':
        return this.#page.nextSection()
      case 'sectionBack':
        return this.#page.sectionBefore()
      case 'up':
        return this.#page.scroll(-1)
      case 'down':
        return this.#page.scroll(1)
      case 'back':
        this.host.back()
        if (this.#isBranch) this.leftOn(this.#walk)
        return
      case 'help':
        return this.host.open(new HelpScreen(['world', 'filter', 'choose'], this.host))
      case null:
    }
  }

  // Walking

  #go(at: number): void {
    this.#at = Math.max(0, Math.min(this.#last, at))
    this.#places[this.#current] = this.#at
  }

  /** Among the steps that are shown. */
  #walkBy(by: number): void {
    const stops = stopsOf(this.#walk.steps, this.#page.look)
    const here =
      by > 0 ? stops.findLastIndex((stop) => stop <= this.#at) : stops.findIndex((stop) => stop >= this.#at)
    this.#go(stops[Math.max(0, Math.min(stops.length - 1, here + by))]!)
  }

  /** To the nearest step in a direction for which `is` holds; steps count from 0. */
  #find(by: 1 | -1, is: (step: number) => boolean, none: string): void {
    for (let step = this.#at - 1 + by; step >= 0 && step < this.#last; step += by)
      if (is(step)) {
        if (!isShown(this.#walk.steps[step]!, this.#page.look))
          this.#notice = toned('dim', 'This step is hidden by the filter; f changes it.')
        return this.#go(step + 1)
      }
    this.#notice = toned('dim', none)
  }

  #findOwn(by: 1 | -1): void {
    const node = this.#walk.steps[this.#at - 1]?.node ?? this.#walk.steps[this.#at]?.node ?? null
    if (node === null) {
      this.#notice = toned('dim', 'This step is of no node: walk to one that is.')
      return
    }
    const where = by > 0 ? 'later' : 'earlier'
    this.#find(
      by,
      (i) => this.#walk.steps[i]!.node === node,
      `Nothing happens at ${node} ${where} than this.`,
    )
  }

  #toBreaking(): void {
    const at = breakingPlace(this.#walk)
    if (at === null) {
      this.#notice = toned('dim', 'No property is broken at the end of this story.')
      return
    }
    this.#go(at)
    const why = this.#walk.sightAt(at).properties.find((now) => now.kind === 'broken')!
    this.#notice = toned('bad', `Broken from here on: ${why.property}.`)
  }

  // Branches

  #branch(): void {
    const [walk, at] = [this.#walk, this.#at]
    this.#notice = toned('dim', 'Looking what may happen ...')
    void this.#trying(async () => {
      const next = await walk.nextAt(at)
      this.#notice = null
      this.host.open(
        new ChoosingScreen(
          [...this.where, `after step ${at}`],
          next.length === 0 ? 'Nothing can happen any more.' : 'What happens next?',
          next.map(choiceText),
          this.host,
          (i) => this.#take(walk, at, next[i]!),
        ),
      )
    })
  }

  #take(walk: Walk, at: number, choice: Choice): void {
    this.#notice = toned('dim', 'Playing it ...')
    const isOwn = this.#isBranch && walk === this.#walk && at === walk.steps.length
    void this.#trying(async () => {
      const taken = await walk.take(at, choice)
      // A branch that is played on stays the same branch.
      const index = isOwn ? this.#current : this.#told.length
      const name = isOwn ? this.#told[index]!.name : `branch ${++this.#branches}, from step ${at}`
      this.#told[index] = { name, walk: taken }
      this.#places[index] = taken.steps.length
      this.#turnTo(index)
      this.#notice = toned('dim', 'Enter goes on; O is the original, s saves this under a name.')
    })
  }

  #chooseBranch(): void {
    const items = this.#told.map(
      ({ name, walk }, i) => `${name}, ${walk.steps.length} steps${i === this.#current ? ' (here)' : ''}`,
    )
    this.host.open(
      new ChoosingScreen([...this.where, 'branches'], 'Which story?', items, this.host, (i) =>
        this.#turnTo(i),
      ),
    )
  }

  #turnTo(index: number): void {
    this.#current = index
    this.#at = this.#places[index]!
  }

  #naming(key: Press, name: Prompt): void {
    const { prompt, submitted, left } = pressPrompt(name, key, () => [])
    this.#name = left || submitted !== null ? null : prompt
    if (submitted === null) return
    try {
      this.#notice = this.host.keepStory(submitted, this.#walk.text())
      const told = this.#told[this.#current]!
      if (this.#isBranch && this.#notice[0]?.tone === 'good')
        this.#told[this.#current] = { ...told, name: submitted }
    } catch (error) {
      if (!(error instanceof StoryProblem || error instanceof StoryStops)) throw error
      this.#notice = toned('warn', error.message)
    }
  }

  #copy(at: number, what: string): void {
    const token = this.#walk.token(at)
    if (token === null) {
      this.#notice = toned('warn', 'The story of a scenario has no token: its file tells it.')
      return
    }
    const said = this.host.copy(token, what)
    this.host.open(
      new ReadingScreen('token', this.host, (width) => [
        ...wrapLine(said, width),
        plain(''),
        ...(token.match(new RegExp(`.{1,${width}}`, 'g')) ?? []).map(plain),
        plain(''),
        ...wrapLine(
          toned('dim', 'splitbrain debug TOKEN walks it, splitbrain replay TOKEN tells it.'),
          width,
        ),
      ]),
    )
  }

  /** What cannot be done is said; anything else that goes wrong is a mistake of ours. */
  async #trying(work: () => Promise<void>): Promise<void> {
    try {
      await work()
    } catch (error) {
      if (!isStop(error)) throw error
      this.#notice = toned('warn', error.message)
    }
    this.host.redraw()
  }
}

function isStop(error: unknown): error is Error {
  return error instanceof ScenarioProblem || error instanceof StoryStops
}
