/** Views: what a command, a cell or a check returns to be shown. Text, sentences, SVG and JSON are renderings. */

/** What a piece of text is about. A tone only repeats what words or shapes already say. */
export type Tone = 'plain' | 'dim' | 'good' | 'bad' | 'accent' | 'warn' | 'strong' | 'code'

export interface Span {
  readonly text: string
  readonly tone: Tone
  /** Where a link leads: an address that begins with http. */
  readonly href?: string
}

/** One line on a screen, without its end. */
export type Line = readonly Span[]

export type View =
  | { readonly kind: 'lines'; readonly lines: readonly Line[] }
  | {
      readonly kind: 'table'
      readonly columns: readonly string[]
      readonly rows: readonly (readonly TableCell[])[]
    }
  | TimelineView
  | VerdictView
  | CycleView
  | ChartView
  | { readonly kind: 'stack'; readonly views: readonly View[] }

/** One cell of a table. */
export interface TableCell {
  readonly text: string
  readonly tone?: Tone
}

/** What happened, top to bottom; one lane a node or client. */
export interface TimelineView {
  readonly kind: 'timeline'
  readonly lanes: readonly string[]
  readonly rows: readonly TimelineRow[]
}

export interface TimelineRow {
  /** A time such as `3 ms`, or a step number; empty where it would repeat. */
  readonly label: string
  /** Index into the trace: the row belongs to this step. */
  readonly step: number
  readonly what:
    | {
        readonly kind: 'message'
        readonly from: string
        readonly to: string
        readonly text: string
        readonly fate: 'received' | 'sent' | 'lost'
      }
    | { readonly kind: 'mark'; readonly lane: string; readonly mark: Mark; readonly text: string }
    | { readonly kind: 'note'; readonly text: string }
}

/** What a node does besides sending and receiving, or a client from its question (`ask`, with more lines of it `within`) to its answer. `doubt` is a state that lasts. */
export type Mark =
  | 'crash'
  | 'restart'
  | 'pause'
  | 'resume'
  | 'timer'
  | 'output'
  | 'write'
  | 'log'
  | 'doubt'
  | 'throw'
  | 'ask'
  | 'within'
  | 'answer'
  | 'lie'

export interface VerdictView {
  readonly kind: 'verdict'
  readonly verdict: 'held' | 'broken' | 'gaveUp'
  readonly property: string
  /** `held in all 288 worlds up to depth 11`, `broken in 5 steps`, `gave up: ...`. */
  readonly headline: string
  /** For `broken`: what is wrong, one sentence. */
  readonly why: string | null
  readonly steps: number | null
  readonly picture: TimelineView | null
  /** Replays the story; null where there is none. */
  readonly token: string | null
}

/** What comes before what, round and round: each thing before the next, and the last before the first. */
export interface CycleView {
  readonly kind: 'cycle'
  readonly title: string
  readonly things: readonly {
    readonly name: string
    /** What it is, in a few words. */
    readonly says: string
    /** Why it comes before the next. */
    readonly edge: { readonly label: string; readonly why: string }
  }[]
}

/** Numbers as a picture. Constructors that check them are in `draw/chart.ts`. */
export type ChartView = BarsView | CurveView | RingView

/** One bar a thing, all from zero: loads, message counts, worlds by depth, the bins of a histogram. */
export interface BarsView {
  readonly kind: 'bars'
  readonly title: string
  /** What the numbers count: `worlds`, `ms`. */
  readonly unit: string
  readonly bars: readonly {
    readonly label: string
    readonly value: number
    readonly tone?: Tone
    /** A word behind the number: `2.1x the mean`. */
    readonly note?: string
  }[]
}

/** One quantity against another, one line a series. */
export interface CurveView {
  readonly kind: 'curve'
  readonly title: string
  readonly x: Axis
  readonly y: Axis
  readonly series: readonly {
    readonly name: string
    readonly points: readonly (readonly [number, number])[]
  }[]
}

export interface Axis {
  readonly name: string
  /** Null where the data decide. */
  readonly from: number | null
  readonly to: number | null
}

/** A hash ring. Places are parts of a turn, 0 up to 1, clockwise from the top; a node owns the arc that ends at its point. */
export interface RingView {
  readonly kind: 'ring'
  readonly title: string
  readonly points: readonly { readonly at: number; readonly owner: string }[]
  readonly keys: readonly { readonly at: number; readonly name: string; readonly owner: string }[]
}

export function plain(text: string): Line {
  return [{ text, tone: 'plain' }]
}

export function toned(tone: Tone, text: string): Line {
  return [{ text, tone }]
}

/** The characters of a line without their tones. */
export function lineText(line: Line): string {
  return line.map((span) => span.text).join('')
}

export function linesView(...lines: readonly (string | Line)[]): View {
  return { kind: 'lines', lines: lines.map((line) => (typeof line === 'string' ? plain(line) : line)) }
}
