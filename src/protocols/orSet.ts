/**
 * The observed-remove set: every add has a tag of its own, and a remove takes out the tags it has seen (Shapiro,
 * Preguica, Baquero & Zawirski, INRIA RR-7506, 2011, section 3.3.5; here with states instead of operations).
 */
import { defineProtocol } from '../world/protocol.ts'
import { type GossipRules, gossipRules, type Kind, replica, replicas } from './replica.ts'
import { replicatedSet } from './replicaProperties.ts'

/** The element that each tag stands for, and the tags that were taken out. Both only grow. */
export type Tagged = {
  readonly added: { readonly [tag: string]: string }
  readonly removed: readonly string[]
}

export interface SetRules extends GossipRules {
  /** The tag of an add. It must never have been there before, at any replica. */
  tag(id: string, element: string): string
  /** What a remove leaves: the tags in `gone` are those of the element that are known here. */
  remove(state: Tagged, gone: readonly string[]): Tagged
}

const rules: SetRules = {
  ...gossipRules,
  tag: (id) => id,
  // The tags stay where they are: a copy that comes later must find that they were taken out.
  remove: ({ added, removed }, gone) => ({ added, removed: union(removed, gone) }),
}

export const mergeTagged = (mine: Tagged, theirs: Tagged): Tagged => ({
  added: { ...mine.added, ...theirs.added },
  removed: union(mine.removed, theirs.removed),
})

const union = (mine: readonly string[], theirs: readonly string[]) =>
  [...new Set([...mine, ...theirs])].sort()

const kind = (rule: SetRules): Kind<Tagged> => ({
  first: () => ({ added: {}, removed: [] }),
  change(state, body, { id }) {
    const element = String(body['element'])
    if (body.type === 'add') return { ...state, added: { ...state.added, [rule.tag(id, element)]: element } }
    const gone = Object.keys(state.added).filter((tag) => state.added[tag] === element)
    return rule.remove(state, gone)
  },
  merge: mergeTagged,
  shows: elements,
})

export function elements({ added, removed }: Tagged): readonly string[] {
  const standing = Object.entries(added).filter(([tag]) => !removed.includes(tag))
  return [...new Set(standing.map(([, element]) => element))].sort()
}

export const orSet = defineProtocol({
  name: 'or-set',
  source:
    'Shapiro, Preguica, Baquero & Zawirski, A comprehensive study of Convergent and Commutative Replicated Data Types, INRIA RR-7506, 2011, section 3.3.5: OR-Set',
  says: 'a set at every replica; a remove takes out what it has seen, and no more',
  cluster: ['a', 'b'],
  rules,
  roles: (rule) => ({ replica: replica(kind(rule), rule) }),
  ...replicas(elements),
  requests: {
    add: { to: 'replica', fields: { element: 'milk' }, says: 'adds the element, here' },
    remove: { to: 'replica', fields: { element: 'milk' }, says: 'removes the element, here' },
    get: { to: 'replica', fields: {}, says: 'reads the elements, here' },
  },
  properties: replicatedSet(),
})
