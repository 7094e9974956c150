/** traitor NODE tells: what one receiver, or each of them, hears in the place of the truth. Part of the command traitor. */
import { canonicalText } from '../../base/canonical.ts'
import { labelOf } from '../../draw/timeline.ts'
import type { Body } from '../../node/node.ts'
import { bodyText, type Choice, type Parcel } from '../../world/choice.ts'
import { parcelsOnTheWire } from '../../world/choices.ts'
import { liesInstead, madeUp } from '../../world/lies.ts'
import { ScenarioProblem, type Word } from '../command.ts'
import type { Session } from '../session.ts'
import { jsonOf, nearest, oneOf, setting } from '../words.ts'
import { bodyFields, type Changes, changedBody } from './parcels.ts'

/** The receiver that stands for everybody to whom something is in flight. */
export const EVERYBODY = 'all'
/** The setting that names a whole message by the words that a picture has for it. */
export const SAYING = 'saying'

/** What the words say: to whom, which message, and what of it changes. */
interface Wanted {
  readonly to: string
  readonly type: Word | undefined
  readonly changes: Changes
  /** The words of a whole message; null where fields are changed or nothing is said. */
  readonly saying: Word | null
  readonly silent: boolean
  readonly column: number
}

/** Carries the lie out, or throws a problem that says what could be told instead. */
export function tell(session: Session, node: string, words: readonly Word[], end: number): void {
  const wanted = readWords(session, node, words, end)
  if (wanted.to === EVERYBODY) return tellAll(session, node, wanted)
  const parcel = sentTo(session, node, wanted)
  if (parcel === null) session.take(unasked(session, node, wanted), wanted.column)
  else
    session.take(
      { kind: 'lie', node, to: wanted.to, instead: parcel, body: bodyFor(session, parcel, wanted) },
      wanted.column,
    )
}

/** What a traitor could say unasked, in the words of a picture, each once. */
export function couldSay(session: Session, node: string): readonly string[] {
  const { model } = session.current
  return [...new Set(sayable(session, node).map((body) => labelOf(model, body)))]
}

function readWords(session: Session, node: string, words: readonly Word[], end: number): Wanted {
  const { names } = session.current.model.cluster
  const others = [...new Set([...names, ...session.world.wire.map((e) => e.to)])].filter((n) => n !== node)
  const to = oneOf(words[0], [...others, EVERYBODY], 'receiver', end)
  const settings = words.flatMap((word) => setting(word) ?? [])
  const changes = settings.filter(({ name }) => name !== SAYING)
  const saying = settings.find(({ name }) => name === SAYING)?.value ?? null
  const plain = words.slice(1).filter((word) => setting(word) === null)
  const silent = plain.find((word) => word.text === 'nothing')
  const what = [silent, saying ?? undefined, changes[0]].filter((one) => one !== undefined)
  if (what.length === 0)
    throw new ScenarioProblem(
      end,
      `expected what ${to} is told: a field of the message and a value, ${SAYING}="a whole message", or "nothing"`,
      'nothing',
    )
  if (what.length > 1)
    throw new ScenarioProblem(
      end,
      silent === undefined
        ? `${SAYING}= is a whole message already: no fields stand beside it`
        : 'who is told nothing is told no fields',
    )
  const type = plain.find((word) => word !== silent)
  return { to, type, changes, saying, silent: silent !== undefined, column: words[0]!.column }
}

/** Everything in flight changes alike; what does not have the fields is left as it is. */
function tellAll(session: Session, node: string, wanted: Wanted): void {
  const sent = parcelsOnTheWire(session.world).filter(
    (e) => e.from === node && (wanted.type === undefined || e.body.type === wanted.type.text),
  )
  const has = ({ body }: Parcel) => wanted.changes.every(({ name }) => Object.hasOwn(body, name))
  const fitting = sent.filter(has)
  if (fitting.length === 0) {
    const fields = [...new Set(sent.flatMap(({ body }) => bodyFields(body)))]
    throw new ScenarioProblem(
      wanted.column,
      sent.length === 0
        ? `${node} has nothing${wanted.type === undefined ? '' : ` called ${wanted.type.text}`} in flight that it could change`
        : `nothing that ${node} has in flight has these fields; there is ${fields.join(', ') || 'no field'}`,
    )
  }
  for (const parcel of fitting) {
    const body = bodyFor(session, parcel, wanted)
    if (body === null || canonicalText(body) !== canonicalText(parcel.body))
      session.take({ kind: 'lie', node, to: parcel.to, instead: parcel, body }, wanted.column)
  }
}

