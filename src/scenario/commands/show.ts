/** show: a look at one side of the world. */
import { linesView, type View } from '../../base/view.ts'
import { brief, stateView, wireView } from '../../draw/state.ts'
import { begin } from '../../world/apply.ts'
import { CALM } from '../../world/budgets.ts'
import { bodyText, choiceText } from '../../world/choice.ts'
import { choices } from '../../world/choices.ts'
import { type Command, NOTHING } from '../command.ts'
import type { Session } from '../session.ts'
import { oneOf } from '../words.ts'

const SHOWS: { readonly [what: string]: (session: Session) => View } = {
  timeline: (session) => session.timelineView(),
  state: (session) => stateView(session.current.model, session.world, session.current.worlds.at(-2) ?? null),
  wire: (session) => wireView(session.world),
  disk: diskView,
  history: historyView,
  properties: (session) => ({
    kind: 'table',
    columns: ['property', 'says'],
    rows: session.current.model.properties.map((p) => [{ text: p.name, tone: 'strong' }, { text: p.says }]),
  }),
  choices: (session) => linesView(...choices(session.current.model, session.world, CALM).map(choiceText)),
  costs: costsView,
}

export const show: Command = {
  name: 'show',
  usage: `show ${Object.keys(SHOWS).join('|')}`,
  says: 'Shows the timeline, the state of every node, the messages in flight, the disks, what clients saw, the properties, what can happen next, or what the run has cost.',
  example: 'show timeline',
  run(session, words) {
    const what =
      words[0] === undefined
        ? 'timeline'
        : oneOf(words[0], Object.keys(SHOWS), 'thing to show', words[0].column)
    session.current
    return { ...NOTHING, view: SHOWS[what]!(session) }
  },
  complete: (_session, before) => (before.length === 0 ? Object.keys(SHOWS) : []),
}

function diskView(session: Session): View {
  const rows = session.current.model.cluster.names.flatMap((name) => {
    const { current, survivors } = session.world.nodes[name]!.disk
    const facts = [...Object.entries(current.keys), ...Object.entries(current.logs)]
    return facts.map(([key, value], i) => {
      const safe = survivors.every(
        (image) => brief(image.keys[key] ?? image.logs[key] ?? null) === brief(value),
      )
      return [
        { text: i === 0 ? name : '', tone: 'strong' as const },
        { text: key },
        { text: brief(value) },
        { text: safe ? 'synced' : 'not synced', tone: safe ? ('dim' as const) : ('warn' as const) },
      ]
    })
  })
  return { kind: 'table', columns: ['node', 'key', 'value', ''], rows }
}

function historyView(session: Session): View {
  const rows = Object.values(session.world.clients)
    .flat()
    .map((op) => [
      { text: op.client, tone: 'strong' as const },
      { text: bodyText(op.request as never) },
      { text: op.outcome === 'open' ? 'no answer yet' : op.outcome },
      { text: op.answer === null ? '' : bodyText(op.answer as never) },
    ])
  return { kind: 'table', columns: ['client', 'asked', 'outcome', 'answer'], rows }
}

/** Messages between nodes (requests and replies of clients do not count) and forced writes, so far: from their start on. */
function costsView(session: Session): View {
  const { model } = session.current
  const moments = [...begin(model).moments, ...session.current.moments]
  const rows = model.cluster.names.map((name) => {
    const sent = moments
      .flatMap((m) => m.sent)
      .filter((e) => e.from === name && model.cluster.names.includes(e.to)).length
    const forced = moments
      .flatMap((m) => m.wrote)
      .filter((w) => w.node === name && w.effect.kind === 'sync').length
    return [{ text: name, tone: 'strong' as const }, { text: String(sent) }, { text: String(forced) }]
  })
  const total = (column: number) => String(rows.reduce((sum, row) => sum + Number(row[column]!.text), 0))
  return {
    kind: 'table',
    columns: ['node', 'messages sent', 'forced writes'],
    rows: [...rows, [{ text: 'all', tone: 'dim' }, { text: total(1) }, { text: total(2) }]],
  }
}
