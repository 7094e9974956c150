/** The exercise: the task, the learner's file, and the verdict after every save. */
import { type PageLook, runningLines, taskLines, verdictLines } from '../components/exercisePage.ts'
import { bodyHeight, frame, type Picture, type Size } from '../components/frame.ts'
import { mapItems } from '../components/map.ts'
import { firstFailure } from '../components/report.ts'
import {
  type CheckReport,
  type CheckResult,
  type Exercise,
  type Line,
  plain,
  toned,
  type Walked,
} from '../door.ts'
import { type ActionOf, actionFor, KEYS } from '../keys.ts'
import type { Press } from '../presses.ts'
import { NOT_TRIED, resultOf, standingOf, withExercise } from '../progress.ts'
import { answerWalk, type Walk } from '../walk.ts'
import { Checking } from './checking.ts'
import type { Course, Desk } from './course.ts'
import { HelpScreen } from './help.ts'
import type { Host, Screen } from './screen.ts'
import { WorldScreen } from './world.ts'

const READABLE = 100

export class ExerciseScreen implements Screen {
  readonly #desk: Desk
  readonly #checking: Checking
  readonly #unwatch: () => void
  readonly #edition: string
  #showing: 'task' | 'verdict' = 'task'
  #asking = false
  #hints = 0
  /** Scenarios that were walked, the latest last. */
  #walked: readonly string[] = []
  #top = 0
  #notice: Line | null = null