/**
 * The first message of the traitor that is in flight to a receiver, and where a whole message is said, the first one
 * that it could be said instead of; null if there is none.
 */
function sentTo(session: Session, node: string, { to, type, saying }: Wanted): Parcel | null {
  const { model } = session.current
  const sent = parcelsOnTheWire(session.world).filter((e) => e.from === node && e.to === to)
  if (saying !== null) {
    const fits = (body: Body | null) => body !== null && labelOf(model, body) === saying.text
    return sent.find((parcel) => liesInstead(model, session.world, parcel).some(fits)) ?? null
  }
  const types = [...new Set(sent.map(({ body }) => body.type))]
  const made = madeUp(model, session.world, node).map((body) => body.type)
  if (type !== undefined && !made.includes(type.text)) oneOf(type, types, 'message', type.column)
  return sent.find(({ body }) => type === undefined || body.type === type.text) ?? null
}

/** What is said in the place of a message: fields signed anew if the traitors can, and otherwise with a signature that no longer fits. */
function bodyFor(session: Session, parcel: Parcel, { changes, saying, silent }: Wanted): Body | null {
  if (silent) return null
  const lies = liesInstead(session.current.model, session.world, parcel).filter((body) => body !== null)
  if (saying !== null) return called(session, saying, [...lies, ...sayable(session, parcel.from)])
  const into = changedBody(parcel.body, changes)
  return lies.find((body) => fits(body, changes)) ?? into
}

/** Nothing is in flight to the receiver: what is said is made up, or was heard. */
function unasked(session: Session, node: string, { to, type, changes, saying, column }: Wanted): Choice {
  if (saying !== null)
    return { kind: 'lie', node, to, instead: null, body: called(session, saying, sayable(session, node)) }
  const bodies = [...madeUp(session.current.model, session.world, node), ...session.world.heard]
  const body = bodies.find((one) => (type === undefined || one.type === type.text) && fits(one, changes))
  if (body !== undefined && changes.length > 0) return { kind: 'lie', node, to, instead: null, body }
  const said = [...new Set(bodies.map(bodyText))].slice(0, 3)
  const instead =
    changes.length === 0
      ? ''
      : `, and can make nothing like that up; it could say: ${said.join('; ') || 'nothing'}`
  throw new ScenarioProblem(
    column,
    `${node} has nothing in flight to ${to}${instead}`,
    nearestReceiver(session, node, to),
  )
}

/** What any traitor has heard, and then what this one can make up: where a picture has the same words for both, the true one. */
function sayable({ current, world }: Session, node: string): readonly Body[] {
  // A completion asks before the node has betrayed.
  const traitors = [...new Set([...world.traitors, node])].sort()
  return [...world.heard, ...madeUp(current.model, { traitors, heard: world.heard }, node)]
}

/** The body that a picture has these words for. */
function called(session: Session, saying: Word, bodies: readonly Body[]): Body {
  const { model } = session.current
  const labels = [...new Set(bodies.map((body) => labelOf(model, body)))]
  const label = oneOf(saying, labels, 'message that it could send', saying.column)
  return bodies.find((body) => labelOf(model, body) === label)!
}

function nearestReceiver(session: Session, node: string, to: string): string | null {
  const receivers = session.world.wire.filter((e) => e.from === node).map((e) => e.to)
  const others = receivers.filter((name) => name !== to)
  return nearest(to, others) ?? others[0] ?? null
}

function fits(body: Body, changes: Changes): boolean {
  return changes.every(
    ({ name, value }) => canonicalText(body[name] ?? null) === canonicalText(jsonOf(value.text)),
  )
}
