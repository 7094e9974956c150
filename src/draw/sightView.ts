/** sightSections: what there is to see at a place of a story, section by section, as tables and as sentences. */
import { type Line, linesView, type TableCell, toned, type View } from '../base/view.ts'
import type { Now } from '../run/now.ts'
import type { NodeFact, Sight } from './sight.ts'
import { changeTone } from './state.ts'

export interface Section {
  readonly title: string
  readonly view: View
  /** The same to be read aloud, one sentence a line. */
  readonly sentences: readonly string[]
}

/** What broke first; then the rest in a fixed order. `nodes` are those that are asked for; all where it is null. */
export function sightSections(sight: Sight, nodes: ReadonlySet<string> | null = null): Section[] {
  const has = (node: string): boolean => nodes === null || nodes.has(node)
  const broken = sight.properties.filter((now) => now.kind === 'broken')
  return [
    ...(broken.length > 0 ? [propertySection('broken', broken)] : []),
    ...(sight.logs.some(({ node }) => has(node))
      ? [logSection(sight.logs.filter(({ node }) => has(node)))]
      : []),
    factSection(
      'nodes',
      sight.memory.filter(({ node }) => has(node)),
    ),
    diskSection(sight.disk.filter(({ node }) => has(node))),
    wireSection(sight, has),
    clientSection(sight),
    clockSection(sight, has),
    propertySection('properties', sight.properties),
  ]
}

function factSection(title: string, facts: readonly NodeFact[]): Section {
  return {
    title,
    view: table(
      ['', 'node', 'what', 'now'],
      facts.map((fact, i) => [
        { text: fact.change, tone: changeTone(fact.change) },
        ownerCell(facts, i),
        { text: fact.name, tone: 'dim' },
        { text: fact.text, tone: changeTone(fact.change) },
      ]),
    ),
    sentences: facts.map((fact) => `${fact.node}, ${fact.name}: ${fact.text}${spoken(fact)}.`),
  }
}

function diskSection(facts: Sight['disk']): Section {
  if (facts.length === 0) return nothing('disks', 'nothing is on a disk')
  return {
    title: 'disks',
    view: table(
      ['', 'node', 'on disk', 'safe?', 'value'],
      facts.map((fact, i) => [
        { text: fact.change, tone: changeTone(fact.change) },
        ownerCell(facts, i),
        { text: fact.name, tone: 'dim' },
        fact.safe ? { text: 'synced', tone: 'dim' } : { text: 'NOT synced', tone: 'warn' },
        { text: fact.text, tone: fact.safe ? changeTone(fact.change) : 'warn' },
      ]),
    ),
    sentences: facts.map(
      (fact) =>
        `On the disk of ${fact.node}, ${fact.name}: ${fact.text}${spoken(fact)}, ${fact.safe ? 'synced' : 'not synced: a loss of power may take it'}.`,
    ),
  }
}

function wireSection({ wire, cut }: Sight, has: (node: string) => boolean): Section {
  const shown = wire.filter(({ from, to }) => has(from) || has(to))
  const cuts = cut.filter((link) => link.split('>').some(has))
  const cutView = linesView(toned('warn', `cut: ${cuts.join(' ')}`))
  const none = linesView(toned('dim', 'nothing is in flight'))
  const messages = table(
    ['', 'from', 'to', 'due', 'message'],
    shown.map(({ from, to, text, dueUs, isNew, isCut }) => [
      { text: isNew ? '+' : ' ', tone: 'accent' },
      { text: from },
      { text: `→ ${to}` },
      isCut ? { text: 'cut off', tone: 'warn' } : { text: ms(dueUs), tone: 'dim' },
      { text, tone: isNew ? 'accent' : 'plain' },
    ]),
  )
  const view = shown.length === 0 ? none : messages
  return {
    title: 'wire',
    view: cuts.length === 0 ? view : { kind: 'stack', views: [cutView, view] },
    sentences: [
      ...cuts.map((link) => `The link from ${link.split('>').join(' to ')} is cut.`),
      ...(shown.length === 0 ? ['Nothing is in flight.'] : []),
      ...shown.map(
        ({ from, to, text, dueUs, isNew, isCut }) =>
          `In flight from ${from} to ${to}${isNew ? ', new' : ''}: ${text}, ${isCut ? 'cut off' : `due at ${ms(dueUs)}`}.`,
      ),
    ],
  }
}

