/** traitor NODE tells: what one receiver, or each of them, hears in the place of the truth. Part of the command traitor. */
import { byText, canonicalText } from '../../base/canonical.ts'
import { labelOf } from '../../draw/timeline.ts'
import type { Body } from '../../node/node.ts'
import { bodyText, type Choice, type Parcel } from '../../world/choice.ts'
import { parcelsOnTheWire } from '../../world/choices.ts'
import { liesInstead, madeUp } from '../../world/lies.ts'
import { ScenarioProblem, type Word } from '../command.ts'
import type { Session } from '../session.ts'
import { endOf, jsonOf, nearest, oneOf, setting } from '../words.ts'
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

/** Carries the lies out, one receiver after the other, or throws a problem that says what could be told instead. */
export function tell(session: Session, node: string, words: readonly Word[], end: number): void {
  for (const clause of clausesOf(words))
    for (const receiver of receiversOf(clause)) {
      const wanted = readWords(session, node, receiver, receiver.length === 0 ? end : endOf(receiver))
      if (wanted.to === EVERYBODY) tellAll(session, node, wanted)
      else tellOne(session, node, wanted)
    }
}

function noLie(node: string, to: string, column: number): ScenarioProblem {
  return new ScenarioProblem(column, `that is no lie: it is what ${node} is about to tell ${to}`)
}

/** `l1 attack, l2 retreat`: what stands between commas. */
function clausesOf(words: readonly Word[]): readonly (readonly Word[])[] {
  const clauses: Word[][] = [[]]
  for (const { text, column } of words) {
    const first = text.length - text.replace(/^,+/, '').length
    const bare = text.slice(first).replace(/,+$/, '')
    if (first > 0) clauses.push([])
    if (bare !== '') clauses.at(-1)!.push({ text: bare, column: column + first })
    if (bare !== '' && text.endsWith(',')) clauses.push([])
  }
  return clauses
}

/** `l1,l2 retreat` is the same for both. */
function receiversOf(clause: readonly Word[]): readonly (readonly Word[])[] {
  const [to, ...rest] = clause
  return to === undefined
    ? [[]]
    : to.text.split(',').map((name) => [{ text: name, column: to.column }, ...rest])
}

function tellOne(session: Session, node: string, wanted: Wanted): void {
  const { to, column } = wanted
  const parcel = sentTo(session, node, wanted)
  if (parcel === null) return void session.take(unasked(session, node, wanted), column)
  const body = bodyFor(session, parcel, wanted)
  if (body !== null && canonicalText(body) === canonicalText(parcel.body)) throw noLie(node, to, column)
  session.take({ kind: 'lie', node, to, instead: parcel, body }, column)
}

/** What a traitor could say unasked, in the words of a picture, each once, in the order of the letters. */
export function couldSay(session: Session, node: string): readonly string[] {
  return labelsOf(session, sayable(session, node))
}

function labelsOf({ current }: Session, bodies: readonly Body[]): readonly string[] {
  return [...new Set(bodies.map((body) => labelOf(current.model, body)))].sort(byText)
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
  const column = words[0]!.column
  const besides = plain.filter((word) => word !== silent)
  if (what.length === 0) return { to, ...inWords(session, node, to, besides, end), silent: false, column }
  if (what.length > 1)
    throw new ScenarioProblem(
      end,
      silent === undefined
        ? `${SAYING}= is a whole message already: no fields stand beside it`
        : 'who is told nothing is told no fields',
    )
  const [type, more] = besides
  if (more !== undefined)
    throw new ScenarioProblem(
      more.column,
      `only the type of a message may stand beside what is told; a comma ends what ${to} is told`,
    )
  return { to, type, changes, saying, silent: silent !== undefined, column }
}

/** `retreat`: the words of a whole message, or else the value of the one field of it that a lie may change into that. */
function inWords(
  session: Session,
  node: string,
  to: string,
  words: readonly Word[],
  end: number,
): Pick<Wanted, 'type' | 'changes' | 'saying'> {
  const { model } = session.current
  const sent = parcelsOnTheWire(session.world).filter(
    (e) => e.from === node && (to === EVERYBODY || e.to === to),
  )
  const lies = sent.flatMap((parcel) =>
    liesInstead(model, session.world, parcel).filter((body) => body !== null),
  )
  const bodies = [...sent.map(({ body }) => body), ...lies, ...sayable(session, node)]
  const types = bodies.map((body) => body.type)
  const [first] = words
  if (first === undefined || types.includes(first.text))
    throw new ScenarioProblem(
      end,
      `expected what ${to} is told: the words of a message, a field and its value, or "nothing"`,
      'nothing',
    )
  const said = { text: words.map((word) => word.text).join(' '), column: first.column }
  const labels = labelsOf(session, bodies)
  const says = (body: Body) => labelOf(model, body) === said.text
  if (to !== EVERYBODY && sent.some(({ body }) => says(body)) && !lies.some(says))
    throw noLie(node, to, said.column)
  if (labels.includes(said.text)) return { type: undefined, changes: [], saying: said }
  const field = [...sent.map(({ body }) => body), ...lies]
    .flatMap(bodyEntries)
    .find(([, value]) => value === jsonOf(said.text))?.[0]
  if (field === undefined) oneOf(said, labels, 'message that it could send', said.column)
  return { type: undefined, changes: [{ name: field!, value: said }], saying: null }
}

function bodyEntries(body: Body) {
  return Object.entries(body).filter(([field]) => field !== 'type')
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
  const lies = fitting
    .map((parcel) => ({ parcel, body: bodyFor(session, parcel, wanted) }))
    .filter(({ parcel, body }) => body === null || canonicalText(body) !== canonicalText(parcel.body))
  if (lies.length === 0) throw noLie(node, 'everybody', wanted.column)
  for (const { parcel, body } of lies)
    session.take({ kind: 'lie', node, to: parcel.to, instead: parcel, body }, wanted.column)
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
  const labels = labelsOf(session, bodies)
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
