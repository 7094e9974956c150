/** The lesson: prose and cells in one page, a current cell, and a prompt on its world. */
import type { CellLook } from '../components/cells.ts'
import { cellText } from '../components/cellText.ts'
import { proofOf } from '../components/claimCell.ts'
import { bodyHeight, frame, type Picture, type Size } from '../components/frame.ts'
import {
  type Cell,
  type Computing,
  type Exchange,
  isNamed,
  type Lesson,
  type Line,
  type Outcome,
  toned,
} from '../door.ts'
import { type ActionOf, actionFor, type Binding, KEYS } from '../keys.ts'
import type { Press } from '../presses.ts'
import { replayLine, type Walk } from '../walk.ts'
import { CellEditing } from './cellEditing.ts'
import type { Course } from './course.ts'
import { GlossaryScreen } from './glossary.ts'
import { HelpScreen } from './help.ts'
import { LessonBook } from './lessonBook.ts'
import { LessonFile } from './lessonFile.ts'
import { lessonKeys, READING } from './lessonKeys.ts'
import { LessonPage } from './lessonPage.ts'
import { LessonRecord } from './lessonRecord.ts'
import { LessonRuns } from './lessonRuns.ts'
import { LessonSearch } from './lessonSearch.ts'
import { walksOf } from './lessonWalks.ts'
import { LinksScreen } from './links.ts'
import { OwnCells } from './ownCells.ts'
import { Prompting } from './prompting.ts'
import type { Host, Screen } from './screen.ts'
import { WorldScreen } from './world.ts'

export class LessonScreen implements Screen {
  readonly #kernel: Computing
  readonly #prompting: Prompting
  readonly #page: LessonPage
  readonly #runs: LessonRuns
  readonly #record: LessonRecord
  readonly #book: LessonBook
  readonly #editing: CellEditing
  readonly #own: OwnCells
  readonly #search: LessonSearch
  readonly #file: LessonFile
  #notice: Line | null = null
  #restored = false

