/**
 * What is asked of a message that tells of a local transaction: it is not lost, it tells of nothing that did not
 * happen, and it holds nobody up.
 *
 * Protocols announce `{ type: 'decide', tx, decision }` at the producer, `{ type: 'effect', id, times }` at the
 * consumer and `{ type: 'dead-letter', tx }` at the broker, and announce what is on their disks again after a
 * restart. The request that begins a transaction has the fields `tx` and `poison`.
 */
import type { Body } from '../node/node.ts'
import { type AnyProperty, type Cluster, type Observation, property } from '../world/property.ts'
import { effectOnce } from './effectOnce.ts'

type Told = {
  readonly committed: readonly string[]
  readonly effects: readonly string[]
  readonly dead: readonly string[]
  /** Transactions whose message no consumer can ever process. */
  readonly poison: readonly string[]
}

const NOTHING_TOLD: Told = { committed: [], effects: [], dead: [], poison: [] }

/** The properties of messaging. `AtOnce` is what a queue does not give. */
export function messaging(): readonly AnyProperty[] {
  return [noLostEvent, noPhantomEvent, effectOnce, progress, atOnce]
}

export const noLostEvent = judged(
  'NoLostEvent',
  'No lost event: what a committed transaction tells takes effect in the end, or lies among the dead letters',
  (told) => told.committed.filter((tx) => !told.effects.includes(tx) && !told.dead.includes(tx)),
  (tx) => `${tx} was committed, and its event never takes effect and is in no dead-letter queue`,
)

/**
 * The safe form of "no effect of a transaction that never commits": an effect that comes first cannot be taken back
 * if the commit then does not come.
 */
export const noPhantomEvent = property<Told>({
  name: 'NoPhantomEvent',
  says: 'No phantom event: nobody acts on a transaction that is not committed',
  first: NOTHING_TOLD,
  see: follow,
  judge: {
    kind: 'always',
    broken(told) {
      const tx = told.effects.find((one) => !told.committed.includes(one))
      return tx === undefined ? null : `the consumer acted on ${tx}, which the producer has not committed`
    },
  },
})

/** What a synchronous call gives and a queue does not: broken where a client knows more than the consumer. */
export const atOnce = property<Told & { readonly early: string | null }>({
  name: 'AtOnce',
  says: 'At once: when the client is told that a transaction is committed, its event has taken effect',
  first: { ...NOTHING_TOLD, early: null },
  see(fold, seen) {
    const told = { ...follow(fold, seen), early: fold.early }
    if (seen.kind !== 'return' || seen.body['decision'] !== 'commit' || told.early !== null) return told
    const tx = String(seen.body['tx'])
    return told.effects.includes(tx) ? told : { ...told, early: tx }
  },
  judge: {
    kind: 'always',
    broken: ({ early }) =>
      early === null
        ? null
        : `the client was told that ${early} is committed, and the consumer has not heard of it`,
  },
})

export const progress = judged(
  'Progress',
  'Progress: an event that can be processed is processed in the end, whatever stands before it',
  (told) => told.committed.filter((tx) => !told.effects.includes(tx) && !told.poison.includes(tx)),
  (tx) => `the event of ${tx} could be processed, and is held up for ever`,
)

function judged(
  name: string,
  says: string,
  open: (told: Told) => readonly string[],
  why: (tx: string) => string,
): AnyProperty {
  return property<Told>({
    name,
    says,
    first: NOTHING_TOLD,
    see: follow,
    judge: {
      kind: 'afterRepair',
      open: (told, cluster) =>
        open(told).map((tx) => ({
          node: consumerOf(cluster),
          what: `${consumerOf(cluster)} settles ${tx}`,
          why: why(tx),
          state: 'waits',
        })),
    },
  })
}

function follow(told: Told, seen: Observation): Told {
  if (seen.kind === 'invoke')
    return seen.body['poison'] === true ? add(told, 'poison', String(seen.body['tx'])) : told
  if (seen.kind !== 'output') return told
  const { body } = seen
  if (body.type === 'decide' && body['decision'] === 'commit')
    return add(told, 'committed', String(body['tx']))
  if (body.type === 'effect') return add(told, 'effects', String(body['id']))
  return body.type === 'dead-letter' ? add(told, 'dead', String(body['tx'])) : told
}

function add(told: Told, where: keyof Told, tx: string): Told {
  return told[where].includes(tx) ? told : { ...told, [where]: [...told[where], tx].sort() }
}

function consumerOf(cluster: Cluster): string {
  return cluster.names.find((name) => cluster.roleOf[name] === 'consumer') ?? 'consumer'
}

/** What pictures say of the messages of a broker. */
export function eventLabel(body: Body): string | null {
  switch (body.type) {
    case 'decide':
      return String(body['decision'])
    case 'effect':
      return Number(body['times']) > 1
        ? `applied ${String(body['times'])} times`
        : `applied ${String(body['id'])}`
    case 'dead-letter':
      return `dead letter ${String(body['tx'])}`
    case 'publish':
    case 'event':
    case 'half':
      return `${body.type} ${String(body['tx'])}`
    default:
      return null
  }
}
