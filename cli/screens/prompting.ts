/** Typing at a world: a prompt, the lines that still wait to be carried out, and how far the one that runs is. */
import { problemLines } from '../components/problem.ts'
import { progressText } from '../components/progressLine.ts'
import {
  candidateLine,
  EMPTY_PROMPT,
  insertedLines,
  type Prompt,
  press,
  promptLine,
} from '../components/prompt.ts'
import {
  type Computing,
  completeLine,
  cutLine,
  type Exchange,
  type Line,
  type Outcome,
  toned,
} from '../door.ts'
import type { Press } from '../presses.ts'
import type { Course } from './course.ts'
import type { Host } from './screen.ts'

/** The page on which someone types. */
export interface PromptPage {
  /** How wide what is said of a mistake may be. */
  width(): number
  /** Where the line is typed, one sentence. */
  place(): string
  /** A line was carried out, or was not possible. */
  told(exchange: Exchange, outcome: Outcome): void
}

export class Prompting {
  #prompt: Prompt
  #open = false
  #running: string | null = null
  #far: string | null = null
  /** Lines that were pasted and still wait; none is run after a mistake. */
  #waiting: readonly string[] = []

  /** Names that lines of TypeScript made. */
  readonly #declared = new Set<string>()

  constructor(
    readonly kernel: Computing,
    readonly course: Pick<Course, 'history' | 'remember'>,
    readonly host: Host,
    readonly page: PromptPage,
  ) {
    this.#prompt = { ...EMPTY_PROMPT, history: course.history }
  }

  get isOpen(): boolean {
    return this.#open
  }

  /** Whether nothing is typed. */
  get isEmpty(): boolean {
    return this.#prompt.text === ''
  }

  get isRunning(): boolean {
    return this.#running !== null
  }

  open(): void {
    this.#open = true
    this.#prompt = { ...this.#prompt, history: this.course.history }
  }

  /** The two lines at the foot of the page, and the cursor's column. */
  bar(width: number, mark = ' > '): { readonly lines: readonly Line[]; readonly cursor: number } {
    const { line, cursor } = promptLine(this.#prompt, mark, width)
    return { lines: [this.#hint(width), line], cursor }
  }

  press(key: Press): void {
    if (this.isRunning && key.name === 'esc') {
      this.stop()
      return
    }
    const { session } = this.kernel.notebook
    const complete = (head: string) => completeLine(session, head, [...this.#declared])
    const { prompt, submitted, left } = press(this.#prompt, key, complete)
    this.#prompt = prompt
    if (left) this.#open = false
    if (submitted !== null) this.#submit([submitted])
  }

  /** As if it had been typed. */
  run(line: string): void {
    this.#submit([line])
  }

  /** Pasted lines run one by one; what follows the last line end is there to be typed on. */
  paste(text: string): void {
    const { prompt, submitted } = insertedLines(this.#prompt, text)
    this.#prompt = prompt
    this.#submit(submitted)
  }

  /** Stops the line that runs and those that wait; false if none is. */
  stop(): boolean {
    this.#waiting = []
    return this.isRunning && this.kernel.stop()
  }

  #submit(lines: readonly string[]): void {
    this.#waiting = [...this.#waiting, ...lines]
    if (!this.isRunning) this.#next()
  }

  #next(): void {
    const [line, ...rest] = this.#waiting
    if (line === undefined) return
    this.#waiting = rest
    this.course.remember(line)
    this.#running = line
    this.#far = null
    this.kernel.ask(
      { kind: 'line', line },
      {
        done: (outcome) => this.host.later(() => this.#done(line, outcome)),
        seen: (progress, ms) => {
          this.#far = progressText(progress, ms)
          this.host.redraw()
        },
      },
    )
  }

  #done(line: string, outcome: Outcome): void {
    this.#running = null
    this.#far = null
    if (outcome.kind === 'done')
      for (const [, name] of line.matchAll(/\b(?:const|let|var|function|class)\s+([A-Za-z_$][\w$]*)/g))
        this.#declared.add(name!)
    const left = outcome.kind === 'done' ? 0 : this.#waiting.length
    if (outcome.kind !== 'done') this.#waiting = []
    this.page.told(exchangeOf(line, outcome, left, this.page.width()), outcome)
    this.#next()
  }

  #hint(width: number): Line {
    if (this.#far !== null) return toned('accent', ` ${this.#far}`)
    if (this.#running !== null) return toned('accent', ` running: ${this.#running}   Esc stops`)
    if (this.#prompt.candidates.length > 0) return candidateLine(this.#prompt, width)
    const command = /^\s*(\S+)/.exec(this.#prompt.text)?.[1]
    const known = this.kernel.notebook.session.commands.find((one) => one.name === command)
    if (known !== undefined) return cutLine(toned('dim', ` ${known.usage}`), width)
    return toned('dim', ` ${this.page.place()} Tab shows what can come next.`)
  }
}

/** What came of a line, as it is shown under its cell. `left` lines after it did not run. */
export function exchangeOf(line: string, outcome: Outcome, left: number, width: number): Exchange {
  switch (outcome.kind) {
    case 'done':
      return { line, output: outcome.result?.view ?? null, note: outcome.result?.note ?? null, problem: null }
    case 'problem': {
      const note = left === 0 ? null : `${left === 1 ? 'one line' : `${left} lines`} after it did not run`
      return { line, output: null, note, problem: problemLines(line, outcome.problem, width, 4) }
    }
    case 'ended':
      return { line, output: null, note: outcome.says, problem: null }
  }
}
