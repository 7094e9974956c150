/** Histories made elsewhere: Jepsen's operations and log lines, and JSON lines. */
import type { Json } from '../../base/canonical.ts'
import type { HistoryEvent } from '../read.ts'
import { DEEPEST, EdnProblem, EdnReader } from './edn.ts'
import { plainText } from './encoding.ts'
import { exactNumber } from './number.ts'
import { problemAt } from './problem.ts'

export const FORMATS = ['jepsen', 'jsonl'] as const
export type Format = (typeof FORMATS)[number]

/** An event, and where it stands in the file: `line 12`. */
export interface ForeignEvent extends HistoryEvent {
  readonly place: string
}

/** Jepsen's own process, which breaks things and asks nothing. */
const NEMESIS = 'nemesis'
const TYPES = ['invoke', 'ok', 'fail', 'info'] as const

/**
 * The events of a text, in its order, without those of Jepsen's nemesis.
 *
 * `jepsen`: maps in EDN, one after the other or in one vector; or log lines of `jepsen.util`, others being skipped.
 * `jsonl`: one JSON object a line, or one array of them. Throws `ForeignProblem`.
 */
export function readForeign(file: string, format?: Format): readonly ForeignEvent[] {
  const text = plainText(file)
  const maps =
    (format ?? formatOf(text)) === 'jsonl'
      ? jsonMaps(text)
      : LOGGED.test(text)
        ? loggedMaps(text)
        : ednMaps(text)
  const events = maps.map(eventOf)
  mustBeInTurn(maps)
  const asked = events.filter(({ process }) => process !== NEMESIS)
  if (asked.length > 0) return asked
  const only =
    events.length === 0 ? 'there is no operation in this file' : 'only the nemesis does anything here'
  throw problemAt('line 1', `${only}; a history has a map for each question and for each answer`)
}

/** What has an index says by it in which order all happened; one below 0 says nothing. */
function mustBeInTurn(maps: readonly Placed[]): void {
  let before: { readonly index: number; readonly place: string } | null = null
  for (const { place, form } of maps) {
    const { index } = form as { readonly index?: Json }
    if (typeof index !== 'number' || index < 0) continue
    if (before !== null && index === before.index)
      throw problemAt(
        place,
        `the index ${index} again, as at ${before.place}; one history has each index once`,
      )
    if (before !== null && index < before.index)
      throw problemAt(
        place,
        `the index ${index} after ${before.index} at ${before.place}; sort by index: operations stand in the order in which they happened`,
      )
    before = { index, place }
  }
}

/** JSON begins with `{"` or `[{"`, EDN does not. */
function formatOf(text: string): Format {
  return /^\s*\[?\s*\{\s*"/.test(text) ? 'jsonl' : 'jepsen'
}

interface Placed {
  readonly place: string
  readonly form: Json
}

function eventOf({ place, form }: Placed): ForeignEvent {
  if (typeof form !== 'object' || form === null || Array.isArray(form))
    throw problemAt(place, `an operation is a map with type, process, f and value, not ${shown(form)}`)
  const { type, process, f, value = null } = form as { readonly [field: string]: Json }
  const known = TYPES.find((one) => one === type)
  if (known === undefined) throw problemAt(place, `"type" is one of ${TYPES.join(', ')}, not ${shown(type)}`)
  if (typeof process !== 'string' && typeof process !== 'number')
    throw problemAt(place, `"process" is the number or name of whoever asks, not ${shown(process)}`)
  if (typeof f !== 'string')
    throw problemAt(place, `"f" is what is asked, such as read or write, not ${shown(f)}`)
  return { type: known, process: typeof process === 'number' ? `p${process}` : process, f, value, place }
}

function shown(value: Json | undefined): string {
  const text = value === undefined ? 'nothing' : JSON.stringify(value)
  return text.length > 40 ? `${text.slice(0, 39)}…` : text
}

function jsonMaps(text: string): readonly Placed[] {
  if (!/^\s*\[/.test(text))
    return text.split('\n').flatMap((line, i) => {
      const place = `line ${i + 1}`
      return line.trim() === '' ? [] : [{ place, form: jsonOf(line, place) }]
    })
  const all = jsonOf(text, 'line 1')
  return (all as readonly Json[]).map((form, i) => ({ place: `operation ${i + 1}`, form }))
}

function jsonOf(text: string, place: string): Json {
  let value: Json
  try {
    value = JSON.parse(text)
  } catch {
    throw problemAt(place, 'this is no JSON; was the file cut short?')
  }
  if (isDeep(value)) throw problemAt(place, `values lie more than ${DEEPEST} deep in values`)
  return MANY_DIGITS.test(text) ? JSON.parse(text, asWritten as (key: string, value: Json) => Json) : value
}

/** Where a number may not fit into a double. */
const MANY_DIGITS = /\d[\d.]{15}|\d[eE]/

function asWritten(_key: string, value: Json, { source }: { readonly source: string }): Json {
  return typeof value === 'number' ? exactNumber(source)! : value
}

function isDeep(value: Json): boolean {
  let layer: readonly Json[] = [value]
  for (let depth = 0; layer.length > 0; depth++) {
    if (depth > DEEPEST) return true
    layer = layer.flatMap((one) => (typeof one === 'object' && one !== null ? Object.values(one) : []))
  }
  return false
}

function ednMaps(text: string): readonly Placed[] {
  const lineAt = lines(text)
  const vector = /^(?:[\s,]|;.*)*[[(]/.exec(text)?.[0]
  const reader = new EdnReader(text, vector?.length ?? 0)
  const maps: Placed[] = []
  try {
    while (!reader.done && !(vector !== undefined && /[\])]/.test(text[reader.at]!))) {
      const place = `line ${lineAt(reader.at)}`
      maps.push({ place, form: reader.next() })
    }
    if (vector === undefined) return maps
    if (reader.done)
      throw new EdnProblem(text.length, 'the vector of operations is never closed; was the file cut short?')
    const rest = new EdnReader(text, reader.at + 1)
    if (!rest.done)
      throw new EdnProblem(rest.at, 'more stands behind the vector of operations; one file has one history')
    return maps
  } catch (error) {
    if (error instanceof EdnProblem) throw problemAt(`line ${lineAt(error.at)}`, error.message)
    throw error
  }
}

/** `INFO  jepsen.util - 0	:invoke	:read	nil`: what follows are the forms process, type, f, value, and perhaps an error. */
const LOGGED = /^.*?\bjepsen\.util\s*[-:]\s*(?=:?[\w-]+\s+:(?:invoke|ok|fail|info)\b)/m

function loggedMaps(text: string): readonly Placed[] {
  return text.split('\n').flatMap((line, i) => {
    const [before] = LOGGED.exec(line) ?? []
    if (before === undefined) return []
    const place = `line ${i + 1}`
    try {
      const reader = new EdnReader(line, before.length)
      const [process, type, f] = [reader.next(), reader.next(), reader.next()]
      const value = reader.done ? null : reader.next()
      return [{ place, form: { process, type, f, value } }]
    } catch (error) {
      if (error instanceof EdnProblem) throw problemAt(place, error.message)
      throw error
    }
  })
}

/** Which line a place of the text is on, from 1; asked for places that never go back. */
function lines(text: string): (at: number) => number {
  let [line, seen] = [1, 0]
  return (at) => {
    if (at < seen) [line, seen] = [1, 0]
    for (let next = text.indexOf('\n', seen); next >= 0 && next < at; next = text.indexOf('\n', seen)) {
      line++
      seen = next + 1
    }
    return line
  }
}