  constructor(
    readonly exercise: Exercise,
    readonly course: Course,
    readonly host: Host,
  ) {
    this.#desk = course.desk(exercise)
    this.#edition = this.#desk.edition
    this.#checking = new Checking(this.#desk, host, {
      arrived: (report) => this.#arrived(report),
      failed: (problem) => this.#failed(problem),
    })
    const problem = this.#desk.prepare() ?? course.unkept
    if (problem !== null) this.#notice = toned('bad', problem)
    this.#unwatch = this.#desk.watch(() => this.check())
  }

  get keyed(): 'confirm' | 'exercise' {
    return this.#asking ? 'confirm' : 'exercise'
  }

  enter(): void {
    this.course.record((p) => ({ ...p, last: { kind: 'exercise', id: this.exercise.id } }))
  }

  close(): void {
    this.#unwatch()
    this.#checking.close()
  }

  interrupt(): boolean {
    return this.#checking.stop()
  }

  /** Checks the answer as it is now. */
  check(): void {
    this.#showing = 'verdict'
    this.#checking.start()
  }

  draw(size: Size): Picture {
    const bar: Line[] = this.#asking
      ? [
          [
            { text: ' Start over? ', tone: 'warn' },
            ...plain('Your answer is kept as a dated copy beside it.'),
          ],
        ]
      : []
    return frame(size, {
      where: ['Splitbrain', `${this.exercise.number} exercise: ${this.exercise.title}`],
      status: this.#status(),
      body: (width, height) => {
        const lines = this.#body({
          width: Math.min(width - 2, READABLE),
          ascii: this.host.ascii,
          exercise: this.exercise,
        })
        this.#top = Math.max(0, Math.min(this.#top, lines.length - height))
        const shown = lines.slice(this.#top, this.#top + height)
        return shown.map((line) => [{ text: ' ', tone: 'plain' }, ...line])
      },
      bar,
      keys: this.#keys(),
      notice: this.#notice,
    })
  }

  press(key: Press, size: Size): void {
    this.#notice = null
    if (this.#asking) return this.#confirm(key)
    const action = actionFor('exercise', key.name)
    if (action !== null) this.#act(action, bodyHeight(size))
  }

  #act(action: ActionOf<'exercise'>, height: number): void {
    switch (action) {
      case 'edit':
        return this.#edit()
      case 'check':
        return this.check()
      case 'hint':
        return this.#hint()
      case 'story':
        return this.#story()
      case 'scenario':
        return this.#scenario()
      case 'next':
        return this.#next()
      case 'lesson':
        if (!this.host.visit({ kind: 'lesson', id: this.exercise.lesson }))
          this.#notice = toned('dim', 'Its lesson is not there.')
        return
      case 'task':
        if (this.#checking.report === null)
          this.#notice = toned('dim', 'There is no verdict yet: c checks your answer.')
        else this.#show(this.#showing === 'task' ? 'verdict' : 'task')
        return
      case 'reset':
        this.#asking = true
        return
      case 'back':
        return this.host.back()
      case 'up':
        this.#top--
        return
      case 'down':
        this.#top++
        return
      case 'pageUp':
        this.#top -= height - 2
        return
      case 'pageDown':
        this.#top += height - 2
        return
      case 'first':
        this.#top = 0
        return
      case 'last':
        this.#top = Number.MAX_SAFE_INTEGER
        return
      case 'help':
        return this.host.open(new HelpScreen(['exercise', 'world'], this.host))
    }
  }

  #show(what: 'task' | 'verdict'): void {
    this.#showing = what
    this.#top = 0
  }

  #edit(): void {
    if (this.#desk.editor === null) {
      this.#notice = toned(
        'warn',
        `$EDITOR is not set: open ${this.#desk.shown} yourself; saving it checks it.`,
      )
      return
    }
    void this.host.suspend(() => {
      const problem = this.#desk.edit()
      if (problem !== null) this.#notice = toned('bad', problem)
    })
  }

  #arrived(report: CheckReport): void {
    this.#hints = 0
    this.#show('verdict')
    if (report.problem !== null) return
    const result = resultOf(report, this.#edition)
    this.course.record((p) => withExercise(p, this.exercise.id, result))
    if (this.course.unkept !== null) this.#notice = toned('warn', this.course.unkept)
  }

  #failed(problem: string | null): void {
    this.#notice =
      problem === null
        ? toned('dim', 'Stopped.')
        : toned('bad', `The check could not run, which is a mistake of ours: ${problem}`)
  }

  get #failure(): CheckResult | null {
    const { report } = this.#checking
    return report === null ? null : firstFailure(report)
  }

  get #passed(): boolean {
    return this.course.progress.exercises[this.exercise.id]?.passed === true
  }

  #hint(): void {
    const failed = this.#failure
    if (failed === null) this.#notice = toned('dim', 'Hints belong to a check that fails; nothing fails now.')
    else if (failed.hints.length === 0) this.#notice = toned('dim', 'This check has no hint.')
    else if (this.#hints >= failed.hints.length)
      this.#notice = toned('dim', 'There is no further hint for this check.')
    else {
      this.#hints++
      this.#showing = 'verdict'
      // A hint stands below the story, so that opening one moves nothing.
      this.#top = Number.MAX_SAFE_INTEGER
    }
  }

  #story(): void {
    const token = this.#failure?.trace?.token
    if (token === undefined || this.#checking.running !== null) {
      this.#notice = toned('dim', 'There is no story to walk: it comes with a check that fails.')
      return
    }
    this.#notice = toned('dim', 'Playing the story on your answer ...')
    const where = ['Splitbrain', `${this.exercise.number} ${this.exercise.title}`, 'story']
    void this.#desk.retell(token).then((told) => {
      this.#notice = null
      if (told.kind === 'problem')
        this.#notice = toned('warn', `${told.problem.message}; ${told.problem.next}.`)
      else {
        const walk = answerWalk(told.walked, token, (next) => this.#desk.retell(next))
        this.#openStory(where, 'the story of this check', told.walked, walk)
      }
      this.host.redraw()
    })
  }

  /** Those that did not pass come first. */
  #scenario(): void {
    const all = this.#checking.report?.scenarios ?? []
    const [one] = [...all].sort(
      (a, b) =>
        this.#walked.indexOf(a.file) - this.#walked.indexOf(b.file) ||
        Number(a.verdict === 'passed') - Number(b.verdict === 'passed'),
    )
    if (one === undefined || this.#checking.running !== null) {
      this.#notice = toned('dim', 'No scenario of yours was played: write one beside your answer, and check.')
      return
    }
    this.#walked = [...this.#walked.filter((file) => file !== one.file), one.file]
    this.#notice = toned('dim', `Playing ${one.file} on your answer ...`)
    void this.#desk.walk(one.file).then((told) => {
      this.#notice = null
      if (told.kind === 'problem')
        this.#notice = toned('warn', `${told.problem.message}; ${told.problem.next}.`)
      else if (told.walked === null || told.walked.steps.length === 0)
        this.#notice = toned('warn', `${one.file}: ${told.result.happened ?? 'it has no steps to walk'}`)
      else {
        const where = ['Splitbrain', `${this.exercise.number} ${this.exercise.title}`, one.file]
        this.#openStory(where, one.file, told.walked, answerWalk(told.walked, null, null))
      }
      this.host.redraw()
    })
  }

  #openStory(where: readonly string[], name: string, { stopped, changed }: Walked, walk: Walk): void {
    this.host.open(new WorldScreen(where, [{ name, walk }], this.host, stopped ?? changed))
  }

  #next(): void {
    const items = mapItems(this.course)
    const at = items.findIndex((item) => item.kind === 'exercise' && item.id === this.exercise.id)
    const next = items[at + 1]
    if (!this.#passed)
      this.#notice = toned('dim', 'Not yet: some check does not hold. Esc leaves all the same.')
    else if (next === undefined)
      this.#notice = toned('good', 'This was the last one there is so far. Esc goes to the course map.')
    else {
      this.host.back()
      this.host.visit(next)
    }
  }

  #confirm(key: Press): void {
    const action = actionFor('confirm', key.name)
    if (action === null) return
    this.#asking = false
    if (action === 'no') return
    const kept = this.#desk.reset()
    this.#checking.forget()
    this.#show('task')
    this.#notice = toned(
      'good',
      kept === null ? 'You have the start again.' : `You have the start again. Your answer is in ${kept}`,
    )
  }

  #body(look: PageLook): Line[] {
    const { running, report, spin } = this.#checking
    if (this.#showing === 'task') return taskLines(this.#desk.shown, this.#desk.editor !== null, look)
    if (running !== null) return runningLines(running, spin, report, this.#hints, look)
    if (report !== null) return verdictLines(report, this.#hints, look)
    return taskLines(this.#desk.shown, this.#desk.editor !== null, look)
  }

  #status(): Line {
    if (this.#checking.running !== null) return toned('accent', 'checking')
    const progress = this.course.progress.exercises[this.exercise.id]
    const { earned, points } = progress ?? NOT_TRIED
    switch (standingOf(progress, this.#edition, true)) {
      case 'passed':
        return toned('good', `passed · best ${earned}/${points} points`)
      case 'stale':
        return toned('warn', 'passed before its checks changed')
      default:
        if (points === 0) return toned('dim', `${this.exercise.checks.length} checks`)
        return toned('dim', `best ${earned}/${points} points`)
    }
  }

  #keys() {
    if (this.#asking) return KEYS.confirm
    const failed = this.#failure
    const hidden = new Set<string>()
    if (failed === null || failed.hints.length === 0) hidden.add('hint')
    if (failed?.trace == null) hidden.add('story')
    if (!this.#passed) hidden.add('next')
    if ((this.#checking.report?.scenarios ?? []).length === 0) hidden.add('scenario')
    return KEYS.exercise.filter((binding) => !hidden.has(binding.action))
  }
}
