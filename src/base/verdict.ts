/** Verdicts: what a driver may say of a property, and never more than it has seen. */

/** How much a driver looked at. Every number is the one that was in force. */
export interface Bound {
  /** Which driver looked: every schedule, seeded schedules, or one hand-made run. */
  readonly driver: 'explore' | 'simulate' | 'by hand'
  /** Distinct worlds seen by a search; runs made by the simulator. */
  readonly worlds?: number
  readonly runs?: number
  /** Levels of a search as TLC prints them: the first world is level 1. */
  readonly depth?: number
  /** Fault and timer budgets in words, such as `2 crashes`. */
  readonly budgets: readonly string[]
  /** True where some world could only go on by exceeding a budget. */
  readonly cut?: boolean
}

/** `Step` is what a trace consists of; the world layer says what a step is. */
export type Verdict<Step = unknown> =
  | { readonly kind: 'held'; readonly property: string; readonly bound: Bound }
  | {
      readonly kind: 'broken'
      readonly property: string
      readonly why: string
      readonly trace: readonly Step[]
      readonly bound: Bound
    }
  | { readonly kind: 'gaveUp'; readonly property: string; readonly budget: string; readonly bound: Bound }

/** The bound as one phrase: `all 288 worlds up to depth 11, 1 crash`. */
export function boundText(bound: Bound): string {
  const budgets = bound.budgets.length > 0 ? `; ${bound.budgets.join(', ')}` : ''
  switch (bound.driver) {
    case 'explore':
      return `all ${count(bound.worlds ?? 0, 'world')} up to depth ${bound.depth ?? 0}${budgets}`
    case 'simulate':
      return `${count(bound.runs ?? 0, 'random run')}${budgets}`
    case 'by hand':
      return `this one run${budgets}`
  }
}

/** `1 world`, `41,302 worlds`: grouped by commas in every locale. */
export function count(n: number, noun: string, plural = `${noun}s`): string {
  return `${grouped(n)} ${n === 1 ? noun : plural}`
}

/** `41302` as `41,302`. */
export function grouped(n: number): string {
  return String(n).replace(/\B(?=(\d{3})+$)/g, ',')
}
