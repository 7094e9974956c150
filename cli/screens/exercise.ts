/** The exercise: the task, the learner's file, and the verdict after every save. */
import { bodyHeight, frame, type Picture, type Size } from '../components/frame.ts'
import { mapItems } from '../components/map.ts'
import { firstFailure, reportLines } from '../components/report.ts'
import {
  type CheckReport,
  type CheckResult,
  cutLine,
  type Exercise,
  type Line,
  plain,
  renderMarkdown,
  toned,
  wrapLine,
} from '../door.ts'
import { type ActionOf, actionFor, KEYS, type Press } from '../keys.ts'
import { resultOf, withExercise } from '../progress.ts'
import { type Course, type Desk, Stopped } from './course.ts'
import { HelpScreen } from './help.ts'
import type { Host, Screen } from './screen.ts'
import { pictureWalk, WorldScreen } from './world.ts'

const READABLE = 100
const SPIN = ['|', '/', '-', '\\']

export class ExerciseScreen implements Screen {
  readonly #desk: Desk
  readonly #unwatch: () => void
  #report: CheckReport | null = null
  /** Results of the check that is running; null when none is. */
  #running: CheckResult[] | null = null
  #again = false
  #showing: 'task' | 'verdict' = 'task'
  #asking = false
  #hints = 0
  #top = 0
  #notice: Line | null = null
  #spin = 0
  #stopSpinning: (() => void) | null = null
  #closed = false

  constructor(
    readonly exercise: Exercise,
    readonly course: Course,
    readonly host: Host,
  ) {
    this.#desk = course.desk(exercise)
    const problem = this.#desk.prepare()
    if (problem !== null) this.#notice = toned('bad', problem)
    this.#unwatch = this.#desk.watch(() => this.#check())
  }

  get keyed(): 'confirm' | 'exercise' {
    return this.#asking ? 'confirm' : 'exercise'
  }

  enter(): void {
    this.course.record((p) => ({ ...p, last: { kind: 'exercise', id: this.exercise.id } }))
  }

  close(): void {
    this.#closed = true
    this.#unwatch()
    this.#stopSpinner()
    this.#desk.close()
  }

