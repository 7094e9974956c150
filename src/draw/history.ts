/** historyView: what clients asked and were told, as brackets from question to answer, one lane a client. */
import type { Json } from '../base/canonical.ts'
import type { TimelineRow, TimelineView } from '../base/view.ts'
import { type History, type HistoryOperation, shortText, valueText } from '../history/history.ts'
import { safeLine } from './wrap.ts'

interface Moment {
  readonly at: number
  readonly operation: HistoryOperation
  /** The rows of this moment, the first with its number. */
  readonly rows: readonly (readonly ['ask' | 'within' | 'answer', string])[]
}

export function historyView(history: History): TimelineView {
  const moments = history.flatMap((operation): Moment[] => {
    const rows = askedTexts(operation).map((text, i) => [i === 0 ? 'ask' : 'within', text] as const)
    const asked: Moment = { at: operation.invoke, operation, rows }
    if (operation.return === null) return [asked]
    return [asked, { at: operation.return, operation, rows: [['answer', answerText(operation)]] }]
  })
  moments.sort((a, b) => a.at - b.at)
  const rows = moments.flatMap(({ operation, rows }, step) =>
    rows.map(([mark, text], i): TimelineRow => {
      const label = i === 0 ? String(step + 1) : ''
      return { label, step, what: { kind: 'mark', lane: oneLine(operation.process), mark, text } }
    }),
  )
  const open = history.filter(({ outcome }) => outcome === 'info')
  const last = Math.max(0, moments.length - 1)
  for (const operation of open)
    rows.push({
      label: '',
      step: last,
      what: { kind: 'mark', lane: oneLine(operation.process), mark: 'doubt', text: 'no answer' },
    })
  return {
    kind: 'timeline',
    lanes: [...new Set(history.map((operation) => oneLine(operation.process)))],
    rows,
  }
}

function askedTexts({ f, key, value }: HistoryOperation): readonly string[] {
  if (f === 'txn') return (value as readonly (readonly [string, string, Json])[]).map(stepText)
  if (f === 'read') return [key === null ? 'read' : `read ${oneLine(key)}`]
  if (f === 'generate') return [f]
  return [key === null ? `${f} ${shown(value)}` : `${f} ${oneLine(key)}=${shown(value)}`]
}

/** A step of a transaction; a read whose answer is not known has no value. */
export function stepText([verb, key, value]: readonly [string, string, Json?]): string {
  const of = oneLine(key)
  if (value === undefined) return `${verb} ${of}`
  return verb === 'append' ? `append ${shown(value)} to ${of}` : `${verb} ${of}=${shown(value)}`
}

function answerText({ f, outcome, result }: HistoryOperation): string {
  if (outcome === 'fail') return f === 'txn' ? 'aborted' : 'failed'
  return TELL.includes(f) ? shown(result) : f === 'txn' ? 'committed' : 'ok'
}

/** Their answers tell something. */
const TELL = ['read', 'echo', 'generate']

/** Words without quotation marks. */
function shown(value: Json): string {
  return typeof value === 'string' ? oneLine(value) : oneLine(valueText(value))
}

/** Whoever made the history may have put anything into it. */
function oneLine(text: string): string {
  return shortText(safeLine(text))
}
