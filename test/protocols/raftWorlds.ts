/** Places in the life of a Raft election from which it shows whether a leader stays: led to step by step. */
import { simulate } from '../../src/run/simulate.ts'
import type { Choice } from '../../src/world/choice.ts'
import type { Model } from '../../src/world/protocol.ts'
import type { World } from '../../src/world/world.ts'
import { lead } from './stories.ts'

/** n1 leads, and both others have heard it; then these links are cut. */
export function led(model: Model, links: readonly string[]): World {
  const asked = model.params['preVote'] === true ? ['n2 receives PreVote', 'n1 receives PreVoteResult'] : []
  const votes = ['n2 receives RequestVote', 'n3 receives RequestVote', 'n1 receives RequestVoteResult']
  const heard = ['n2 receives AppendEntries', 'n3 receives AppendEntries']
  const cut: Choice[] = links.length > 0 ? [{ kind: 'cut', links }] : []
  const world = lead(model, ["n1's timer election", ...asked, ...votes, ...heard, ...cut])
  return { ...world, wire: [] }
}

/** n1 leads; n3 was alone for two seconds, and is back. */
export function cameBack(model: Model): World {
  const from = led(model, ['n1>n3', 'n2>n3', 'n3>n1', 'n3>n2'])
  return { ...simulate(model, { from, untilMs: 2000 }).last, cut: [] }
}

/** n2 was elected in term 2, by n3, which was down for a moment before. n1 leads term 1, and each has just told the other so. */
export function twoTerms(model: Model): World {
  const votes = ["n2's timer election", 'n3 receives RequestVote', 'n2 receives RequestVoteResult']
  return lead(model, ["n1's timer heartbeat", 'n3 crashes', 'n3 restarts', ...votes], led(model, []))
}

/** n1 leads by the vote of n2, and the link between n1 and n3 is cut: if n3 is elected next, only n2 can tell n1. */
export function cutOff(model: Model): World {
  const elected = ["n1's timer election", 'n2 receives RequestVote', 'n1 receives RequestVoteResult']
  return lead(model, [...elected, { kind: 'cut', links: ['n1>n3', 'n3>n1'] }])
}
