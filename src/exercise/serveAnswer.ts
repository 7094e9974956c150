/** serveAnswer: an answer's node, run in a fork within the limits of the sandbox, as `serve` needs it. */
import { readFileSync } from 'node:fs'
import { basename } from 'node:path'
import type { TimelineView } from '../base/view.ts'
import type { Sight } from '../draw/sight.ts'
import type { Step } from '../draw/steps.ts'
import type { ServedStep } from '../maelstrom/servedNode.ts'
import type { Engine, TracedEvent } from '../maelstrom/server.ts'
import type { DiskImage } from '../node/input.ts'
import type { Event } from '../node/node.ts'
import { type Compiled, compileAnswer, placeText } from '../sandbox/compile.ts'
import { type Ending, type Fork, ForkSupply, type Told } from '../sandbox/fork.ts'
import { DEFAULT_LIMITS, type Limits } from '../sandbox/limits.ts'
import { runAnswer } from '../sandbox/runAnswer.ts'
import { checksBundle } from './checksBundle.ts'
import { endingOf, spentWords } from './ending.ts'
import type { Exercise } from './exercise.ts'
import { checksFile } from './folders.ts'
import { doorFor } from './noted.ts'
import type { Spent } from './recorder.ts'
import { placeInAnswer } from './results.ts'
import { kitFile } from './warmVitest.ts'

/** What the fork is handed beside the code. */
export interface ServeAsked {
  /** The checks of the exercise, which say what protocol the answer is part of; null for a file of its own. */
  readonly checks: { readonly code: string; readonly door: 'forChecks.js' | 'index.js' } | null
  /** Of a file of its own: which export is the node; null for the only one. */
  readonly role: string | null
  /** The words after `cluster`, to see whether they make sense. */
  readonly settings: string
}

/** What the fork does, one after the other; `n` counts. */
export type ServeTask = { readonly n: number } & (
  | {
      readonly kind: 'prepare'
      readonly names: readonly string[]
      readonly self: string
      readonly settings: string
    }
  | {
      readonly kind: 'start'
      readonly boot: 'first' | 'restart'
      readonly disk: DiskImage
      readonly atUs: number
      readonly seed: number
    }
  | { readonly kind: 'take'; readonly event: Event; readonly atUs: number; readonly seed: number }
  | {
      readonly kind: 'walk'
      readonly names: readonly string[]
      readonly self: string
      readonly settings: string
      readonly events: readonly TracedEvent[]
      /** The places at which there is anything to see; null for all. */
      readonly places: readonly number[] | null
    }
)

/** An answer that cannot be served, or not any more: one sentence with its place, and the next step. */
export class AnswerProblem extends Error {
  override readonly name = 'AnswerProblem'
  constructor(
    message: string,
    readonly next: string | null = null,
  ) {
    super(message)
  }
}

/** The life of a served answer, told again. */
export interface RetoldLife {
  readonly picture: TimelineView
  readonly steps: readonly Step[]
  /** What each place says of the step that led to it. */
  readonly says: readonly string[]
  /** By their places. */
  readonly sights: readonly (readonly [number, Sight])[]
  readonly changedAt: number | null
}

/** Each handler call has the limits of a check's; the node may live as long as a timer can count. */
const LIMITS: Limits = { ...DEFAULT_LIMITS, totalMs: 2 ** 31 - 1 }

type Reply = Told & { readonly problem?: string | null; readonly stack?: string | null }

/** An answer in its fork. Close it, or the fork stays. */
export class ServedAnswer {
  private readonly ended: Promise<void>
  private readonly begun: Promise<Reply>
  private begin: (told: Reply) => void = () => {}
  private dismiss: () => void = () => {}
  private fork: Fork | null = null
  private readonly forks = new ForkSupply(kitFile('serveWorker.js'), LIMITS)
  private open: { readonly resolve: (reply: Reply) => void; readonly reject: (error: Error) => void } | null =
    null
  private over: Error | null = null
  private readonly failure: Promise<never>
  private giveUp: (error: Error) => void = () => {}
  private spent: Spent | null = null
  private lines: string[] = []
  private n = 0
  /** Whether what the node refuses is to be kept for it. */
  keeps = false

  private constructor(
    private readonly program: Compiled,
    private readonly file: string,
    input: ServeAsked,
  ) {
    this.begun = new Promise((resolve) => {
      this.begin = resolve
    })
    this.failure = new Promise((_, reject) => {
      this.giveUp = reject
    })
    this.failure.catch(() => {})
    const dismissed = new Promise<void>((resolve) => {
      this.dismiss = resolve
    })
    this.ended = runAnswer(
      {
        code: program.code,
        forks: this.forks,
        input: { ...input },
        onTold: (told) => this.told(told),
        drive: (fork) => {
          this.fork = fork
          return dismissed
        },
      },
      LIMITS,
    ).then(
      (ending) => this.end(ending),
      (error: Error) => this.fail(error),
    )
  }

