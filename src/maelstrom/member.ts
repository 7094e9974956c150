/** Member: a node of a cluster of programs, through all its lives. */
import type { Child } from './child.ts'

/** A line on its way to a node. */
export interface Parcel {
  readonly src: string
  readonly dest: string
  readonly line: string
}

/** What is told of a node in the end. */
export interface NodeLife {
  readonly node: string
  /** How often it was started and how often killed by us. */
  readonly starts: number
  readonly kills: number
  /** How many lines it printed, and of the last when and what. */
  readonly lines: number
  readonly lastLine: Printed | null
  /** What it has printed of a line that it did not end. */
  readonly openLine: string
  /** How many messages to clients answered nothing that was asked, and the last. */
  readonly unasked: number
  readonly lastUnasked: string | null
  /** The end of what it said on standard error. */
  readonly stderr: string
}

export interface Printed {
  readonly atMs: number
  /** The beginning of it. */
  readonly text: string
}

/** So much of a line that was printed is kept to be shown. */
const KEPT_LINE = 200
/** So much of what it said on standard error is kept. */
const KEPT_STDERR = 100_000

export class Member {
  child: Child | null = null
  /** The one before it, which has been killed. */
  former: Child | null = null
  /** It has answered `init`. */
  isReady = false
  /** What came before that. */
  early: Parcel[] = []
  starts = 0
  kills = 0
  private lines = 0
  private lastLine: Printed | null = null
  private unasked = 0
  private lastUnasked: string | null = null
  private stderr = ''

  constructor(readonly name: string) {}

  /** Gives up waiting for an answer to `init`. */
  cancel: () => void = () => {}

  printed(text: string, atMs: number): void {
    this.lines++
    this.lastLine = { atMs, text: text.slice(0, KEPT_LINE) }
  }

  answeredNothing(line: string): void {
    this.unasked++
    this.lastUnasked = line.slice(0, KEPT_LINE)
  }

  /** Its process is gone, or will be at once; null where there was none. */
  lose(): Child | null {
    const { child } = this
    if (child === null) return null
    this.stderr = (this.stderr + child.stderr).slice(-KEPT_STDERR)
    this.child = null
    this.former = child
    this.isReady = false
    this.early = []
    return child
  }

  get life(): NodeLife {
    const { name, child, starts, kills, lines, lastLine, unasked, lastUnasked } = this
    return {
      node: name,
      starts,
      kills,
      lines,
      lastLine,
      openLine: (child?.open ?? '').slice(0, KEPT_LINE),
      unasked,
      lastUnasked,
      stderr: (this.stderr + (child?.stderr ?? '')).slice(-KEPT_STDERR),
    }
  }
}
