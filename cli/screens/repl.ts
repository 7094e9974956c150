/** The prompt alone on the terminal: what was typed with what came of it, and a line to type at the foot. */
import { exchangeLines } from '../components/cells.ts'
import { bodyHeight, frame, type Picture, type Size } from '../components/frame.ts'
import { type Computing, type Exchange, type Line, type Outcome, plain, toned, wrapLine } from '../door.ts'
import { actionFor, KEYS, type Keyed } from '../keys.ts'
import type { Press } from '../presses.ts'
import { brokenStories, replayLine, sessionWalk } from '../walk.ts'
import type { Course } from './course.ts'
import { HelpScreen } from './help.ts'
import { Prompting } from './prompting.ts'
import type { Host, Screen } from './screen.ts'
import { WorldScreen } from './world.ts'

/** So many lines of one answer are kept. */
const MOST_LINES = 1_000

const MARGIN = { first: plain(' '), rest: plain(' ') }

const GREETING = [
  'Commands act on a cluster: help lists them, and help deliver explains one.',
  'Anything else is TypeScript, on a copy of the world: nodes.n1, wire.length, bars(title, { ... }).',
]

export class ReplScreen implements Screen {
  readonly #prompting: Prompting
  readonly #exchanges: Exchange[] = []
  /** Lines above the foot that are scrolled out below. */
  #up = 0
  #leaving = false
  #notice: Line | null = null
  /** How many exchanges are drawn, at which width. */
  #drawn = { width: 0, count: 0, lines: [] as Line[] }
  #width = 80

  constructor(
    readonly kernel: Computing,
    readonly typed: Pick<Course, 'history' | 'remember'>,
    readonly host: Host,
    /** Carried out at once. */
    first: string | null = null,
  ) {
    this.#prompting = new Prompting(kernel, typed, host, {
      width: () => this.#width - 2,
      place: () => (this.kernel.notebook.session.run === null ? 'Begin with cluster.' : 'On this cluster.'),
      told: (exchange, outcome) => this.#told(exchange, outcome),
    })
    this.#prompting.open()
    if (first !== null) this.#prompting.run(first)
  }

  get keyed(): Keyed {
    return 'prompt'
  }

  draw(size: Size): Picture {
    this.#width = size.columns
    const bar = this.#prompting.bar(size.columns)
    return frame(size, {
      where: ['Splitbrain', this.kernel.notebook.session.run?.origin.program ?? 'prompt'],
      status: toned('dim', this.#status()),
      body: (width, height) => this.#body(width, height),
      bar: bar.lines,
      cursor: bar.cursor,
      keys: [KEYS.prompt[0], KEYS.prompt[1], ...KEYS.repl.slice(0, 2), KEYS.prompt[2], ...KEYS.repl.slice(2)],
      notice: this.#notice,
    })
  }

  press(key: Press, size: Size): void {
    this.#notice = null
    const wasLeaving = this.#leaving
    this.#leaving = false
    const action = actionFor('repl', key.name)
    switch (action) {
      case 'leave':
        return this.#stopOrLeave(wasLeaving, () => this.host.back())
      case 'world':
        return this.#openWorld()
      case 'end':
        if (this.#prompting.isEmpty) return this.host.back()
        break
      case 'help':
        if (this.#prompting.isEmpty) return this.host.open(new HelpScreen(['repl', 'prompt'], this.host))
        break
      case null:
    }
    const page = bodyHeight(size, 2) - 1
    if (actionFor('prompt', key.name) === 'pageUp') this.#up += page
    else if (actionFor('prompt', key.name) === 'pageDown') this.#up = Math.max(0, this.#up - page)
    else this.#prompting.press(key)
  }

  paste(text: string): void {
    this.#leaving = false
    this.#prompting.paste(text)
  }

  /** Ctrl-C: stops what runs; where nothing does, the second one leaves. */
  interrupt(): boolean {
    const wasLeaving = this.#leaving
    this.#notice = null
    let left = false
    this.#stopOrLeave(wasLeaving, () => {
      left = true
    })
    return !left
  }

  close(): void {
    this.kernel.close()
  }

  #stopOrLeave(wasLeaving: boolean, leave: () => void): void {
    this.#leaving = false
    if (this.#prompting.stop()) return
    if (wasLeaving) return leave()
    this.#leaving = true
    this.#notice = toned('warn', 'Once more leaves; what was typed is in the history.')
  }

  #told(exchange: Exchange, outcome: Outcome): void {
    if (/^(exit|quit)$/.test(exchange.line) && outcome.kind === 'problem') return this.host.back()
    this.#exchanges.push(exchange)
    this.#up = 0
  }

  /** The story that the last line found, or else the run. */
  #openWorld(): void {
    const last = this.#exchanges.findLast(({ problem }) => problem === null)
    const found = brokenStories(last?.output ?? null)
    const walk = sessionWalk(this.kernel.notebook.session)
    const [first, ...others] = [...found, ...(walk === null ? [] : [{ name: 'this run', walk }])]
    if (first === undefined)
      this.#notice = toned('warn', 'There is no cluster yet: cluster two-phase-commit.')
    else
      this.host.open(
        new WorldScreen(['Splitbrain', 'prompt', 'timeline'], [first, ...others], this.host, null, (branch) =>
          this.#prompting.run(replayLine(branch)),
        ),
      )
  }

  #status(): string {
    const { run } = this.kernel.notebook.session
    if (run === null) return 'no cluster'
    return `step ${run.moments.length} · ${run.worlds.at(-1)!.timeUs / 1000} ms`
  }

  #body(width: number, height: number): Line[] {
    const lines = this.#lines(width)
    this.#up = Math.max(0, Math.min(this.#up, lines.length - height))
    const end = lines.length - this.#up
    const shown = lines.slice(Math.max(0, end - height), end)
    return this.#up > 0 ? [...shown.slice(0, -1), toned('dim', ` ${this.#up + 1} more lines: PgDn`)] : shown
  }

  /** Each exchange is drawn once; only another width draws all of them again. */
  #lines(width: number): readonly Line[] {
    if (this.#drawn.width !== width)
      this.#drawn = {
        width,
        count: 0,
        lines: GREETING.flatMap((line) => wrapLine(toned('dim', line), width - 1, MARGIN)),
      }
    for (; this.#drawn.count < this.#exchanges.length; this.#drawn.count++) {
      const all = exchangeLines(this.#exchanges[this.#drawn.count]!, this.host.ascii, width)
      const over = all.length - MOST_LINES
      this.#drawn.lines.push(...all.slice(0, MOST_LINES))
      if (over > 0) this.#drawn.lines.push(toned('warn', `  ... and ${over} lines more`))
    }
    return this.#drawn.lines
  }
}
