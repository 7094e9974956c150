/** traitor: a node betrays, and lies by hand or by a plan. */
import { canonicalText } from '../../base/canonical.ts'
import { linesView } from '../../base/view.ts'
import type { Body } from '../../node/node.ts'
import type { Choice } from '../../world/choice.ts'
import { parcelsOnTheWire } from '../../world/choices.ts'
import { madeUp } from '../../world/lies.ts'
import { insteadBy, STRATEGIES, type Strategy } from '../../world/strategies.ts'
import { type Command, NOTHING, type Result, ScenarioProblem, type Word } from '../command.ts'
import type { Session } from '../session.ts'
import { endOf, oneOf } from '../words.ts'
import { nodeOf } from './faults.ts'
import { noteOf } from './note.ts'
import { couldSay, EVERYBODY, SAYING, tell } from './traitorTells.ts'

export const traitor: Command = {
  name: 'traitor',
  usage: `traitor NODE [${STRATEGIES.join('|')}] | traitor NODE replay RUN | traitor NODE tells NODE|all MESSAGE|[TYPE] field=VALUE...|saying="MESSAGE"|nothing[, NODE ...] | traitor NODE could`,
  says: 'From here on a node may lie. With a plan it does so at once: it changes every second message it has in flight (equivocate), withholds all of them, repeats to everybody what traitors have heard (replay), or what it heard in a run that was saved, or makes something up (forge). With "tells" a receiver gets something else, or nothing, and after a comma another one: tells l1 attack, l2 retreat. "all" is everybody to whom something is in flight. "could" lists what it could say unasked. Traitors know together and sign for each other; signatures of loyal nodes cannot be forged: a "!" behind a name says that its signature does not fit.',
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
      const plan = oneOf(what, ['tells', 'could', ...STRATEGIES], 'plan of a traitor', what.column)
      if (rest[0] !== undefined && plan !== 'replay')
        throw new ScenarioProblem(rest[0].column, `nothing comes after "${plan}"`)
      if (plan === 'could') return { ...told(session, from), view: linesView(...sayable(session, node)) }
      const lies =
        rest[0] === undefined
          ? planned(session, node, plan as Strategy, what.column)
          : repeated(session, node, heardIn(session, node, rest[0]))
      for (const lie of lies) session.take(lie, what.column)
    }
    return told(session, from)
  },
  complete(session, before) {
    if (session.run === null) return []
    const [node, what, to] = before
    const { names } = session.run.model.cluster
    if (node === undefined) return names
    if (what === undefined) return ['tells', 'could', ...STRATEGIES]
    if (what === 'replay') return before.length === 2 ? [...session.saved.keys()] : []
    if (what !== 'tells') return []
    const inFlight = session.world.wire.filter((e) => e.from === node)
    if (to === undefined)
      return [...new Set(inFlight.map((e) => e.to)), EVERYBODY, ...names.filter((n) => n !== node)]
    const parcels = inFlight.filter((e) => to === EVERYBODY || e.to === to)
    const types = before.length === 3 ? parcels.map((e) => e.body.type) : []
    const fields = parcels.flatMap(({ body }) => Object.keys(body).filter((field) => field !== 'type'))
    const whole = names.includes(node) ? couldSay(session, node).map((said) => `${SAYING}="${said}"`) : []
    return ['nothing', ...types, ...fields.map((field) => `${field}=`), ...whole]
  },
}

function sayable(session: Session, node: string): readonly string[] {
  const said = couldSay(session, node)
  return said.length > 0 ? said : [`${node} has heard nothing, and can make nothing up`]
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
      if (world.heard.length > 0) return repeated(session, node, world.heard)
      throw new ScenarioProblem(
        column,
        `${node} has heard nothing yet that it could repeat: deliver something to it first`,
      )
    case 'forge': {
      const [body] = madeUp(model, world, node)
      if (body !== undefined) return repeated(session, node, [body])
      throw new ScenarioProblem(column, `${model.protocol.name} does not say what a traitor could make up`)
    }
  }
}

/** Each of these to everybody. */
function repeated({ current }: Session, node: string, bodies: readonly Body[]): readonly Choice[] {
  const others = current.model.cluster.names.filter((to) => to !== node)
  return bodies.flatMap((body) =>
    others.map((to): Choice => ({ kind: 'lie', node, to, instead: null, body })),
  )
}

/** What a node received in a run that was saved: signatures of that run are as true in this one. */
function heardIn(session: Session, node: string, name: Word): readonly Body[] {
  const kept = session.saved.get(oneOf(name, [...session.saved.keys()], 'saved run', name.column))!
  const bodies = kept.trace.flatMap((choice) =>
    choice.kind === 'deliver' && choice.parcel.to === node ? [choice.parcel.body] : [],
  )
  if (bodies.length > 0) return [...new Map(bodies.map((body) => [canonicalText(body), body])).values()]
  throw new ScenarioProblem(name.column, `${node} heard nothing in the run that is saved as ${name.text}`)
}
