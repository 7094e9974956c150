/** due: what happens next if nobody interferes and time counts. */
import { type Applied, apply } from '../world/apply.ts'
import type { Choice } from '../world/choice.ts'
import { parcelOf } from '../world/choice.ts'
import type { Model } from '../world/protocol.ts'
import { type Envelope, linkText, type World } from '../world/world.ts'

/** Something with a deadline: a message on its way or an armed timer. */
export interface Due {
  readonly dueUs: number
  readonly choice: Choice
}

type Candidate = Due & { readonly order: number }

/**
 * The earliest thing that can happen, carried out; null where nothing can. A message that comes to a node
 * that is down or over a cut link is lost. What a handler refuses waits until something else has happened.
 */
export function applyNextDue(
  model: Model,
  world: World,
  untilUs = Number.POSITIVE_INFINITY,
): (Applied & { kind: 'applied' }) | null {
  for (const { choice, dueUs } of dueInOrder(world)) {
    if (dueUs > untilUs) return null
    const applied = apply(model, world, choice)
    if (applied.kind === 'applied') return applied
  }
  return null
}

/** Everything with a deadline, earliest first; ties by sequence number. */
export function dueInOrder(world: Pick<World, 'wire' | 'nodes' | 'cut'>): readonly Due[] {
  const candidates: Candidate[] = world.wire.map((envelope) => ({
    ...lossOrArrival(world, envelope),
    order: envelope.id,
  }))
  for (const [node, slot] of Object.entries(world.nodes))
    for (const { timer, arg, dueUs, order } of slot.timers)
      candidates.push({ dueUs, order, choice: { kind: 'fire', node, timer, arg } })
  return candidates.sort((a, b) => a.dueUs - b.dueUs || a.order - b.order)
}

/** A message arrives, or is lost on the way to a node that is down or over a cut link. */
export function lossOrArrival({ nodes, cut }: Pick<World, 'nodes' | 'cut'>, envelope: Envelope): Due {
  const parcel = parcelOf(envelope)
  const { from, to } = parcel
  const lost = nodes[to]?.up === false || (cut.length > 0 && cut.includes(linkText(from, to)))
  return { dueUs: envelope.dueUs, choice: { kind: lost ? 'drop' : 'deliver', parcel } }
}
