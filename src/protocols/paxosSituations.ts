/** Situations of Paxos: where proposers meet, and where a vote is left behind. */
import { parcelOf } from '../world/choice.ts'
import type { Model } from '../world/protocol.ts'
import { type Situation, Walk } from '../world/situation.ts'

/** A walk through proposers and acceptors that propose values of their own from the start. */
class PaxosWalk extends Walk {
  attempt(proposer: string): boolean {
    return this.take({ kind: 'fire', node: proposer, timer: 'attempt', arg: null })
  }

  /** Each of these messages arrives: a type, between this one and each of the others. */
  exchange(type: string, from: readonly string[], to: readonly string[]): boolean {
    return from.every((sender) =>
      to.every((receiver) => {
        const envelope = this.world.wire.find(
          (e) => e.body.type === type && e.from === sender && e.to === receiver,
        )
        return envelope !== undefined && this.take({ kind: 'deliver', parcel: parcelOf(envelope) })
      }),
    )
  }

  /** A proposer's accept is on its way to all acceptors, on the promises of these. */
  prepared(proposer: string, acceptors: readonly string[]): boolean {
    return (
      this.attempt(proposer) &&
      this.exchange('prepare', [proposer], acceptors) &&
      this.exchange('promise', acceptors, [proposer])
    )
  }

  silence(): boolean {
    return this.world.wire.every((envelope) => this.take({ kind: 'drop', parcel: parcelOf(envelope) }))
  }
}

type Play = (walk: PaxosWalk, proposers: readonly string[], acceptors: readonly string[]) => boolean

function situation(name: string, says: string, play: Play): Situation {
  return {
    name,
    says,
    play(model: Model, first) {
      const { names, roleOf } = model.cluster
      const of = (role: string) => names.filter((each) => roleOf[each] === role)
      const walk = new PaxosWalk(model, first)
      const isEnough = of('proposer').length >= 2 && of('acceptor').length >= 3
      return isEnough && play(walk, of('proposer'), of('acceptor')) ? walk.trace : null
    },
  }
}

const majority = (names: readonly string[]) => names.slice(0, Math.floor(names.length / 2) + 1)

export const duellingProposers = situation(
  'duelling proposers',
  'one proposer asks for votes while a majority has just promised the next one to take part in no lower ballot',
  (walk, [first = '', second = ''], acceptors) =>
    walk.prepared(first, majority(acceptors)) && walk.prepared(second, majority(acceptors)),
)

export const halfAcceptedValue = situation(
  'half-accepted value',
  'one acceptor alone has voted, in the lowest ballot, and everything else was lost',
  (walk, [first = ''], acceptors) =>
    walk.prepared(first, majority(acceptors)) &&
    walk.exchange('accept', [first], acceptors.slice(0, 1)) &&
    walk.silence(),
)
