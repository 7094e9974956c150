/** Histories made elsewhere: Jepsen's operations and log lines, and JSON lines. */
import type { Json } from '../../base/canonical.ts'
import type { HistoryEvent } from '../read.ts'
import { EdnProblem, EdnReader } from './edn.ts'

export const FORMATS = ['jepsen', 'jsonl'] as const
export type Format = (typeof FORMATS)[number]

/** An event, and where it stands in the file: `line 12`. */
export interface ForeignEvent extends HistoryEvent {
  readonly place: string
}

/** A file that holds no history: one sentence that begins with the place. */
export class ForeignProblem extends Error {
  override readonly name = 'ForeignProblem'
}

/** A problem at a place. */
export function problemAt(place: string, message: string): ForeignProblem {
  return new ForeignProblem(`${place}: ${message}`)
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
export function readForeign(text: string, format: Format = formatOf(text)): readonly ForeignEvent[] {
  const maps = format === 'jsonl' ? jsonMaps(text) : LOGGED.test(text) ? loggedMaps(text) : ednMaps(text)
  const events = maps.map(eventOf).filter(({ process }) => process !== NEMESIS)
  if (events.length === 0) throw problemAt('line 1', 'there is no operation in this file')
  return events
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
  try {
    return JSON.parse(text)
  } catch {
    throw problemAt(place, 'this is no JSON; was the file cut short?')
  }
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
    if (vector !== undefined && reader.done)
      throw new EdnProblem(text.length, 'the vector of operations is never closed; was the file cut short?')
  } catch (error) {
    if (error instanceof EdnProblem) throw problemAt(`line ${lineAt(error.at)}`, error.message)
    throw error
  }
  return maps
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
