/** A kernel: a notebook that computes on a thread of its own, so that a screen lives on and can stop it. An edge. */
import { Worker } from 'node:worker_threads'
import { ScenarioProblem } from '../scenario/command.ts'
import { keep } from '../scenario/retell.ts'
import type { Progress, SessionInput } from '../scenario/session.ts'
import type { KeptCell } from './keptNotebook.ts'
import { type Answered, type Ask, adoptRun, type Begin, type FromKernel, type Request } from './kernelTalk.ts'
import type { Lesson } from './lesson.ts'
import { Notebook } from './notebook.ts'

/** How long a search that was told to stop may take to say so, before its thread is ended. */
const PATIENCE_MS = 90

/** What came of what was asked. */
export type Outcome =
  | Extract<Answered, { kind: 'done' }>
  | { readonly kind: 'problem'; readonly problem: ScenarioProblem }
  /** Ended by force: all is as it was before. */
  | { readonly kind: 'ended'; readonly cause: 'stopped' | 'memory' | 'mistake'; readonly says: string }

/** Who asks: told once what came of it, and now and then how far it is. */
export interface Asker {
  done(outcome: Outcome): void
  seen?(progress: Progress, ms: number): void
}

/** What a screen asks of whoever computes for it. */
export interface Computing {
  /** What was reached so far. It is read here; everything that computes is asked for. */
  readonly notebook: Notebook
  readonly busy: boolean
  ask(ask: Ask, asker: Asker): void
  /** Takes another text of the lesson, with what its cells gave before. Only while nothing is computed. */
  revise(lesson: Lesson, kept: readonly KeptCell[]): void
  /** Begins anew: no world, nothing saved, nothing declared. What cells gave is still shown. */
  restart(): void
  /** Stops what is being computed, by force after so long; false if nothing is. */
  stop(patienceMs?: number): boolean
  close(): void
}

export class Kernel implements Computing {
  readonly notebook: Notebook
  private worker: Worker | null = null
  private asking: Asker | null = null
  private timer: NodeJS.Timeout | undefined
  private readonly waiting: { ask: Ask; asker: Asker }[] = []
  /** Set to 1 to ask a search to stop. */
  private readonly flag = new Int32Array(new SharedArrayBuffer(4))

  /** `entry` is the built module that runs on the thread. */
  constructor(
    lesson: Lesson,
    private readonly input: SessionInput,
    private readonly entry: URL,
  ) {
    this.notebook = new Notebook(lesson, input)
  }

  get busy(): boolean {
    return this.asking !== null
  }

  /** Boots the thread ahead of the first question. */
  warm(): void {
    this.worker ??= this.boot()
  }

  /** Asks; questions are answered one after the other. */
  ask(ask: Ask, asker: Asker): void {
    this.waiting.push({ ask, asker })
    if (this.asking === null) this.next()
  }

  /** Stops what is being computed: a search answers that it gave up, anything else is ended. False if nothing is. */
  stop(patienceMs = PATIENCE_MS): boolean {
    if (this.asking === null) return false
    this.waiting.length = 0
    Atomics.store(this.flag, 0, 1)
    this.timer ??= setTimeout(() => this.swap('stopped by hand; all is as it was before'), patienceMs)
    return true
  }

  revise(lesson: Lesson, kept: readonly KeptCell[]): void {
    this.notebook.revise(lesson, kept)
    this.worker?.postMessage({ revise: { lesson, kept } } satisfies Request)
  }

  restart(): void {
    this.close()
    this.notebook.restart()
  }

  /** Ends the thread; nobody is told anything any more. */
  close(): void {
    clearTimeout(this.timer)
    this.asking = null
    this.waiting.length = 0
    const worker = this.worker
    this.worker = null
    void worker?.terminate()
  }

  private next(): void {
    const first = this.waiting.shift()
    if (first === undefined) return
    this.asking = first.asker
    Atomics.store(this.flag, 0, 0)
    this.worker ??= this.boot()
    // The process does not end before the answer is there.
    this.worker.ref()
    this.worker.postMessage({ ask: first.ask } satisfies Request)
  }

  private boot(): Worker {
    const begin: Begin = {
      lesson: this.notebook.lesson,
      flag: this.flag,
      record: this.notebook.record,
      kept: keep(this.notebook.session),
    }
    const worker = new Worker(this.entry, { workerData: begin, stdin: false })
    worker.unref()
    const mine = (then: () => void) => () => {
      if (this.worker === worker) then()
    }
    worker.on('message', (told: FromKernel) => mine(() => this.hear(told))())
    worker.on('error', (error: NodeJS.ErrnoException) =>
      mine(() => {
        if (error.code === 'ERR_WORKER_OUT_OF_MEMORY')
          this.lose('memory', 'out of memory; all is as it was before')
        else this.lose('mistake', `a mistake of ours: ${error.message}`)
      })(),
    )
    return worker
  }

  private hear(told: FromKernel): void {
    if (told.kind === 'seen') return this.asking?.seen?.(told.progress, told.ms)
    const { answered, change } = told
    if (change !== null) adoptRun(this.notebook, change, this.input)
    this.settle(
      answered.kind === 'done'
        ? answered
        : {
            kind: 'problem',
            problem: new ScenarioProblem(answered.column, answered.message, answered.suggestion),
          },
    )
  }

  /** The new thread first, then the old one's end: the new one goes on from what was reached. */
  private swap(says: string): void {
    const old = this.worker
    this.worker = this.boot()
    void old?.terminate()
    this.settle({ kind: 'ended', cause: 'stopped', says })
  }

  /** The thread is gone by itself. The next question boots another: one that cannot boot is not booted for ever. */
  private lose(cause: 'memory' | 'mistake', says: string): void {
    this.worker = null
    if (this.asking !== null) this.settle({ kind: 'ended', cause, says })
  }

  private settle(outcome: Outcome): void {
    clearTimeout(this.timer)
    this.timer = undefined
    this.worker?.unref()
    const asker = this.asking
    this.asking = null
    asker?.done(outcome)
    if (this.asking === null) this.next()
  }
}
