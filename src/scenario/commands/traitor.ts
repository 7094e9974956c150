/** traitor: a node betrays, and lies by hand or by a plan. */
import type { Json } from '../../base/canonical.ts'
import { canonicalText } from '../../base/canonical.ts'
import type { Body } from '../../node/node.ts'
import { bodyText, type Choice, type Parcel } from '../../world/choice.ts'
import { parcelsOnTheWire } from '../../world/choices.ts'
import { liesInstead, madeUp } from '../../world/lies.ts'
import { insteadBy, STRATEGIES, type Strategy } from '../../world/strategies.ts'
import { type Command, NOTHING, type Result, ScenarioProblem, type Word } from '../command.ts'
import type { Session } from '../session.ts'
import { endOf, jsonOf, nearest, oneOf, setting } from '../words.ts'
import { nodeOf } from './faults.ts'
import { noteOf } from './note.ts'

export const traitor: Command = {
  name: 'traitor',
  usage: `traitor NODE [${STRATEGIES.join('|')}] | traitor NODE tells NODE [TYPE] field=VALUE... | traitor NODE tells NODE [TYPE] nothing`,
  says: 'From here on a node may lie. With a plan it does so at once: it changes every second message it has in flight, withholds all of them, repeats what traitors have heard, or makes things up. With "tells" one receiver gets something else, or nothing. Signatures of loyal nodes cannot be forged.',
  example: 'traitor l1 tells l2 value=retreat',
  run(session, words) {
    const node = nodeOf(session, words)
    const [, what, ...rest] = words
    const from = session.current.moments.length
    if (!session.world.traitors.includes(node)) session.take({ kind: 'traitor', node }, words[0]!.column)
    if (what === undefined && from === session.current.moments.length)
      throw new ScenarioProblem(words[0]!.column, `${node} is a traitor already`)
    if (what?.text === 'tells') tell(session, node, rest, endOf(words))
    else if (what !== undefined) {
      const strategy = oneOf(what, ['tells', ...STRATEGIES], 'plan of a traitor', what.column) as Strategy
      if (rest[0] !== undefined)
        throw new ScenarioProblem(rest[0].column, `nothing comes after "${strategy}"`)
      for (const lie of planned(session, node, strategy, what.column)) session.take(lie, what.column)
    }
    return told(session, from)
  },
  complete(session, before) {
    if (session.run === null) return []
    const [node, what, to] = before
    const { names } = session.run.model.cluster
    if (node === undefined) return names
    if (what === undefined) return ['tells', ...STRATEGIES]
    if (what !== 'tells') return []
    const inFlight = session.world.wire.filter((e) => e.from === node)
    if (to === undefined) return [...new Set(inFlight.map((e) => e.to)), ...names.filter((n) => n !== node)]
    const parcels = inFlight.filter((e) => e.to === to)
    const types = before.length === 3 ? parcels.map((e) => e.body.type) : []
    const fields = parcels.flatMap(({ body }) => Object.keys(body).filter((field) => field !== 'type'))
    return ['nothing', ...types, ...fields.map((field) => `${field}=`)]
  },
}

function told(session: Session, from: number): Result {
  const { model, moments } = session.current
  return {
    ...NOTHING,
    note: moments
      .slice(from)
      .map((moment) => noteOf(model, [moment]))
      .join('; '),
  }
}

/** One receiver is told something else than was sent, or nothing. */
function tell(session: Session, node: string, words: readonly Word[], end: number): void {
  const { names } = session.current.model.cluster
  const others = [...new Set([...names, ...session.world.wire.map((e) => e.to)])].filter((n) => n !== node)
  const to = oneOf(words[0], others, 'receiver', end)
  const changes = words.flatMap((word) => setting(word) ?? [])
  const plain = words.slice(1).filter((word) => setting(word) === null)
  const silent = plain.find((word) => word.text === 'nothing')
  const type = plain.find((word) => word !== silent)
  if ((silent === undefined) === (changes.length === 0))
    throw new ScenarioProblem(
      end,
      silent === undefined
        ? `expected what ${to} is told: a field of the message and a value, or "nothing"`
        : 'who is told nothing is told no fields',
      silent === undefined ? 'nothing' : null,
    )
  const parcel = sentTo(session, node, to, type)
  if (parcel === null) {
    session.take(unasked(session, node, to, type, changes, words[0]!.column), words[0]!.column)
    return
  }
  const body = silent === undefined ? otherBody(session, parcel, changes) : null
  session.take({ kind: 'lie', node, to, instead: parcel, body }, words[0]!.column)
}