  constructor(
    lesson: Lesson,
    readonly course: Course,
    readonly host: Host,
  ) {
    this.#kernel = course.kernel(lesson)
    this.#page = new LessonPage(lesson, {
      ascii: host.ascii,
      look: (cell) => this.#look(cell),
      height: (size) => bodyHeight(size, this.#bar(size).lines.length),
    })
    this.#runs = new LessonRuns(this.#kernel, host, {
      notice: (line) => {
        this.#notice = line
      },
      changed: (id) => (id === undefined ? this.#page.cellsChanged() : this.#page.changed(id)),
      done: () => this.#done(),
      reveal: (id) => this.#page.reveal(id),
      width: () => this.#page.width - 4,
    })
    this.#book = new LessonBook(lesson, this.#kernel, course.notebook(lesson), () => this.#revised())
    this.#editing = new CellEditing(this.#book, this.#page, (id) => this.#runs.run(id))
    this.#own = new OwnCells(this.#book, this.#page, this.#editing, course, host, (line) => {
      this.#notice = line
    })
    this.#search = new LessonSearch(this.#page, (line) => {
      this.#notice = line
    })
    const busy = (): boolean => this.#runs.isRunning || this.#editing.isOpen || this.#prompting.isRunning
    this.#file = new LessonFile(course, this.#book, busy, () => host.redraw())
    this.#record = new LessonRecord(course, this.#kernel, this.#book, this.#runs)
    this.#prompting = new Prompting(this.#kernel, course, host, {
      width: () => this.#page.width - 4,
      place: () => `On the world of ${placeName(this.#runs.stage)}.`,
      told: (exchange, outcome) => this.#told(exchange, outcome),
    })
  }

  get lesson(): Lesson {
    return this.#book.lesson
  }

  get keyed(): 'prompt' | 'edit' | 'confirm' | 'search' | 'found' | 'lesson' {
    if (this.#prompting.isOpen) return 'prompt'
    if (this.#editing.isOpen) return 'edit'
    return this.#own.question === null ? (this.#search.keyed ?? 'lesson') : 'confirm'
  }

  enter(): void {
    this.course.record((p) => ({ ...p, last: { kind: 'lesson', id: this.lesson.id } }))
    // It may have been open elsewhere in between.
    if (this.#restored) return this.#runs.isRunning ? undefined : this.#book.open()
    this.#restored = true
    this.host.later(() => this.#page.measure())
    this.#book.open()
    this.#record.restore(this.#page)
    this.#file.watch()
    if (this.#book.place.problem !== null) this.#notice = toned('warn', this.#book.place.problem)
  }

  close(): void {
    this.#file.close()
    this.#editing.leave()
    // What has just arrived may not have been looked at yet.
    this.#book.keep(this.#runs)
    this.#record.record()
    this.#record.keepPlace(this.#page)
    this.#kernel.close()
  }

  draw(size: Size): Picture {
    this.#page.fit(size)
    const bar = this.#bar(size)
    return frame(size, {
      where: ['Splitbrain', `${this.lesson.number} ${this.lesson.title}`],
      status: toned('dim', this.#status(size)),
      body: (_, height) => this.#page.lines(height, this.#search.decorate),
      bar: bar.lines,
      cursor: bar.cursor,
      bodyCursor: this.#editing.cursor(size),
      keys: this.#keys(),
      notice: this.#notice,
    })
  }

  press(key: Press, size: Size): void {
    this.#page.fit(size)
    if (!this.#runs.isRunning) this.#notice = null
    this.#take(key)
    this.#file.settle()
  }

  paste(text: string): void {
    if (this.#prompting.isOpen) this.#prompting.paste(text)
    else if (this.#search.keyed === 'search') this.#search.paste(text)
    else this.#editing.paste(text)
  }

  #take(key: Press): void {
    if (this.#prompting.isOpen) return this.#type(key)
    if (this.#editing.isOpen) return this.#editing.press(key)
    if (this.#own.question !== null) return this.#own.answer(key)
    if (this.#search.keyed !== null && this.#search.press(key)) return
    const action = actionFor('lesson', key.name)
    if (action === null) return
    if (this.#runs.isRunning) this.#whileBusy(action, key)
    else this.#act(action, key)
  }

  interrupt(): boolean {
    if (this.#editing.isOpen) {
      this.#editing.leave()
      return true
    }
    return this.#prompting.isRunning ? this.#prompting.stop() : this.#runs.stop()
  }

  /** A cell is running: the page can be read, and the run stopped. */
  #whileBusy(action: ActionOf<'lesson'>, key: Press): void {
    if (READING.has(action)) this.#act(action, key)
    else if (key.name === 'esc') this.interrupt()
    else if (action === 'back') this.#act(action, key)
  }

  #act(action: ActionOf<'lesson'>, key: Press): void {
    const page = this.#page
    switch (action) {
      case 'run':
        return this.#enter()
      case 'next':
        return page.step(1)
      case 'previous':
        return page.step(-1)
      case 'answer':
        return this.#answer(Number(key.name) - 1)
      case 'prompt':
        return this.#openPrompt()
      case 'world':
        return this.#openWorld()
      case 'exercise':
        return this.#openExercise()
      case 'runAll':
        return this.#runs.runAll()
      case 'runTo':
        return this.#runs.runAll(page.focus)
      case 'rerun':
        return this.#rerun()
      case 'restart':
        return this.#runs.restart()
      case 'change':
        return this.#own.change()
      case 'editor':
        return this.#own.changeInEditor()
      case 'add':
        return this.#own.add('scenario')
      case 'addTypeScript':
        return this.#own.add('ts')
      case 'remove':
        return this.#own.askToRemove()
      case 'copy':
        return this.#copy()
      case 'search':
        return this.#search.begin()
      case 'links':
        return this.host.open(new LinksScreen(this.lesson, this.course, this.host))
      case 'back':
        return this.host.back()
      case 'up':
        return page.walk(-1)
      case 'down':
        return page.walk(1)
      case 'pageUp':
        return page.walk(2 - page.height)
      case 'pageDown':
        return page.walk(page.height - 2)
      case 'first':
        return page.toStart()
      case 'last':
        return page.toEnd()
      case 'glossary':
        return this.host.open(new GlossaryScreen(this.course, this.host))
      case 'help':
        return this.host.open(
          new HelpScreen(['lesson', 'search', 'found', 'edit', 'confirm', 'prompt'], this.host),
        )
    }
  }

  // Cells

  #enter(): void {
    const piece = this.#page.current
    if (piece === null) return
    if (!this.#page.visible(piece.id)) return this.#page.reveal(piece.id)
    if (piece.kind === 'fold') return this.#page.toggle(piece.id)
    const { cell } = piece
    const state = this.#runs.state(cell.id)
    if (state.older !== null && cell.kind !== 'predict') return this.#rerun()
    switch (cell.kind) {
      case 'predict':
        if (state.chosen !== null) return this.#page.step(1)
        this.#notice = toned('warn', `Answer with the keys 1 to ${cell.answers.length}.`)
        return
      case 'claim':
        return state.status === 'done' ? this.#page.step(1) : this.#runs.prove(cell.id)
      case 'scenario':
      case 'ts':
        if (state.status === 'done' && this.#runs.typed(cell.id).length === 0) return this.#page.step(1)
        return this.#runs.run(cell.id)
      case 'challenge':
        return this.#runs.run(cell.id, () => this.#openPrompt())
    }
  }

  #rerun(): void {
    const piece = this.#page.current
    if (piece?.kind !== 'cell' || piece.cell.kind === 'predict')
      this.#notice = toned('warn', 'Nothing runs here. Go to a run with n.')
    else if (piece.cell.kind === 'claim') this.#runs.prove(piece.id)
    else this.#runs.rerun(piece.id)
  }

  #answer(index: number): void {
    const piece = this.#page.current
    const cell =
      piece?.kind === 'cell' && piece.cell.kind === 'predict' ? piece.cell : this.#nearestPrediction()
    if (cell === null || cell.kind !== 'predict') {
      this.#notice = toned('warn', 'There is no prediction here. Go to one with n.')
      return
    }
    if (index >= cell.answers.length) return
    this.#page.focusOn(cell.id)
    this.#kernel.notebook.predict(cell.id, index)
    this.#page.cellsChanged()
    this.#page.reveal(cell.id)
    this.#done()
  }

  /** An open prediction that can be seen, for whoever answers without going to it first. */
  #nearestPrediction(): Cell | null {
    const seen = this.#page.pieces.find(
      (piece) => piece.kind === 'cell' && piece.cell.kind === 'predict' && this.#page.visible(piece.id),
    )
    return seen?.kind === 'cell' ? seen.cell : null
  }

  #done(): void {
    this.#book.keep(this.#runs)
    this.#file.settle()
    if (this.#record.record())
      this.#notice = toned('good', `Lesson ${this.lesson.number} is done: every cell has run.`)
  }

  #revised(): void {
    this.#page.revise(this.#kernel.notebook.lesson, this.#book.kept.older)
    this.#runs.revised(this.#book.kept.cells)
  }

  // The prompt

  #openPrompt(): void {
    const id = this.#page.stageFor(this.#page.focus)
    if (id === null) {
      this.#notice = toned('warn', 'This lesson has no cell with a world to type at.')
      return
    }
    this.#page.focusOn(id)
    if (this.#runs.stage !== id) return this.#runs.rerun(id, () => this.#beginTyping(id))
    this.#beginTyping(id)
  }

  #beginTyping(id: string): void {
    this.#prompting.open()
    this.#page.revealEnd(id)
  }

  #type(key: Press): void {
    this.#prompting.press(key)
    const action = actionFor('prompt', key.name)
    if (action === 'pageUp') this.#page.scroll(2 - this.#page.height)
    if (action === 'pageDown') this.#page.scroll(this.#page.height - 2)
  }

  /** What was typed, and what came of it, goes under the cell. */
  #told(exchange: Exchange, outcome: Outcome): void {
    this.#runs.told(exchange, outcome)
    if (this.#runs.stage !== null) this.#page.revealEnd(this.#runs.stage)
  }

  #copy(): void {
    const piece = this.#page.current
    if (piece?.kind !== 'cell')
      this.#notice = toned('warn', 'There is no cell here to copy. Go to one with n.')
    else {
      const text = cellText(this.#runs.state(piece.id), this.#runs.typed(piece.id))
      this.#notice = this.host.copy(text, isNamed(piece.id) ? piece.id : 'this cell')
    }
  }

  // Other screens

  #openWorld(): void {
    const id = this.#page.stageFor(this.#page.focus)
    if (id !== null && this.#runs.stage !== id) return this.#runs.rerun(id, () => this.#walk())
    this.#walk()
  }

  #walk(): void {
    const [first, ...others] = walksOf(this.#page.focus, this.#kernel, this.#runs)
    if (first === undefined) {
      this.#notice = toned('warn', 'There is no run to walk yet: run a cell with Enter first.')
      return
    }
    const where = ['Splitbrain', `${this.lesson.number} ${this.lesson.title}`, 'timeline']
    this.host.open(
      new WorldScreen(where, [first, ...others], this.host, null, (branch) => this.#goOn(branch)),
    )
  }

  /** A branch that was made in the debugger becomes the world of the prompt, as if its story had been typed there. */
  #goOn(branch: Walk): void {
    this.#prompting.run(replayLine(branch))
    this.#notice = toned('good', 'The prompt is on your branch now: type on it with : or run the cell again.')
  }

  #openExercise(): void {
    const id = this.lesson.exercises.find((one) =>
      this.course.exercises.some((exercise) => exercise.id === one),
    )
    if (id === undefined || !this.host.visit({ kind: 'exercise', id }))
      this.#notice = toned('warn', 'This lesson has no exercise.')
  }

  // What is drawn

  #look(cell: Cell): CellLook {
    const there = this.#kernel.notebook.cells.map((state) => state.cell.id)
    return {
      state: this.#runs.state(cell.id),
      focused: this.#page.focus === cell.id,
      busy: this.#runs.busy === cell.id,
      before: this.#record.kept.done.includes(cell.id),
      exchanges: this.#runs.typed(cell.id),
      proof: proofOf(cell, (id) => there.includes(id) && this.#record.isDone(id)),
      goal: this.#runs.goal(cell.id),
      box: this.#editing.box(cell.id),
      linear: false,
      ascii: this.host.ascii,
    }
  }

  /** What stands below the page: what is wrong with the file, a question, the prompt. */
  #bar(size: Size): { readonly lines: readonly Line[]; readonly cursor: number | null } {
    const broken = this.#file.lines(size.columns)
    const { question } = this.#own
    if (question !== null) return { lines: [...broken, toned('warn', ` ${question}`)], cursor: null }
    const { bar } = this.#search
    if (bar !== null) return { lines: [...broken, bar.line], cursor: bar.cursor }
    if (!this.#prompting.isOpen) return { lines: broken, cursor: null }
    const { lines, cursor } = this.#prompting.bar(size.columns)
    return { lines: [...broken, ...lines], cursor }
  }

  #status(size: Size): string {
    const { status } = this.#search
    if (status !== null) return status
    const { percent } = this.#page
    const far = percent === null ? [] : [`${percent}%`]
    const { done, of } = this.#record.counts
    return (size.columns < 60 ? far : [`${done} of ${of} cells done`, ...far]).join(' · ')
  }

  #keys(): readonly Binding[] {
    if (this.keyed !== 'lesson') return KEYS[this.keyed]
    const piece = this.#page.current
    const predicts =
      piece?.kind === 'cell' && piece.cell.kind === 'predict' && this.#runs.state(piece.id).chosen === null
    const exercise = this.course.exercises.some((e) => this.lesson.exercises.includes(e.id))
    return lessonKeys({ predicts, exercise })
  }
}

/** The name of a cell as the prompt says it. */
function placeName(id: string | null): string {
  return id === null || !isNamed(id) ? 'this cell' : id
}
