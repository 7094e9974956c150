/** The checks of one answer as they run: one run at a time, a save meanwhile asks for one more. */
import type { CheckReport, CheckResult } from '../door.ts'
import { type Desk, Stopped } from './course.ts'
import type { Host } from './screen.ts'

const SPIN_MS = 120

export interface Listener {
  /** A run is over, and this is what it found. */
  arrived(report: CheckReport): void
  /** A run is over without a report: the learner stopped it, or a mistake of ours did. */
  failed(problem: string | null): void
}

export class Checking {
  /** What the last run found; null before the first. */
  report: CheckReport | null = null
  /** Results of the run that is going on; null when none is. */
  running: CheckResult[] | null = null
  /** Goes up while a run is going on. */
  spin = 0
  #again = false
  #stopSpinning: (() => void) | null = null
  #closed = false

  constructor(
    readonly desk: Desk,
    readonly host: Host,
    readonly listener: Listener,
  ) {}

  /** Checks the answer as it is now. If a run is going on it is ended: what it would say is out of date. */
  start(): void {
    if (this.#closed) return
    if (this.running !== null) {
      this.#again = true
      this.desk.stop()
      return
    }
    this.#again = false
    this.running = []
    this.#stopSpinning = this.host.every(SPIN_MS, () => this.spin++)
    this.host.redraw()
    const told = (result: CheckResult): void => {
      this.running?.push(result)
      this.host.redraw()
    }
    this.desk.check(told).then(
      (report) => this.#ended(() => this.#arrived(report)),
      (error: unknown) => this.#ended(() => this.#failed(error)),
    )
  }

  /** Ends the run; false where none is going on. */
  stop(): boolean {
    if (this.running === null) return false
    this.#again = false
    this.desk.stop()
    return true
  }

  /** Forgets what was found: the answer is another one. */
  forget(): void {
    this.report = null
  }

  close(): void {
    this.#closed = true
    this.#stopSpinning?.()
    this.desk.close()
  }

  #ended(then: () => void): void {
    this.running = null
    this.#stopSpinning?.()
    this.#stopSpinning = null
    if (this.#closed) return
    then()
    this.host.redraw()
    if (this.#again) this.start()
  }

  #arrived(report: CheckReport): void {
    this.report = report
    this.listener.arrived(report)
  }

  #failed(error: unknown): void {
    if (error instanceof Stopped) {
      if (!this.#again) this.listener.failed(null)
      return
    }
    this.listener.failed(error instanceof Error ? error.message : String(error))
  }
}
