/** The Byzantine generals: who commands whom, and interactive consistency among the loyal (Lamport, Shostak & Pease 1982, section 1). */
import type { Json } from '../base/canonical.ts'
import type { Body } from '../node/node.ts'
import { type Cluster, type Observation, property } from '../world/property.ts'
import type { Assignment, ProtocolDefinition } from '../world/protocol.ts'

export type Order = 'attack' | 'retreat'

export const ORDERS: readonly Order[] = ['attack', 'retreat']

/** What is done where nothing was ordered, or nothing that can be agreed on. */
export const DEFAULT_ORDER: Order = 'retreat'

export function otherOrder(order: Order): Order {
  return order === 'attack' ? 'retreat' : 'attack'
}

/** The order that more than half of them are; the default if there is none. */
export function majority(orders: readonly Order[]): Order {
  return ORDERS.find((order) => 2 * orders.filter((o) => o === order).length > orders.length) ?? DEFAULT_ORDER
}

export const generalsParams = {
  m: { default: 1, says: 'how many traitors it is to bear: there are m + 1 rounds' },
  order: {
    default: 'attack',
    says: 'what the commander orders; retreat is also the default, and hides mistakes',
  },
  roundMs: { default: 10, says: 'how long a round lasts: longer than any message travels' },
} satisfies ProtocolDefinition['params']

/** The first general commands, the others are lieutenants. */
export function assignGenerals(
  names: readonly string[],
  params: { readonly [name: string]: Json },
): { readonly [name: string]: Assignment } {
  const [commander = '', ...lieutenants] = names
  if (lieutenants.length < 2) throw new RangeError('generals are a commander and at least two lieutenants')
  const { m = 1, order = 'attack', roundMs = 10 } = params
  if (order !== 'attack' && order !== 'retreat')
    throw new RangeError(`an order is attack or retreat, not "${String(order)}"`)
  const assignment = (name: string): Assignment =>
    name === commander
      ? { role: 'commander', peers: lieutenants, config: { order, m } }
      : {
          role: 'lieutenant',
          peers: lieutenants.filter((other) => other !== name),
          config: { commander, m, roundMs },
        }
  return Object.fromEntries(names.map((name) => [name, assignment(name)]))
}

/** What was ordered and decided, and by whom: `{ type: 'command', value }` and `{ type: 'decide', value }`. */
type Council = {
  readonly command: string | null
  readonly decided: { readonly [lieutenant: string]: string }
  readonly traitors: readonly string[]
  /** A general that lost its memory owes nothing. */
  readonly crashed: boolean
}

const NOBODY: Council = { command: null, decided: {}, traitors: [], crashed: false }

function council(fold: Council, seen: Observation): Council {
  if (seen.kind === 'traitor') return { ...fold, traitors: [...fold.traitors, seen.node].sort() }
  if (seen.kind === 'disturbance') return seen.what === 'crash' ? { ...fold, crashed: true } : fold
  if (seen.kind !== 'output') return fold
  const order = orderIn(seen.body)
  if (seen.body.type === 'command') return { ...fold, command: order }
  if (seen.body.type !== 'decide') return fold
  return { ...fold, decided: { ...fold.decided, [seen.node]: order } }
}

/** IC1 says nothing where only one lieutenant is loyal, but that it decides. */
const ic1 = property<Council>({
  name: 'IC1',
  says: 'IC1: all loyal lieutenants decide, and decide the same',
  first: NOBODY,
  see: council,
  judge: {
    kind: 'atRest',
    broken(fold, cluster) {
      const [first, ...others] = decisions(fold, cluster)
      const other = others.find(({ order }) => order !== first?.order)
      return other === undefined
        ? undecided(fold, cluster)
        : `${first!.node} decided ${first!.order} and ${other.node} decided ${other.order}, and both are loyal`
    },
  },
})

const ic2 = property<Council>({
  name: 'IC2',
  says: 'IC2: if the commander is loyal, every loyal lieutenant decides his order',
  first: NOBODY,
  see: council,
  judge: {
    kind: 'atRest',
    broken(fold, cluster) {
      const commander = cluster.names[0]!
      if (fold.traitors.includes(commander)) return undecided(fold, cluster)
      const other = decisions(fold, cluster).find(({ order }) => order !== fold.command)
      return other === undefined
        ? undecided(fold, cluster)
        : `${commander} is loyal and ordered ${fold.command}, and ${other.node}, who is loyal too, decided ${other.order}`
    },
  },
})

export const interactiveConsistency = [ic1, ic2]

function loyal({ traitors }: Council, { names }: Cluster): readonly string[] {
  return names.slice(1).filter((name) => !traitors.includes(name))
}

function decisions(fold: Council, cluster: Cluster) {
  return loyal(fold, cluster).flatMap((node) => {
    const order = fold.decided[node]
    return order === undefined ? [] : [{ node, order }]
  })
}

/** Both demand that every loyal lieutenant has decided when the rounds are over. */
function undecided(fold: Council, cluster: Cluster): string | null {
  const node = fold.crashed
    ? undefined
    : loyal(fold, cluster).find((name) => fold.decided[name] === undefined)
  return node === undefined ? null : `the rounds are over, and ${node}, who is loyal, has not decided`
}

function orderIn(body: Body): string {
  return String(body['value'])
}
