/** history: what clients asked and were told, written by hand instead of played. */
import type { Json } from '../../base/canonical.ts'
import { HistoryProblem } from '../../history/history.ts'
import { type HistoryEvent, historyOfEvents } from '../../history/read.ts'
import { type Command, NOTHING, ScenarioProblem, type Word } from '../command.ts'
import { endOf, jsonOf, oneOf, setting } from '../words.ts'

const OUTCOMES = ['ok', 'fail', 'info']
const ASKS = ['read', 'write', 'txn']

export const history: Command = {
  name: 'history',
  usage:
    'history | history CLIENT read [KEY]|write [KEY=]VALUE|txn STEP... [ok [VALUE]|fail|info] | history CLIENT ok [VALUE]|fail|info',
  says: 'Writes a history by hand, one event after the other: a client asks, or is told. Alone it begins a new one. An outcome in the same line follows at once. "judge" judges it.',
  example: 'history ann write x=1 ok',
  run(session, words) {
    if (words.length === 0) {
      session.written = []
      return { ...NOTHING, note: 'an empty history' }
    }
    const before = session.written ?? []
    const events = eventsOf(before, words)
    const after = [...before, ...events]
    try {
      historyOfEvents(after, isKeyed(after))
    } catch (error) {
      if (!(error instanceof HistoryProblem)) throw error
      throw new ScenarioProblem(
        words[0]!.column,
        error.message
          .replace(/^event \d+: /, '')
          .replace(
            'expected [key, value], found',
            'expected a key, such as x=1, as elsewhere in this history; found',
          ),
      )
    }
    session.written = after
    return { ...NOTHING, note: `${after.length} events` }
  },
  complete(session, before) {
    if (before.length === 0)
      return [...new Set((session.written ?? []).map(({ process }) => String(process)))]
    if (before.length === 1) return [...ASKS, ...OUTCOMES]
    return before[1] === 'txn' ? ['read', 'write', ...OUTCOMES] : OUTCOMES
  },
}

/** Whether registers have keys, as in `write x=1`; then all of them have. */
export function isKeyed(events: readonly HistoryEvent[]): boolean {
  return events.some(({ type, f, value }) => type === 'invoke' && f !== 'txn' && Array.isArray(value))
}

function eventsOf(before: readonly HistoryEvent[], words: readonly Word[]): readonly HistoryEvent[] {
  const [client, first] = words as readonly [Word, Word | undefined]
  const verb = oneOf(first, [...ASKS, ...OUTCOMES], 'event', endOf(words))
  const process = client.text
  if (OUTCOMES.includes(verb)) {
    const asked = before.findLast((event) => String(event.process) === process)
    return [told(process, asked?.type === 'invoke' ? asked : null, words.slice(1))]
  }
  const at = words.findIndex((word, i) => i > 1 && OUTCOMES.includes(word.text))
  const end = at < 0 ? words.length : at
  const ask: HistoryEvent = {
    type: 'invoke',
    process,
    f: verb,
    value: askedOf(verb, words.slice(2, end), endOf(words)),
  }
  return at < 0 ? [ask] : [ask, told(process, ask, words.slice(at))]
}

/** `x=1`, `1`, or the key of a read; of a keyed operation `[key, value]`. */
function askedOf(verb: string, words: readonly Word[], end: number): Json {
  if (verb === 'txn') return stepsOf(words, end)
  const [word, more] = words
  if (more !== undefined)
    throw new ScenarioProblem(
      more.column,
      `expected an outcome (${OUTCOMES.join(', ')}), found "${more.text}"`,
    )
  if (verb === 'read') return word === undefined ? null : [word.text, null]
  if (word === undefined) throw new ScenarioProblem(end, 'expected what is written, such as 1 or x=1', '1')
  const keyed = setting(word)
  return keyed === null ? writtenValue(word) : [keyed.name, writtenValue(keyed.value)]
}

/** `read x=0 write y=1` */
function stepsOf(words: readonly Word[], end: number): Json {
  const steps: Json[] = []
  for (let i = 0; i < words.length; i += 2) {
    const verb = oneOf(words[i], ['read', 'write'], 'step', end)
    const what = words[i + 1]
    const keyed = what === undefined ? null : setting(what)
    if (keyed === null)
      throw new ScenarioProblem(what?.column ?? end, `expected a key and a value, such as ${verb} x=1`, 'x=1')
    steps.push([verb, keyed.name, writtenValue(keyed.value)])
  }
  if (steps.length === 0)
    throw new ScenarioProblem(end, 'expected steps, such as: read x=0 write x=1', 'read x=0')
  return steps
}

function told(
  process: string,
  asked: HistoryEvent | null,
  [outcome, value, more]: readonly Word[],
): HistoryEvent {
  const type = outcome!.text as 'ok' | 'fail' | 'info'
  const isRead = asked?.f === 'read'
  const odd = type === 'ok' && isRead ? more : (value ?? more)
  if (odd !== undefined)
    throw new ScenarioProblem(
      odd.column,
      isRead
        ? 'expected one value, or none'
        : `only the answer to a read carries a value; found "${odd.text}"`,
    )
  const result = value === undefined ? null : writtenValue(value)
  const key = Array.isArray(asked?.value) && isRead ? asked.value[0]! : null
  return { type, process, f: asked?.f ?? 'read', value: key === null ? result : [key, result] }
}

function writtenValue(word: Word): Json {
  return word.text === 'nothing' ? null : jsonOf(word.text)
}
