/** A timeline with a cursor: what is looked for shown, the rest folded, the step just taken marked, the future dim. */
import { cutLine, type Line, paintTimeline, type Step, type TimelineRow, type TimelineView } from '../door.ts'

/** How close one looks: what the outside sees, every step, or also what each node did in it. */
export const ZOOMS = ['overview', 'steps', 'detail'] as const
export type Zoom = (typeof ZOOMS)[number]

/** What is looked for. */
export interface Look {
  readonly zoom: Zoom
  readonly faultsOnly: boolean
  readonly hiddenNodes: ReadonlySet<string>
  readonly hiddenTypes: ReadonlySet<string>
}

export const WHOLE: Look = {
  zoom: 'steps',
  faultsOnly: false,
  hiddenNodes: new Set(),
  hiddenTypes: new Set(),
}

export function isShown(step: Step, look: Look): boolean {
  if (look.faultsOnly && !step.isFault) return false
  if (look.zoom === 'overview' && !step.isFault && !step.isSeen) return false
  if (step.types.length > 0 && step.types.every((type) => look.hiddenTypes.has(type))) return false
  return step.who.length === 0 || step.who.some((node) => !look.hiddenNodes.has(node))
}

/** The places where a walk stops: before the first step, after each that is shown, and at the end. */
export function stopsOf(steps: readonly Step[], look: Look): number[] {
  return [0, ...steps.flatMap((step, i) => (isShown(step, look) || i === steps.length - 1 ? [i + 1] : []))]
}

export interface TimeRow {
  /** -1 for what stands above the rows. */
  readonly step: number
  readonly line: Line
}

/** All lines of a story under a look, `width` columns wide. */
export function timeRows(
  picture: TimelineView,
  steps: readonly Step[],
  look: Look,
  width: number,
  ascii: boolean,
): TimeRow[] {
  const shown = steps.map((step) => isShown(step, look))
  const isOut = ({ step }: { readonly step: number }): boolean => step >= 0 && shown[step] === false
  const rows = look.zoom === 'detail' ? withDetails(picture.rows, steps) : picture.rows
  const named = new Set(rows.filter((row) => !isOut(row)).flatMap(lanesOf))
  const lanes = picture.lanes.filter((lane) => !look.hiddenNodes.has(lane) || named.has(lane))
  const painted = paintTimeline({ ...picture, lanes, rows }, width, ascii)
  const kept: TimeRow[] = []
  let next = 0
  const foldUpTo = (step: number): void => {
    const hidden = shown.slice(next, step).filter((isOne) => !isOne).length
    if (hidden > 0) kept.push(foldRow(hidden, step - 1))
    next = Math.max(next, step)
  }
  for (const row of painted) {
    if (isOut(row)) continue
    foldUpTo(row.step)
    kept.push(row)
  }
  foldUpTo(steps.length)
  return kept
}

/** `height` lines around the step that led to place `at`; the names of the lanes stay on top. */
export function walkTimeline(
  rows: readonly TimeRow[],
  at: number,
  width: number,
  height: number,
  ascii: boolean,
): Line[] {
  const top = rows.filter((row) => row.step < 0)
  const body = rows.filter((row) => row.step >= 0)
  const room = Math.max(1, height - top.length)
  const current = Math.max(
    0,
    body.findLastIndex((row) => row.step < at),
  )
  const start = Math.max(0, Math.min(current - Math.floor(room / 2), body.length - room))
  const shown = body.slice(start, start + room)
  return [
    ...top.map((row) => led('  ', row.line)),
    ...shown.map((row, i) =>
      marked(row, shown[i - 1]?.step ?? -1, at === 0 ? -1 : body[current]!.step, ascii),
    ),
  ].map((line) => cutLine(line, width))
}

/** Under each step, what its node did that no arrow shows. */
function withDetails(rows: readonly TimelineRow[], steps: readonly Step[]): TimelineRow[] {
  return rows.flatMap((row, i) => {
    if (rows[i + 1]?.step === row.step) return [row]
    const did = steps[row.step]?.did ?? []
    return [
      row,
      ...did.map(
        ({ node, mark, text }): TimelineRow => ({
          label: '',
          step: row.step,
          what: { kind: 'mark', lane: node, mark, text },
        }),
      ),
    ]
  })
}

function lanesOf({ what }: TimelineRow): readonly string[] {
  if (what.kind === 'message') return [what.from, what.to]
  return what.kind === 'mark' ? [what.lane] : []
}

function foldRow(steps: number, step: number): TimeRow {
  return { step, line: [{ text: `        · ${steps === 1 ? '1 step' : `${steps} steps`}`, tone: 'dim' }] }
}

/** The first line of the latest step, `now`, is pointed at. `above` is the step of the line above. */
function marked({ step, line }: TimeRow, above: number, now: number, ascii: boolean): Line {
  const pointer = above === step ? '  ' : ascii ? '> ' : '▶ '
  if (step === now) return [{ text: pointer, tone: 'accent' }, ...line.map(bold)]
  if (step < now) return led('  ', line)
  return led(
    '  ',
    line.map((span) => ({ text: span.text, tone: 'dim' as const })),
  )
}

function bold(span: Line[number]): Line[number] {
  return span.tone === 'plain' ? { text: span.text, tone: 'strong' } : span
}

function led(lead: string, line: Line): Line {
  return [{ text: lead, tone: 'plain' }, ...line]
}
