/** The lesson: prose and cells in one page, a current cell, and a prompt on its world. */

import type { CellLook, Exchange } from '../components/cells.ts'
import { bodyHeight, frame, type Picture, type Size } from '../components/frame.ts'
import { pieceBlock } from '../components/pageBlocks.ts'
import { type Block, Pages, reveal } from '../components/pages.ts'
import { countedCells, type Piece, piecesOf } from '../components/pieces.ts'
import { progressText } from '../components/progressLine.ts'
import {
  type Cell,
  type CellState,
  type ChallengeState,
  type Computing,
  type Lesson,
  type Line,
  type Notebook,
  type Outcome,
  toned,
} from '../door.ts'
import { type ActionOf, actionFor, KEYS, type Press } from '../keys.ts'
import { type LessonProgress, NOT_BEGUN, withLesson } from '../progress.ts'
import type { Course } from './course.ts'
import { GlossaryScreen } from './glossary.ts'
import { HelpScreen } from './help.ts'
import { Prompting } from './prompting.ts'
import type { Host, Screen } from './screen.ts'
import { sessionWalk, WorldScreen } from './world.ts'

/** Pages are no wider than this: longer lines are hard to read. */
const READABLE = 100

export class LessonScreen implements Screen {
  readonly #kernel: Computing
  readonly #prompting: Prompting
  readonly #pieces: readonly Piece[]
  readonly #pages = new Pages()
  readonly #open = new Set<string>()
  readonly #exchanges = new Map<string, readonly Exchange[]>()
  readonly #goals = new Map<string, ChallengeState>()
  /** Counts changes per piece, so that only what changed is drawn anew. */
  readonly #edition = new Map<string, number>()
  #focus: string | null = null
  #top = 0
  #size: Size = { columns: 0, rows: 0 }
  /** The cell that is being run. */
  #busy: string | null = null
  #notice: Line | null = null
  /** The cell whose world the session holds. */
  #stage: string | null = null
  #restored = false
  /** Cells that are still to run, after `a`. */
  #waiting: readonly string[] = []
  #stopped = false
  /** Where to begin on the page, once its size is known. */
  #arriving: NonNullable<LessonProgress['at']> | null = null

