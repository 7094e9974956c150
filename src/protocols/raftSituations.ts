/** Situations of Raft: where elections and logs are known to go wrong. */
import { linksBetween, parcelOf } from '../world/choice.ts'
import { type Model, requestBody } from '../world/protocol.ts'
import { type Situation, Walk } from '../world/situation.ts'
import type { World } from '../world/world.ts'

/** A walk through a cluster of three or more servers, by what Raft does. Every method is false where it cannot. */
class RaftWalk extends Walk {
  timeOut(node: string): boolean {
    return this.take({ kind: 'fire', node, timer: 'election', arg: null })
  }

  /** A new term, of which these servers, and nobody else, hear, and in which they elect `node`. */
  elect(node: string, voters: readonly string[]): boolean {
    if (!this.timeOut(node) || !voters.every((voter) => this.send('RequestVote', node, voter))) return false
    return voters.some((voter) => this.send('RequestVoteResult', voter, node) && this.leads(node))
  }

  leads(node: string): boolean {
    const { role } = this.world.nodes[node]!.state as { readonly role?: string }
    return role === 'leader'
  }

  /** The latest message of a type on this link arrives. */
  send(type: string, from: string, to: string): boolean {
    const envelope = this.world.wire.findLast((e) => e.body.type === type && e.from === from && e.to === to)
    return envelope !== undefined && this.take({ kind: 'deliver', parcel: parcelOf(envelope) })
  }

  /** Everything in flight is lost. */
  silence(): boolean {
    return this.world.wire.every((envelope) => this.take({ kind: 'drop', parcel: parcelOf(envelope) }))
  }

  /** A client asks for something that no other request of the walk asks for. */
  ask(node: string, value: string, model: Model): boolean {
    const [type] = Object.keys(model.protocol.requests ?? {})
    if (type === undefined) return true
    const body = requestBody(model.protocol, type, type === 'submit' ? { command: value } : { value })
    const client = `client of ${value}`
    return this.take({ kind: 'request', client, to: node, body }) && this.send(type, client, node)
  }

  reboot(node: string): boolean {
    return this.take({ kind: 'crash', node, disk: 0 }) && this.take({ kind: 'restart', node })
  }
}

type Play = (walk: RaftWalk, names: readonly string[], model: Model) => boolean

function situation(name: string, says: string, play: Play): Situation {
  return {
    name,
    says,
    play(model: Model, first: World) {
      const walk = new RaftWalk(model, first)
      return model.cluster.names.length >= 3 && play(walk, model.cluster.names, model) ? walk.trace : null
    },
  }
}

/** The first server leads, is cut off from all others, and has been asked for something that reaches nobody. */
const leadAlone: Play = (walk, names, model) => {
  const [leader = '', ...others] = names
  return (
    walk.elect(leader, others) &&
    walk.silence() &&
    walk.take({ kind: 'cut', links: linksBetween([[leader], others]) }) &&
    walk.ask(leader, 'e', model)
  )
}

/** The others, who know the first leader's term, elect another one, which is asked for something else. */
const depose: Play = (walk, names, model) => {
  const [, second = '', ...others] = names
  return leadAlone(walk, names, model) && walk.elect(second, others) && walk.ask(second, 'f', model)
}

export const electionSituations: readonly Situation[] = [
  situation('split vote', 'every server stands in the same term, and has voted for itself', (walk, names) =>
    names.every((name) => walk.timeOut(name)),
  ),
  situation('partitioned leader', 'a leader is cut off, and does not know it', leadAlone),
  situation(
    'stale leader',
    'a leader was cut off, the others have elected another one, and all links have healed',
    (walk, names, model) => depose(walk, names, model) && walk.take({ kind: 'heal' }),
  ),
]

export const logSituations: readonly Situation[] = [
  ...electionSituations,
  situation(
    'uncommitted entry of an old term',
    'a leader holds an entry that it appended in an earlier term, and another server one of a term between (Figure 8)',
    (walk, names, model) => {
      const [first = '', , ...others] = names
      return (
        depose(walk, names, model) &&
        walk.silence() &&
        walk.take({ kind: 'heal' }) &&
        walk.reboot(first) &&
        walk.timeOut(first) &&
        walk.silence() &&
        walk.elect(first, others) &&
        walk.silence()
      )
    },
  ),
]