  interrupt(): boolean {
    if (this.#running === null) return false
    this.#desk.stop()
    return true
  }

  draw(size: Size): Picture {
    const bar = this.#asking
      ? [
          [
            { text: ' Start over? ', tone: 'warn' as const },
            ...plain('Your answer is kept as a dated copy beside it.'),
          ],
        ]
      : []
    return frame(size, {
      where: ['Splitbrain', `${this.exercise.number} exercise: ${this.exercise.title}`],
      status: this.#status(),
      body: (width, height) => {
        const lines = this.#body(Math.min(width - 2, READABLE))
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
        return this.#check()
      case 'hint':
        return this.#hint()
      case 'story':
        return this.#story()
      case 'next':
        return this.#next()
      case 'task':
        if (this.#report === null)
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

  /** Checks the answer. A save while a check runs asks for one more. */
  #check(): void {
    if (this.#closed) return
    if (this.#running !== null) {
      this.#again = true
      this.#desk.stop()
      return
    }
    this.#again = false
    this.#running = []
    this.#show('verdict')
    this.#startSpinner()
    this.host.redraw()
    const told = (result: CheckResult): void => {
      this.#running?.push(result)
      this.host.redraw()
    }
    this.#desk.check(told).then(
      (report) => this.#arrived(report),
      (error: unknown) => this.#failed(error),
    )
  }

  #arrived(report: CheckReport): void {
    this.#ended()
    this.#report = report
    this.#hints = 0
    this.#show('verdict')
    const result = resultOf(report, this.#desk.edition)
    if (report.problem === null) this.course.record((p) => withExercise(p, this.exercise.id, result))
    this.host.redraw()
    if (this.#again) this.#check()
  }

  #failed(error: unknown): void {
    this.#ended()
    if (!(error instanceof Stopped)) {
      const says = error instanceof Error ? error.message : String(error)
      this.#notice = toned('bad', `The check could not run, which is a mistake of ours: ${says}`)
    } else if (!this.#again) this.#notice = toned('dim', 'Stopped.')
    this.host.redraw()
    if (this.#again) this.#check()
  }

  #ended(): void {
    this.#running = null
    this.#stopSpinner()
  }

  #hint(): void {
    const failed = this.#report === null ? null : firstFailure(this.#report)
    if (failed === null) this.#notice = toned('dim', 'Hints belong to a check that fails; nothing fails now.')
    else if (failed.hints.length === 0) this.#notice = toned('dim', 'This check has no hint.')
    else if (this.#hints >= failed.hints.length)
      this.#notice = toned('dim', 'There is no further hint for this check.')
    else {
      this.#hints++
      this.#show('verdict')
    }
  }

  #story(): void {
    const trace = this.#report === null ? null : (firstFailure(this.#report)?.trace ?? null)
    if (trace === null) {
      this.#notice = toned('dim', 'There is no story to walk: it comes with a check that fails.')
      return
    }
    const where = ['Splitbrain', `${this.exercise.number} ${this.exercise.title}`, 'story']
    this.host.open(new WorldScreen(where, pictureWalk(trace.picture), this.host))
  }

  #next(): void {
    const items = mapItems(this.course)
    const at = items.findIndex((item) => item.kind === 'exercise' && item.id === this.exercise.id)
    const next = items[at + 1]
    if (this.course.progress.exercises[this.exercise.id]?.passed !== true)
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
    this.#report = null
    this.#show('task')
    this.#notice = toned(
      'good',
      kept === null ? 'You have the start again.' : `You have the start again. Your answer is in ${kept}`,
    )
  }

  #body(width: number): Line[] {
    if (this.#running !== null) return this.#progress(width)
    if (this.#showing === 'verdict' && this.#report !== null) return this.#verdict(this.#report, width)
    const how =
      this.#desk.editor === null
        ? 'Open it in your editor ($EDITOR is not set); every save checks it.'
        : 'e opens it; every save checks it.'
    return [
      ...wrapLine(
        [
          { text: 'Your answer  ', tone: 'dim' },
          { text: this.#desk.shown, tone: 'code' },
        ],
        width,
      ),
      ...wrapLine(toned('dim', how), width),
      plain(''),
      ...renderMarkdown(this.exercise.task, width),
    ]
  }

  #verdict(report: CheckReport, width: number): Line[] {
    const next = report.verdict === 'passed' ? [PASSED_KEYS] : []
    return reportLines(report, { width, ascii: this.host.ascii, hints: this.#hints, brief: true, next })
  }

  /** What is known while the checks still run: a failure is shown as soon as it is there. */
  #progress(width: number): Line[] {
    const results = this.#running ?? []
    const going: Line = [
      { text: `${SPIN[this.#spin % SPIN.length]} `, tone: 'accent' },
      { text: `Checking your answer: ${results.length} of ${this.exercise.checks.length}`, tone: 'strong' },
      { text: '   Ctrl-C stops', tone: 'dim' },
    ]
    const lines = results.some((check) => check.verdict !== 'passed')
      ? reportLines(this.#soFar(results), {
          width,
          ascii: this.host.ascii,
          hints: 0,
          brief: true,
          next: [],
        }).slice(1)
      : [plain(''), ...results.map(heldLine)]
    return [going, ...lines].map((line) => cutLine(line, width))
  }

  #soFar(results: readonly CheckResult[]): CheckReport {
    return {
      exercise: this.exercise.id,
      verdict: 'failed',
      problem: null,
      checks: results,
      types: [],
      seed: 0,
      ms: 0,
    }
  }

  #status(): Line {
    if (this.#running !== null) return toned('accent', 'checking')
    const best = this.course.progress.exercises[this.exercise.id]
    if (best === undefined) return toned('dim', `${this.exercise.checks.length} checks`)
    return toned(
      best.passed ? 'good' : 'dim',
      `${best.passed ? 'all held · ' : 'best '}${best.earned}/${best.points} points`,
    )
  }

  #keys() {
    if (this.#asking) return KEYS.confirm
    const failed = this.#report === null ? null : firstFailure(this.#report)
    const hidden = new Set<string>()
    if (failed === null || failed.hints.length === 0) hidden.add('hint')
    if (failed?.trace == null) hidden.add('story')
    if (this.course.progress.exercises[this.exercise.id]?.passed !== true) hidden.add('next')
    return KEYS.exercise.filter((binding) => !hidden.has(binding.action))
  }

  #startSpinner(): void {
    this.#stopSpinner()
    this.#stopSpinning = this.host.every(120, () => this.#spin++)
  }

  #stopSpinner(): void {
    this.#stopSpinning?.()
    this.#stopSpinning = null
  }
}

function heldLine(check: CheckResult): Line {
  return [
    { text: '✓ ', tone: 'good' },
    { text: check.name, tone: 'plain' },
  ]
}

const PASSED_KEYS: Line = [
  { text: 'n', tone: 'accent' },
  { text: ' goes on, ', tone: 'dim' },
  { text: 'q', tone: 'accent' },
  { text: ' goes back; nothing else happens by itself.', tone: 'dim' },
]