  constructor(
    readonly lesson: Lesson,
    readonly course: Course,
    readonly host: Host,
  ) {
    this.#kernel = course.kernel(lesson)
    this.#pieces = piecesOf(lesson)
    this.#prompting = new Prompting(this.#kernel, course, host, {
      width: () => this.#contentWidth() - 4,
      place: () => (this.#stage === null || /^cell-\d+$/.test(this.#stage) ? 'this cell' : this.#stage),
      told: (exchange, outcome) => this.#told(exchange, outcome),
    })
    this.#focus = this.#selectable()[0]?.id ?? null
  }

  get #notebook(): Notebook {
    return this.#kernel.notebook
  }

  get #typing(): boolean {
    return this.#prompting.isOpen
  }

  get keyed(): 'prompt' | 'lesson' {
    return this.#typing ? 'prompt' : 'lesson'
  }

  enter(): void {
    this.course.record((p) => ({ ...p, last: { kind: 'lesson', id: this.lesson.id } }))
    if (!this.#restored) this.#restore()
    this.#restored = true
  }

  close(): void {
    this.#keepPlace()
    this.#kernel.close()
  }

  draw(size: Size): Picture {
    this.#fit(size)
    const width = size.columns
    const bar = this.#typing ? this.#prompting.bar(width) : null
    return frame(size, {
      where: ['Splitbrain', `${this.lesson.number} ${this.lesson.title}`],
      status: toned('dim', this.#status(size)),
      body: (_, height) => {
        this.#top = this.#pages.clamp(this.#top, height)
        return this.#pages.slice(this.#top, height).map((line) => [{ text: ' ', tone: 'plain' }, ...line])
      },
      bar: bar?.lines ?? [],
      cursor: bar?.cursor ?? null,
      keys: this.#keys(),
      notice: this.#notice,
    })
  }

  press(key: Press, size: Size): void {
    this.#fit(size)
    if (this.#typing) {
      this.#notice = null
      return this.#type(key)
    }
    const action = actionFor('lesson', key.name)
    if (this.#busy !== null) return this.#whileBusy(action, key)
    this.#notice = null
    if (action !== null) this.#act(action, key)
  }

  paste(text: string): void {
    if (this.#typing) this.#prompting.paste(text)
  }

  /** A cell is running: the page can be read, and the run stopped. */
  #whileBusy(action: ActionOf<'lesson'> | null, key: Press): void {
    switch (action) {
      case null:
      case 'run':
      case 'prompt':
      case 'world':
      case 'runAll':
        return
      case 'back':
        if (key.name !== 'esc') return this.#act(action, key)
        this.interrupt()
        return
      default:
        return this.#act(action, key)
    }
  }

  #act(action: ActionOf<'lesson'>, key: Press): void {
    const height = this.#height()
    switch (action) {
      case 'run':
        return this.#enter()
      case 'next':
        return this.#step(1)
      case 'previous':
        return this.#step(-1)
      case 'answer':
        return this.#answer(Number(key.name) - 1)
      case 'prompt':
        return this.#openPrompt()
      case 'world':
        return this.#openWorld()
      case 'exercise':
        return this.#openExercise()
      case 'runAll':
        return this.#runAll()
      case 'back':
        return this.host.back()
      case 'up':
        return this.#scroll(-1)
      case 'down':
        return this.#scroll(1)
      case 'pageUp':
        return this.#scroll(2 - height)
      case 'pageDown':
        return this.#scroll(height - 2)
      case 'first':
        return this.#scroll(-this.#pages.height)
      case 'last':
        return this.#scroll(this.#pages.height)
      case 'glossary':
        return this.host.open(new GlossaryScreen(this.course, this.host))
      case 'help':
        return this.host.open(new HelpScreen(['lesson', 'prompt'], this.host))
    }
  }

  // Running

  #enter(): void {
    const piece = this.#focused()
    if (piece === null) return
    if (!this.#visible(piece.id)) return this.#reveal(piece.id)
    if (piece.kind === 'fold') return this.#toggle(piece.id)
    const { cell } = piece
    switch (cell.kind) {
      case 'predict':
        if (this.#state(cell.id).chosen !== null) return this.#step(1)
        this.#notice = toned('warn', `Answer with the keys 1 to ${cell.answers.length}.`)
        return
      case 'claim':
        return this.#prove(cell.id)
      case 'scenario':
        if (this.#state(cell.id).status === 'done' && (this.#exchanges.get(cell.id) ?? []).length === 0)
          return this.#step(1)
        return this.#run(cell.id)
      case 'challenge':
        return this.#run(cell.id, () => this.#openPrompt())
    }
  }

  /** Runs a cell with what it depends on, and forgets what was typed under it. */
  #run(id: string, then: () => void = () => {}): void {
    this.#compute(id, (challenge) => {
      this.#staged(id, challenge)
      this.#reveal(id)
      then()
    })
  }

  /** Has a cell run; `then` comes after it, unless it was ended by force. */
  #compute(id: string, then: (challenge: ChallengeState | null) => void): void {
    this.#busy = id
    this.#changed(id)
    this.#kernel.ask(
      { kind: 'cell', id },
      {
        done: (outcome) =>
          this.host.later(() => {
            this.#busy = null
            this.#changed(id)
            if (outcome.kind === 'done') return then(outcome.challenge)
            this.#waiting = []
            this.#notice = toned(
              'warn',
              outcome.kind === 'ended' ? `${id}: ${outcome.says}` : outcome.problem.message,
            )
          }),
        seen: (progress, ms) => {
          this.#notice = toned('accent', progressText(progress, ms))
          this.host.redraw()
        },
      },
    )
  }

  #staged(id: string, challenge: ChallengeState | null): void {
    this.#notice = null
    this.#exchanges.delete(id)
    this.#stage = id
    this.#judge(id, challenge)
    this.#allChanged()
    this.#recordDone()
  }

  /** Runs the cells that prove a claim; one that is already proven leads on. */
  #prove(claim: string): void {
    if (this.#state(claim).status === 'done') return this.#step(1)
    this.#compute(claim, () => {
      this.#notice = null
      this.#exchanges.clear()
      this.#stage = null
      this.#allChanged()
      this.#recordDone()
      this.#reveal(claim)
    })
  }

  /** Runs every cell, one after the other, so that the screen lives on in between. */
  #runAll(): void {
    this.#stopped = false
    this.#waiting = this.#notebook.cells.flatMap(({ cell }) => (cell.kind === 'scenario' ? [cell.id] : []))
    this.#runNext()
  }

  #runNext(): void {
    const [id, ...rest] = this.#waiting
    if (id === undefined) return this.#ranAll()
    this.#waiting = rest
    const all = this.#notebook.cells.filter((state) => state.cell.kind === 'scenario').length
    this.#notice = toned('dim', `Running ${all - rest.length} of ${all}: ${id}   Ctrl-C stops`)
    this.#compute(id, (challenge) => {
      this.#staged(id, challenge)
      if (this.#stopped) this.#notice = toned('dim', 'Stopped.')
      else this.#runNext()
    })
  }

  #ranAll(): void {
    const states = this.#notebook.cells.filter((state) => state.cell.kind === 'scenario')
    const odd = states.filter((state) => state.status === 'failed' || state.matches === false)
    const names = odd.map((state) => state.cell.id).join(' ')
    this.#notice =
      odd.length === 0
        ? toned('good', `All ${states.length} cells ran as the lesson says.`)
        : toned('bad', `${odd.length} of ${states.length} cells did not run as the lesson says: ${names}`)
  }

  interrupt(): boolean {
    if (this.#prompting.isRunning) return this.#prompting.stop()
    const many = this.#waiting.length > 0
    this.#waiting = []
    this.#stopped = many
    return this.#kernel.stop() || many
  }

  #answer(index: number): void {
    const piece = this.#focused()
    const cell =
      piece?.kind === 'cell' && piece.cell.kind === 'predict' ? piece.cell : this.#nearestPrediction()
    if (cell === null || cell.kind !== 'predict') {
      this.#notice = toned('warn', 'There is no prediction here. Go to one with n.')
      return
    }
    if (index >= cell.answers.length) return
    this.#focusOn(cell.id)
    this.#notebook.predict(cell.id, index)
    this.#allChanged()
    this.#reveal(cell.id)
    this.#recordDone()
  }

  /** An open prediction that can be seen, for whoever answers without going to it first. */
  #nearestPrediction(): Cell | null {
    const seen = this.#pieces.find(
      (piece) => piece.kind === 'cell' && piece.cell.kind === 'predict' && this.#visible(piece.id),
    )
    return seen?.kind === 'cell' ? seen.cell : null
  }

  // The prompt

  #openPrompt(): void {
    const id = this.#stageFor(this.#focus)
    if (id === null) {
      this.#notice = toned('warn', 'This lesson has no cell with a world to type at.')
      return
    }
    this.#focusOn(id)
    if (this.#stage !== id) return this.#run(id, () => this.#beginTyping(id))
    this.#beginTyping(id)
  }

  #beginTyping(id: string): void {
    this.#prompting.open()
    this.#revealEnd(id)
  }

  #type(key: Press): void {
    this.#prompting.press(key)
    const action = actionFor('prompt', key.name)
    if (action === 'pageUp') this.#top = this.#pages.clamp(this.#top - this.#height() + 2, this.#height())
    if (action === 'pageDown') this.#top = this.#pages.clamp(this.#top + this.#height() - 2, this.#height())
  }

  /** What was typed, and what came of it, goes under the cell. */
  #told(exchange: Exchange, outcome: Outcome): void {
    const id = this.#stage
    if (id === null) return
    this.#exchanges.set(id, [...(this.#exchanges.get(id) ?? []), exchange])
    if (outcome.kind === 'done') this.#judge(id, outcome.challenge)
    this.#changed(id)
    this.#fit(this.#size)
    this.#revealEnd(id)
  }

  /** How far a challenge is after what was typed. */
  #judge(id: string, now: ChallengeState | null): void {
    if (now === null || this.#cell(id)?.kind !== 'challenge') return
    this.#goals.set(id, now)
    this.#recordDone()
  }

  // Other screens

  #openWorld(): void {
    const id = this.#stageFor(this.#focus)
    if (id !== null && this.#stage !== id) return this.#run(id, () => this.#walk())
    this.#walk()
  }

  #walk(): void {
    const walk = sessionWalk(this.#notebook.session)
    if (walk === null) {
      this.#notice = toned('warn', 'There is no run to walk yet: run a cell with Enter first.')
      return
    }
    this.host.open(
      new WorldScreen(
        ['Splitbrain', `${this.lesson.number} ${this.lesson.title}`, 'timeline'],
        walk,
        this.host,
      ),
    )
  }

  #openExercise(): void {
    const id = this.lesson.exercises.find((one) =>
      this.course.exercises.some((exercise) => exercise.id === one),
    )
    if (id === undefined || !this.host.visit({ kind: 'exercise', id }))
      this.#notice = toned('warn', 'This lesson has no exercise.')
  }

  // Where we are on the page

  #scroll(by: number): void {
    const height = this.#height()
    this.#top = this.#pages.clamp(this.#top + by, height)
    if (this.#focus !== null && this.#visible(this.#focus)) return
    const seen = this.#selectable().filter((piece) => this.#visible(piece.id))
    const next = by > 0 ? seen[0] : seen.at(-1)
    if (next !== undefined) this.#focusOn(next.id)
  }

  #step(by: 1 | -1): void {
    const all = this.#selectable()
    const at = all.findIndex((piece) => piece.id === this.#focus)
    const next = all[at + by]
    if (next === undefined)
      return by > 0 ? this.#scroll(this.#pages.height) : this.#scroll(-this.#pages.height)
    this.#focusOn(next.id)
    this.#reveal(next.id)
  }

  #focusOn(id: string): void {
    if (this.#focus === id) return
    if (this.#focus !== null) this.#changed(this.#focus)
    this.#focus = id
    this.#changed(id)
  }

  #toggle(id: string): void {
    if (this.#open.has(id)) this.#open.delete(id)
    else this.#open.add(id)
    this.#changed(id)
    this.#fit(this.#size)
    const extent = this.#pages.extent(id)
    if (extent !== null && this.#open.has(id)) this.#top = this.#pages.clamp(extent.top - 1, this.#height())
  }

  #reveal(id: string): void {
    this.#fit(this.#size)
    const extent = this.#pages.extent(id)
    if (extent !== null)
      this.#top = this.#pages.clamp(reveal(this.#top, this.#height(), extent), this.#height())
  }

  #revealEnd(id: string): void {
    this.#fit(this.#size)
    const extent = this.#pages.extent(id)
    if (extent !== null)
      this.#top = this.#pages.clamp(Math.max(0, extent.bottom - this.#height()), this.#height())
  }

  #visible(id: string): boolean {
    const extent = this.#pages.extent(id)
    return extent !== null && extent.top < this.#top + this.#height() && extent.bottom > this.#top
  }

  /** Lays the page out for a size; what was at the top stays there when the width changes. */
  #fit(size: Size): void {
    if (size.columns === 0) return
    const anchor = size.columns !== this.#size.columns && this.#size.columns > 0 ? this.#place() : null
    this.#size = size
    this.#pages.lay(this.#blocks(), this.#contentWidth())
    if (anchor !== null) this.#goTo(anchor.block, anchor.offset)
    if (this.#arriving !== null) this.#goTo(this.#arriving.block, this.#arriving.offset)
    this.#arriving = null
  }

  #place(): { block: string; offset: number } | null {
    const block = this.#pages.blockAt(this.#top)
    return block === null ? null : { block, offset: this.#top - this.#pages.extent(block)!.top }
  }

  #goTo(block: string, offset: number): void {
    const extent = this.#pages.extent(block)
    if (extent === null) return
    const within = Math.min(offset, extent.bottom - extent.top - 1)
    this.#top = this.#pages.clamp(extent.top + within, this.#height())
  }

  #blocks(): Block[] {
    return this.#shownPieces().map((piece) =>
      pieceBlock(piece, {
        lesson: this.lesson,
        edition: this.#edition.get(piece.id) ?? 0,
        open: this.#open.has(piece.id),
        focused: this.#focus === piece.id,
        ascii: this.host.ascii,
        linear: false,
        look: (cell) => this.#look(cell),
      }),
    )
  }

  #look(cell: Cell): CellLook {
    const proof = cell.kind === 'claim' ? cell.proof.map((one) => one.cell) : []
    return {
      state: this.#state(cell.id),
      focused: this.#focus === cell.id,
      busy: this.#busy === cell.id,
      before: this.#kept().done.includes(cell.id),
      exchanges: this.#exchanges.get(cell.id) ?? [],
      proof: proof.map((id) => ({ id, done: this.#cell(id) !== null && this.#isDone(id) })),
      goal: this.#goals.get(cell.id) ?? null,
      linear: false,
      ascii: this.host.ascii,
    }
  }

  #shownPieces(): Piece[] {
    return this.#pieces.filter((piece) => piece.fold === null || this.#open.has(piece.fold))
  }

  #selectable(): Extract<Piece, { kind: 'cell' | 'fold' }>[] {
    return this.#shownPieces().filter((piece) => piece.kind === 'cell' || piece.kind === 'fold')
  }

  #focused(): Extract<Piece, { kind: 'cell' | 'fold' }> | null {
    return this.#selectable().find((piece) => piece.id === this.#focus) ?? null
  }

  #cell(id: string): Cell | null {
    return this.#notebook.cells.find((state) => state.cell.id === id)?.cell ?? null
  }

  #state(id: string): CellState {
    return this.#notebook.cells.find((state) => state.cell.id === id)!
  }

  /** The cell whose world a prompt or timeline at this place is about: itself, the last one above, or the first. */
  #stageFor(id: string | null): string | null {
    const cells = this.#pieces.flatMap((piece) => (piece.kind === 'cell' ? [piece.cell] : []))
    const worlds = (list: readonly Cell[]) =>
      list.filter((cell) => cell.kind === 'scenario' || cell.kind === 'challenge')
    const at = cells.findIndex((cell) => cell.id === id)
    return (worlds(cells.slice(0, at + 1)).at(-1) ?? worlds(cells)[0])?.id ?? null
  }

  #changed(id: string): void {
    this.#edition.set(id, (this.#edition.get(id) ?? 0) + 1)
  }

  #allChanged(): void {
    for (const piece of this.#pieces) if (piece.kind === 'cell') this.#changed(piece.id)
  }

  #height(): number {
    return bodyHeight(this.#size, this.#typing ? 2 : 0)
  }

  #contentWidth(): number {
    return Math.max(10, Math.min(this.#size.columns - 2, READABLE))
  }

  #status(size: Size): string {
    const counted = countedCells(this.lesson)
    const done = counted.filter((id) => this.#isDone(id)).length
    const total = this.#pages.height
    const height = this.#height()
    const percent = total <= height ? 100 : Math.round((100 * this.#top) / (total - height))
    return size.columns < 60 ? `${percent}%` : `${done} of ${counted.length} cells done · ${percent}%`
  }

  #keys(): readonly (typeof KEYS)['lesson'][number][] | (typeof KEYS)['prompt'] {
    if (this.#typing) return KEYS.prompt
    const piece = this.#focused()
    const predicts =
      piece?.kind === 'cell' && piece.cell.kind === 'predict' && this.#state(piece.id).chosen === null
    const hidden = new Set<string>([
      ...(predicts ? ['run'] : ['answer']),
      ...(this.course.exercises.some((e) => this.lesson.exercises.includes(e.id)) ? [] : ['exercise']),
    ])
    return KEYS.lesson.filter((binding) => !hidden.has(binding.action))
  }

  // What is kept

  #isDone(id: string): boolean {
    const state = this.#state(id)
    if (state.status === 'done' || state.chosen !== null) return true
    return this.#goals.get(id)?.done === true || this.#kept().done.includes(id)
  }

  #kept() {
    return this.course.progress.lessons[this.lesson.id] ?? NOT_BEGUN
  }

  #recordDone(): void {
    const states = this.#notebook.cells
    const done = states.filter((state) => this.#isDone(state.cell.id)).map((state) => state.cell.id)
    const all = [...new Set([...this.#kept().done, ...done])]
    const chosen = Object.fromEntries(
      states.flatMap((s) => (s.chosen === null ? [] : [[s.cell.id, s.chosen]])),
    )
    const finished = countedCells(this.lesson).every((id) => all.includes(id))
    const news = finished && !this.#kept().finished
    this.course.record((p) => withLesson(p, this.lesson.id, { done: all, chosen, finished }))
    if (news) this.#notice = toned('good', `Lesson ${this.lesson.number} is done: every cell has run.`)
  }

  #keepPlace(): void {
    const place = this.#place()
    if (place === null) return
    this.course.record((p) => withLesson(p, this.lesson.id, { at: { ...place, focus: this.#focus } }))
  }

  /** Brings back what was answered before, and the place on the page. Cells are run again only when asked for. */
  #restore(): void {
    const kept = this.#kept()
    for (const { cell, chosen: now } of this.#notebook.cells) {
      const chosen = kept.chosen[cell.id]
      if (cell.kind === 'predict' && now === null && chosen !== undefined && chosen < cell.answers.length)
        this.#notebook.predict(cell.id, chosen)
    }
    this.#arriving = kept.at
    const focus = kept.at?.focus
    if (this.#pieces.some((piece) => piece.id === focus && piece.fold === null)) this.#focus = focus ?? null
  }
}