/** The first message of the traitor that is in flight to a receiver; null if there is none. */
function sentTo(session: Session, node: string, to: string, type: Word | undefined): Parcel | null {
  const sent = parcelsOnTheWire(session.world).filter((e) => e.from === node && e.to === to)
  const types = [...new Set(sent.map(({ body }) => body.type))]
  const made = madeUp(session.current.model, session.world, node).map((body) => body.type)
  if (type !== undefined && !made.includes(type.text)) oneOf(type, types, 'message', type.column)
  return sent.find(({ body }) => type === undefined || body.type === type.text) ?? null
}

type Changes = readonly { readonly name: string; readonly value: Word }[]

/** The body with fields changed: signed anew if the traitors can, and otherwise with a signature that no longer fits. */
function otherBody(session: Session, parcel: Parcel, changes: Changes): Body {
  const fields = Object.keys(parcel.body).filter((field) => field !== 'type')
  const into: Record<string, Json> = { ...parcel.body }
  for (const { name, value } of changes)
    into[oneOf({ text: name, column: value.column - name.length - 1 }, fields, 'field', value.column)] =
      jsonOf(value.text)
  const { model } = session.current
  const lies = liesInstead(model, session.world, parcel).filter((body) => body !== null)
  return lies.find((body) => fits(body, changes)) ?? (into as Body)
}

/** Nothing is in flight to the receiver: what is said is made up, or was heard. */
function unasked(
  session: Session,
  node: string,
  to: string,
  type: Word | undefined,
  changes: Changes,
  column: number,
): Choice {
  const { model } = session.current
  const possible = [...madeUp(model, session.world, node), ...session.world.heard]
  const body = possible.find((one) => (type === undefined || one.type === type.text) && fits(one, changes))
  if (body !== undefined && changes.length > 0) return { kind: 'lie', node, to, instead: null, body }
  const said = [...new Set(possible.map(bodyText))].slice(0, 3)
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

/** What a plan does with what the traitor has in flight, or what it says unasked. */
function planned(session: Session, node: string, strategy: Strategy, column: number): readonly Choice[] {
  const { model } = session.current
  const { world } = session
  const sent = parcelsOnTheWire(session.world).filter((e) => e.from === node)
  const inFlight = (choices: readonly Choice[]) => {
    if (choices.length > 0) return choices
    throw new ScenarioProblem(
      column,
      `${node} has nothing in flight that it could ${strategy === 'withhold' ? 'withhold' : 'change'}`,
    )
  }
  switch (strategy) {
    case 'withhold':
      return inFlight(
        sent.map((parcel) => ({ kind: 'lie', node, to: parcel.to, instead: parcel, body: null })),
      )
    case 'equivocate':
      return inFlight(
        (sent.length === 1 ? sent : sent.filter((_, i) => i % 2 === 1)).flatMap((parcel): Choice[] => {
          const [body] = insteadBy(strategy, model, world, parcel)
          return body === undefined ? [] : [{ kind: 'lie', node, to: parcel.to, instead: parcel, body }]
        }),
      )
    case 'replay':
    case 'forge': {
      const [body] = strategy === 'replay' ? world.heard : madeUp(model, world, node)
      if (body === undefined)
        throw new ScenarioProblem(
          column,
          strategy === 'replay'
            ? `${node} has heard nothing yet that it could repeat: deliver something to it first`
            : `${model.protocol.name} does not say what a traitor could make up`,
        )
      return model.cluster.names
        .filter((to) => to !== node)
        .map((to) => ({ kind: 'lie', node, to, instead: null, body }))
    }
  }
}
