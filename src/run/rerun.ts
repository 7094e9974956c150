/** Rerun: runs again, in order, what was run in place, on states that are kept. */
import { sameCanonical, type Value } from '../base/canonical.ts'
import { isKeptAs, keptOf } from '../base/kept.ts'
import type { DiskImage } from '../node/input.ts'
import type { Effect } from '../node/node.ts'
import { stepShared } from '../node/sharedStep.ts'
import { type DiskEffect, imageAfter } from '../world/disk.ts'
import { NONE } from '../world/draft.ts'
import { identityOf, isDiskEffect } from '../world/local.ts'
import type { Model } from '../world/protocol.ts'
import type { Envelope, World } from '../world/world.ts'
import type { WholeCall } from './liveInPlace.ts'
import { CallTaken } from './taken.ts'

/** A node as it was at the call that comes next: for whoever reads its disk, what was written there is carried out. */
interface Seat {
  state: Value
  disk: DiskImage
  unwritten: DiskEffect[]
}

export class Rerun {
  private readonly seats = new Map<string, Seat>()

  constructor(
    private readonly model: Model,
    first: World,
  ) {
    for (const [name, { state, disk }] of Object.entries(first.nodes))
      this.seats.set(name, { state: keptOf(state, null), disk: disk.current, unwritten: [] })
  }

  /** Whether all calls ask for the same again, leave their messages alone, and end in these states. */
  isSame(calls: readonly (CallTaken | WholeCall)[], last: World): boolean {
    for (const call of calls)
      if (!(call instanceof CallTaken ? this.isSameCall(call) : this.isSameWhole(call))) return false
    return Object.entries(last.nodes).every(
      ([name, { up, state }]) => !up || isKeptAs(state, this.seats.get(name)!.state),
    )
  }

  private isSameCall({ node: name, event, nowUs, choice, end, acts, arities }: CallTaken): boolean {
    const { model } = this
    const seat = this.seats.get(name)!
    const before = seat.state
    const again = stepShared({
      node: model.nodes[name]!,
      identity: identityOf(name, model.assignment[name]!),
      state: before,
      get disk() {
        return diskOf(seat)
      },
      event,
      nowMs: nowUs / 1000,
      signatures: model.signatures,
      picks: choice.picks ?? NONE,
    })
    // Picks from other lists may do the same outside and come to the same end, by another way.
    if (!sameCanonical(again.arities, arities)) return false
    if (again.kind === 'refused') return end === 'refused'
    if (again.kind === 'threw' || end === 'refused' || !sameEffects(again.effects, acts)) return false
    if (end === 'done if it changed the state' && sameCanonical(again.state, before)) return false
    seat.state = again.state
    keepWrites(seat, again.effects)
    return true
  }

  private isSameWhole({ input, result }: WholeCall): boolean {
    const seat = this.seats.get(input.identity.self)!
    const again = stepShared({ ...input, state: input.event.kind === 'start' ? null : seat.state })
    if (again.kind !== result.kind) return false
    if (again.kind !== 'done' || result.kind !== 'done') return true
    seat.state = again.state
    seat.disk = input.disk
    seat.unwritten = []
    keepWrites(seat, again.effects)
    return sameCanonical(again.effects, result.effects) && sameCanonical(again.arities, result.arities)
  }
}

function sameEffects(effects: readonly Effect[], acts: CallTaken['acts']): boolean {
  if (effects.length !== acts.length) return false
  for (let i = 0; i < effects.length; i++) {
    const [effect, other] = [effects[i]!, acts[i]!]
    if ('kind' in other ? !sameCanonical(effect, other) : !becomes(effect, other)) return false
  }
  return true
}

function becomes(effect: Effect, { to, body, op }: Envelope): boolean {
  return (
    effect.kind === 'send' &&
    effect.to === to &&
    sameCanonical(effect.body, body) &&
    sameCanonical(effect.op, op)
  )
}

function keepWrites({ unwritten }: Seat, effects: readonly Effect[]): void {
  for (const effect of effects) if (isDiskEffect(effect)) unwritten.push(effect)
}

function diskOf(seat: Seat): DiskImage {
  if (seat.unwritten.length > 0) seat.disk = imageAfter(seat.disk, seat.unwritten)
  seat.unwritten = []
  return seat.disk
}
