/** Lines asked of a kernel without a lesson, one after the other, with progress where a person watches. */
import type { Io } from './command.ts'
import { progressText } from './components/progressLine.ts'
import { type Kernel, type Lesson, newKernel, type Outcome } from './door.ts'

/** A notebook of nothing but a prompt. */
export const NO_LESSON: Lesson = {
  id: 'prompt',
  number: '00',
  title: 'A cluster of your own',
  unit: '',
  minutes: 0,
  needs: [],
  exercises: [],
  sources: [],
  file: '',
  parts: [],
}

/** Asks lines of a thread of its own; the process stays free to be stopped. */
export class Asked {
  readonly kernel: Kernel = newKernel(NO_LESSON)
  private stopped = false

  constructor(
    private readonly io: Io,
    /** How the person who watches stops it. */
    private readonly stops: string,
  ) {}

  /** Stops the line that is carried out, by force after so long, and all that come after it. False where none is. */
  stop(patienceMs: number): boolean {
    if (!this.kernel.stop(patienceMs)) return false
    this.stopped = true
    return true
  }

  line(line: string): Promise<Outcome> {
    const { io } = this
    if (this.stopped) return Promise.resolve({ kind: 'ended', cause: 'stopped', says: 'stopped by hand' })
    return new Promise((resolve) => {
      let far = ''
      this.kernel.ask(
        { kind: 'line', line },
        {
          done: (outcome) => {
            if (far !== '') io.err(`\r${' '.repeat(far.length)}\r`)
            resolve(outcome)
          },
          seen: (progress, ms) => {
            if (!io.interactive) return
            const text = progressText(progress, ms, this.stops).slice(0, io.columns - 1)
            io.err(`\r${text.padEnd(far.length)}`)
            far = text
          },
        },
      )
    })
  }

  close(): void {
    this.kernel.close()
  }
}
