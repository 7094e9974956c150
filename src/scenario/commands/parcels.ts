/** Naming a message in flight: `prepare rm1`, `vote tm from rm2`. Shared by deliver, drop and dup. */
import type { Json } from '../../base/canonical.ts'
import type { Body } from '../../node/node.ts'
import { bodyText, type Parcel } from '../../world/choice.ts'
import { ScenarioProblem, type Word } from '../command.ts'
import type { Session } from '../session.ts'
import { endOf, jsonOf, nearest, oneOf } from '../words.ts'

/** The first message in flight that fits every word. Throws a problem that lists what is in flight. */
export function findParcel(session: Session, words: readonly Word[]): Parcel {
  const [type, to, from, sender] = words
  const { wire } = session.world
  const inFlight = wire.map((e) => `${e.body.type} ${e.to} from ${e.from}`)
  if (type === undefined)
    throw new ScenarioProblem(
      endOf(words),
      `expected a message; in flight: ${inFlight.join(', ') || 'nothing'}`,
      inFlight[0] ?? null,
    )
  if (from !== undefined && from.text !== 'from')
    throw new ScenarioProblem(from.column, `expected "from", found "${from.text}"`, 'from')
  const fits = wire.filter(
    (e) =>
      e.body.type === type.text &&
      (to === undefined || e.to === to.text) &&
      (sender === undefined || e.from === sender.text),
  )
  const first = [...fits].sort((a, b) => a.dueUs - b.dueUs || a.id - b.id)[0]
  if (first !== undefined) return { from: first.from, to: first.to, body: first.body, op: first.op }
  const wanted = words.map((w) => w.text).join(' ')
  throw new ScenarioProblem(
    type.column,
    `no ${wanted} is in flight; there is ${wire.map((e) => `${bodyText(e.body)} (${e.from} to ${e.to})`).join(', ') || 'nothing'}`,
    nearest(wanted, inFlight),
  )
}

/** Types in flight, then receivers of that type, then senders. */
export function completeParcel(session: Session, before: readonly string[]): readonly string[] {
  if (session.run === null) return []
  const { wire } = session.world
  const [type, to] = before
  if (before.length === 0) return wire.map((e) => e.body.type)
  const fits = wire.filter((e) => e.body.type === type)
  if (before.length === 1) return fits.map((e) => e.to)
  if (before.length === 2) return ['from']
  return fits.filter((e) => e.to === to).map((e) => e.from)
}

/** Fields that a line sets: `yes=false`. */
export type Changes = readonly { readonly name: string; readonly value: Word }[]

export function bodyFields(body: Body): string[] {
  return Object.keys(body).filter((field) => field !== 'type')
}

/** A body with fields set anew. Throws `ScenarioProblem` at a field that it does not have. */
export function changedBody(body: Body, changes: Changes): Body {
  const into: Record<string, Json> = { ...body }
  for (const { name, value } of changes) {
    const word = { text: name, column: value.column - name.length - 1 }
    into[oneOf(word, bodyFields(body), 'field', value.column)] = jsonOf(value.text)
  }
  return into as Body
}