  /** Compiles the answer and hands it to a fork. Rejects with `AnswerProblem`. */
  static async open(
    file: string,
    exercise: Exercise | null,
    role: string | null,
    settings: string,
  ): Promise<ServedAnswer> {
    const compiled = await compileAnswer(file)
    if (compiled.kind === 'problem') {
      const { message, place, next } = compiled.problem
      throw new AnswerProblem(place === null ? message : `${placeText(place)}: ${message}`, next)
    }
    const checks = exercise === null ? null : checksFile(exercise)
    const answer = new ServedAnswer(compiled.program, file, {
      checks:
        checks === null
          ? null
          : { code: checksBundle(checks).code, door: doorFor(readFileSync(checks, 'utf8')) },
      role,
      settings,
    })
    try {
      answer.must(await Promise.race([answer.begun, answer.ended.then(() => Promise.reject(answer.over))]))
    } catch (error) {
      await answer.close()
      throw error
    }
    return answer
  }

  /** For `serve`, with these words after `cluster`. */
  engine(settings: string): Engine {
    return {
      prepare: async (names, self) => {
        const { keeps } = await this.ask({ kind: 'prepare', names, self, settings })
        this.keeps = keeps === true
      },
      start: async (boot, disk, atUs, seed) => this.stepOf({ kind: 'start', boot, disk, atUs, seed }),
      take: async (event, atUs, seed) => this.stepOf({ kind: 'take', event, atUs, seed }),
      printed: () => this.lines.splice(0),
      failure: this.failure,
    }
  }

  /** Tells a life again on the answer as it is now. A node that remembers much is looked at only at the places that are asked for. */
  async retell(
    names: readonly string[],
    self: string,
    settings: string,
    events: readonly TracedEvent[],
    places: readonly number[] | null = null,
  ): Promise<RetoldLife> {
    const { walk } = await this.ask({ kind: 'walk', names, self, settings, events, places })
    return walk as unknown as RetoldLife
  }

  async close(): Promise<void> {
    this.dismiss()
    await this.ended
    await this.forks.close()
  }

  /** A step, with the line of the answer at which it threw. */
  private async stepOf(task: TaskOf): Promise<ServedStep> {
    const step = (await this.ask(task))['step'] as unknown as ServedStep
    if (step.threw === null) return step
    const place = this.placeOfSpent() ?? placeInAnswer(this.program, step.threw.stack)
    const message = place === null ? step.threw.message : `${step.threw.message} (${place})`
    return { ...step, threw: { ...step.threw, message } }
  }

  private async ask(task: TaskOf): Promise<Reply> {
    if (this.over !== null) throw this.over
    const replied = new Promise<Reply>((resolve, reject) => {
      this.open = { resolve, reject }
    })
    this.fork!.send({ type: 'task', task: { ...task, n: ++this.n } })
    const reply = await replied
    this.lines.push(...(reply['printed'] as string[]))
    return this.must(reply)
  }

  private must(reply: Reply): Reply {
    const { problem = null, stack = null } = reply
    if (problem === null) return reply
    if (this.spent !== null) throw this.spentProblem(this.spent)
    const place = stack === null ? null : placeInAnswer(this.program, stack)
    throw new AnswerProblem(`${place ?? basename(this.file)}: ${problem}`)
  }

  private told(told: Told): void {
    if (told.type === 'begun') this.begin(told as Reply)
    if (told.type === 'spent') this.spent = told as unknown as Spent
    if (told.type === 'done') {
      this.open?.resolve(told as Reply)
      this.open = null
    }
  }

  private end(ending: Ending): void {
    if (ending.kind === 'dismissed') return this.fail(new Error('the answer has been closed'))
    if (ending.kind === 'spent' && this.spent !== null) return this.fail(this.spentProblem(this.spent))
    if (ending.kind === 'spent')
      return this.fail(new AnswerProblem(`${basename(this.file)}: it ran out of fuel`))
    this.fail(new AnswerProblem(`${basename(this.file)}: ${endingOf(ending, this.file).happened}`))
  }

  private spentProblem(spent: Spent): AnswerProblem {
    return new AnswerProblem(`${this.placeOfSpent() ?? basename(this.file)}: ${spentWords(spent).happened}`)
  }

  /** Where its fuel ran out; null where it did not. */
  private placeOfSpent(): string | null {
    const place = this.spent === null ? null : this.program.placeOfSite(this.spent.site)
    return place === null ? null : placeText(place)
  }

  private fail(error: Error): void {
    this.over = error
    this.open?.reject(error)
    this.open = null
    this.giveUp(error)
  }
}

// biome-ignore lint/suspicious/noExplicitAny: takes each member of a union apart
type Without<T, K extends string> = T extends any ? Omit<T, K> : never
type TaskOf = Without<ServeTask, 'n'>
