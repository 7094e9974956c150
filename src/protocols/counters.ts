/**
 * Counters that lose nothing: a number for each replica, which only that replica changes (Shapiro, Preguica, Baquero &
 * Zawirski, INRIA RR-7506, 2011, section 3.1: G-Counter and PN-Counter).
 */
import { defineProtocol } from '../world/protocol.ts'
import { type GossipRules, gossipRules, type Kind, replica, replicas } from './replica.ts'
import { convergence, noLostCount, strongConvergence } from './replicaProperties.ts'

export type Counts = { readonly [replica: string]: number }

export interface CounterRules extends GossipRules {
  /** Which number a replica adds to. It must be nobody else's. */
  own(self: string): string
  /** Two counts of one replica. The larger one is the later one, as it only grows. */
  both(mine: number, theirs: number): number
}

const rules: CounterRules = { ...gossipRules, own: (self) => self, both: Math.max }

export function mergeCounts(mine: Counts, theirs: Counts, both: CounterRules['both'] = Math.max): Counts {
  const names = [...new Set([...Object.keys(mine), ...Object.keys(theirs)])].sort()
  return Object.fromEntries(names.map((name) => [name, both(mine[name] ?? 0, theirs[name] ?? 0)]))
}

const plus = (counts: Counts, name: string, by: number): Counts => ({
  ...counts,
  [name]: (counts[name] ?? 0) + by,
})

const sum = (counts: Counts) => Object.values(counts).reduce((all, one) => all + one, 0)

const growOnly = (rule: CounterRules): Kind<Counts> => ({
  first: () => ({}),
  change: (counts, body, { self }) => plus(counts, rule.own(self), Number(body['by'])),
  merge: (mine, theirs) => mergeCounts(mine, theirs, rule.both),
  shows: sum,
})

/** What was added and what was subtracted, each in a counter that only grows. */
export type UpAndDown = { readonly up: Counts; readonly down: Counts }

const upAndDown = (rule: CounterRules): Kind<UpAndDown> => ({
  first: () => ({ up: {}, down: {} }),
  change(counts, body, { self }) {
    const side = body.type === 'add' ? 'up' : 'down'
    return { ...counts, [side]: plus(counts[side], rule.own(self), Number(body['by'])) }
  },
  merge: (mine, theirs) => ({
    up: mergeCounts(mine.up, theirs.up, rule.both),
    down: mergeCounts(mine.down, theirs.down, rule.both),
  }),
  shows: difference,
})

const difference = ({ up, down }: UpAndDown) => sum(up) - sum(down)

const source =
  'Shapiro, Preguica, Baquero & Zawirski, A comprehensive study of Convergent and Commutative Replicated Data Types, INRIA RR-7506, 2011'
const add = { to: 'replica', fields: { by: 1 }, says: 'adds to the counter, here' }
const get = { to: 'replica', fields: {}, says: 'reads the sum, here' }

export const growingCounter = defineProtocol({
  name: 'g-counter',
  source: `${source}: G-Counter`,
  says: 'a counter that only grows: a number for each replica, and their sum',
  cluster: ['a', 'b'],
  rules,
  roles: (rule) => ({ replica: replica(growOnly(rule), rule) }),
  ...replicas(sum),
  requests: { add, get },
  properties: [strongConvergence, convergence, noLostCount],
})

export const upAndDownCounter = defineProtocol({
  name: 'pn-counter',
  source: `${source}: PN-Counter`,
  says: 'a counter that goes both ways: two that only grow, and their difference',
  cluster: ['a', 'b'],
  rules,
  roles: (rule) => ({ replica: replica(upAndDown(rule), rule) }),
  ...replicas(difference),
  requests: {
    add,
    subtract: { to: 'replica', fields: { by: 1 }, says: 'subtracts from the counter, here' },
    get,
  },
  properties: [strongConvergence, convergence, noLostCount],
})
