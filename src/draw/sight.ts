/** sightOf: all there is to see in a story at one place, as plain data, with what the last step changed. */
import { byText, canonicalText } from '../base/canonical.ts'
import type { Operation } from '../base/operation.ts'
import { judgeNow, type Now } from '../run/now.ts'
import { bodyText, choiceText } from '../world/choice.ts'
import type { Disk } from '../world/disk.ts'
import type { Moment } from '../world/draft.ts'
import type { Model } from '../world/protocol.ts'
import { linkText, localUs, type World } from '../world/world.ts'
import { brief, type Change, compared, type Fact, memoryFacts } from './state.ts'

/** How many worlds a property that looks ahead may take at one place: a key is answered before anybody waits. */
export const LOOK_AHEAD = 1_000

/** A fact of a node, and how it differs from one step before. */
export interface NodeFact extends Fact {
  readonly node: string
  readonly change: Change
}

export interface Sight {
  readonly timeUs: number
  /** The step that led here, in words; empty before the first. */
  readonly says: string
  /** What each node holds in memory, its timers, and whether it is up. */
  readonly memory: readonly NodeFact[]
  /** Keys, and logs record by record; `safe` where no loss of power could take it away now. */
  readonly disk: readonly (NodeFact & { readonly safe: boolean })[]
  readonly wire: readonly {
    readonly from: string
    readonly to: string
    readonly type: string
    readonly text: string
    readonly dueUs: number
    readonly isNew: boolean
    /** Its link is cut now. */
    readonly isCut: boolean
  }[]
  /** Cut links as `from>to`. */
  readonly cut: readonly string[]
  /** What each node's clock shows, and its rate where it is not that of true time. */
  readonly clocks: readonly { readonly node: string; readonly us: number; readonly rate: string | null }[]
  readonly clients: readonly {
    readonly client: string
    readonly to: string
    readonly asked: string
    readonly outcome: Operation['outcome']
    readonly answer: string
    readonly change: Change
  }[]
  readonly properties: readonly Now[]
  /** What nodes logged in the step that led here. */
  readonly logs: Moment['logs']
}

/** `before` and `moment` are the world one step earlier and the step that led here; null before the first. */
export function sightOf(
  model: Model,
  world: World,
  before: World | null,
  moment: Moment | null,
  lookAhead = LOOK_AHEAD,
): Sight {
  const { names } = model.cluster
  const changed = (factsIn: (world: World, node: string) => readonly Fact[]): NodeFact[] =>
    names.flatMap((node) =>
      compared(factsIn(world, node), before === null ? null : factsIn(before, node)).map((fact) => ({
        ...fact,
        node,
      })),
    )
  const waited = new Set(before?.wire.map((envelope) => envelope.id))
  const unsafe = new Map(names.map((node) => [node, unsafeFacts(world.nodes[node]!.disk)]))
  return {
    timeUs: world.timeUs,
    says: saysOf(moment),
    memory: changed(({ nodes }, node) => memoryFacts(model, node, nodes[node]!)),
    disk: changed(({ nodes }, node) => diskFacts(nodes[node]!.disk)).map((fact) => ({
      ...fact,
      safe: fact.change === '-' || !unsafe.get(fact.node)!.has(fact.name),
    })),
    wire: world.wire.map(({ id, from, to, body, dueUs }) => ({
      from,
      to,
      type: body.type,
      text: bodyText(body),
      dueUs,
      isNew: before !== null && !waited.has(id),
      isCut: world.cut.includes(linkText(from, to)),
    })),
    cut: world.cut,
    clocks: names.map((node) => {
      const { clock } = world.nodes[node]!
      const [up, down] = clock.rate
      return { node, us: localUs(clock, world.timeUs), rate: up === down ? null : `${up}/${down}` }
    }),
    clients: clientsOf(world, before),
    properties: judgeNow(model, world, lookAhead),
    logs: moment?.logs ?? [],
  }
}

/** A step in words; nothing before the first. */
export function saysOf(moment: Moment | null): string {
  return moment === null ? '' : choiceText(moment.choice)
}

/** One fact a key, and one a record of each log: `log 2`. */
function diskFacts({ current }: Disk): Fact[] {
  const keys = Object.entries(current.keys).map(([name, value]) => ({ name, text: brief(value) }))
  const records = Object.entries(current.logs).flatMap(([log, list]) =>
    list.map((record, i) => ({ name: recordName(log, i), text: brief(record) })),
  )
  return [...keys, ...records]
}

function recordName(log: string, index: number): string {
  return `${log} ${index + 1}`
}

/** What some image that a loss of power may leave has not as it is, by the names of the facts. */
function unsafeFacts({ current, survivors }: Disk): ReadonlySet<string> {
  const unsafe = new Set<string>()
  for (const [log, records] of Object.entries(current.logs))
    for (const [i, record] of records.entries())
      if (!survivors.every((image) => sameText(image.logs[log]?.[i], record))) unsafe.add(recordName(log, i))
  for (const [key, value] of Object.entries(current.keys))
    if (!survivors.every((image) => sameText(image.keys[key], value))) unsafe.add(key)
  return unsafe
}

function sameText(a: Parameters<typeof canonicalText>[0] | undefined, b: typeof a): boolean {
  return a !== undefined && b !== undefined && canonicalText(a) === canonicalText(b)
}

/** Oldest first by how much had been answered when it was asked; then by client. */
function clientsOf(world: World, before: World | null): Sight['clients'] {
  const asked = Object.values(world.clients).flat()
  const order = ({ after, n }: Operation) => Object.values(after).reduce((sum, m) => sum + m, n)
  return asked
    .toSorted((a, b) => order(a) - order(b) || byText(a.client, b.client))
    .map((operation) => {
      const old = before?.clients[operation.client]?.find((one) => one.n === operation.n)
      const isSame = old?.outcome === operation.outcome
      return {
        client: operation.client,
        to: operation.to,
        asked: bodyText(operation.request as never),
        outcome: operation.outcome,
        answer: operation.answer === null ? '' : bodyText(operation.answer as never),
        change: before === null || isSame ? ' ' : old === undefined ? '+' : '~',
      }
    })
}
