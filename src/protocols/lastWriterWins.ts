/** A register of which the last write wins (Shapiro, Preguica, Baquero & Zawirski, INRIA RR-7506, 2011, section 3.2.1). */
import { defineProtocol } from '../world/protocol.ts'
import { loadOf } from './load.ts'
import { type GossipRules, gossipRules, type Kind, replica, replicas } from './replica.ts'
import { convergence, noLostCount, strongConvergence } from './replicaProperties.ts'

/** A value, and when it was written: a count, and the writing replica where two counts are equal. */
export type Stamped = { readonly value: string | number | null; readonly at: number; readonly by: string }

export interface RegisterRules extends GossipRules {
  /** Whether what has come takes the place of what is here. */
  wins(theirs: Stamped, mine: Stamped): boolean
}

const rules: RegisterRules = { ...gossipRules, wins: isLater }

export function isLater(theirs: Stamped, mine: Stamped): boolean {
  return theirs.at > mine.at || (theirs.at === mine.at && theirs.by > mine.by)
}

const kind = (rule: RegisterRules): Kind<Stamped> => ({
  first: () => ({ value: null, at: 0, by: '' }),
  change: (state, body, { self }) => ({
    // `add` is what a client does who reads a number and writes it back, one more.
    value: body.type === 'add' ? Number(state.value ?? 0) + Number(body['by']) : String(body['value']),
    at: state.at + 1,
    by: self,
  }),
  merge: (mine, theirs) => (rule.wins(theirs, mine) ? theirs : mine),
  shows,
})

const shows = (state: Stamped) => state.value

export const lastWriterWins = defineProtocol({
  name: 'last-writer-wins',
  source:
    'Shapiro, Preguica, Baquero & Zawirski, A comprehensive study of Convergent and Commutative Replicated Data Types, INRIA RR-7506, 2011: LWW-Register',
  says: 'a register at every replica; of two writes the later one stays',
  cluster: ['a', 'b'],
  rules,
  roles: (rule) => ({ replica: replica(kind(rule), rule) }),
  ...replicas(shows),
  requests: {
    put: { to: 'replica', fields: { value: 'A' }, says: 'writes the value' },
    add: { to: 'replica', fields: { by: 1 }, says: 'reads a number here, adds to it, and writes it' },
    get: { to: 'replica', fields: {}, says: 'reads the value, here' },
  },
  // Either texts or numbers: nothing can be added to a text.
  load: (dice, cluster, forMs) => {
    const isText = dice.chance(0.5)
    const draw = (i: number) => (isText ? { type: 'put', value: `v${i}` } : { type: 'add', by: 1 })
    return loadOf(6, (_dice, i) => draw(i))(dice, cluster, forMs)
  },
  properties: [strongConvergence, convergence, noLostCount],
})