const OUTCOMES = { open: 'no answer yet', ok: 'ok', fail: 'failed', info: 'unknown' } as const

function clientSection({ clients }: Sight): Section {
  if (clients.length === 0) return nothing('clients', 'no client has asked anything')
  return {
    title: 'clients',
    view: table(
      ['', 'client', 'to', 'outcome', 'asked, and was told'],
      clients.map(({ client, to, asked, outcome, answer, change }) => [
        { text: change, tone: changeTone(change) },
        { text: client, tone: 'strong' },
        { text: to },
        { text: OUTCOMES[outcome], tone: outcome === 'ok' ? 'plain' : 'warn' },
        { text: answer === '' ? asked : `${asked} → ${answer}`, tone: changeTone(change) },
      ]),
    ),
    sentences: clients.map(
      ({ client, to, asked, outcome, answer }) =>
        `${client} asked ${to}: ${asked}; ${OUTCOMES[outcome]}${answer === '' ? '' : `, ${answer}`}.`,
    ),
  }
}

function clockSection({ clocks, timeUs }: Sight, has: (node: string) => boolean): Section {
  const shown = clocks.filter(({ node }) => has(node))
  if (shown.every(({ us, rate }) => us === timeUs && rate === null))
    return nothing('clocks', `every clock shows ${ms(timeUs)}, which is true`)
  return {
    title: 'clocks',
    view: table(
      ['node', 'shows', 'off by', 'rate'],
      shown.map(({ node, us, rate }) => [
        { text: node, tone: 'strong' },
        { text: ms(us) },
        us === timeUs ? { text: 'true', tone: 'dim' } : { text: signed(us - timeUs), tone: 'warn' },
        rate === null ? { text: 'true', tone: 'dim' } : { text: `${rate} of true time`, tone: 'warn' },
      ]),
    ),
    sentences: shown.map(
      ({ node, us, rate }) =>
        `The clock of ${node} shows ${ms(us)}, ${us === timeUs ? 'which is true' : `off by ${signed(us - timeUs)}`}${rate === null ? '' : `, at ${rate} of true time`}.`,
    ),
  }
}

/** Those that hold share a line; the others say what is wrong or missing. */
function propertySection(title: string, properties: readonly Now[]): Section {
  if (properties.length === 0) return nothing(title, 'nothing is demanded here')
  const kept = properties.filter(({ kind }) => kind === 'holds').map(({ property }) => property)
  const lines = properties.flatMap(({ property, kind, why }): Line[] => {
    if (kind === 'holds') return []
    const reason = why === null ? '' : `: ${why}`
    return [
      kind === 'broken'
        ? toned('bad', `✗ ${property} broken${reason}`)
        : toned('warn', `○ ${property} open${reason}`),
    ]
  })
  const holding = kept.length > 0 ? [toned('good', `✓ ${kept.join(', ')}`)] : []
  return {
    title,
    view: linesView(...lines, ...holding),
    sentences: properties.map(
      ({ property, kind, why }) =>
        `${property} ${kind === 'open' ? 'is open' : kind === 'broken' ? 'is broken' : 'holds'}${why === null ? '' : `: ${why}`}.`,
    ),
  }
}

function logSection(logs: Sight['logs']): Section {
  return {
    title: 'logged in this step',
    view: table(
      ['', ''],
      logs.map(({ node, text }) => [{ text: node, tone: 'strong' }, { text }]),
    ),
    sentences: logs.map(({ node, text }) => `${node} logged: ${text}.`),
  }
}

function nothing(title: string, says: string): Section {
  return {
    title,
    view: linesView(toned('dim', says)),
    sentences: [`${says[0]!.toUpperCase()}${says.slice(1)}.`],
  }
}

/** The name of a node stands once above all that is its own. */
function ownerCell(facts: readonly NodeFact[], i: number): TableCell {
  return { text: facts[i - 1]?.node === facts[i]!.node ? '' : facts[i]!.node, tone: 'strong' }
}

function spoken({ change }: NodeFact): string {
  return change === '+' ? ', new' : change === '~' ? ', changed' : ''
}

function table(columns: readonly string[], rows: readonly (readonly TableCell[])[]): View {
  return { kind: 'table', columns, rows }
}

function ms(us: number): string {
  return `${us / 1000} ms`
}

function signed(us: number): string {
  return us > 0 ? `+${ms(us)}` : ms(us)
}
